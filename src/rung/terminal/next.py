"""`rung next`: what comes next, and where its file is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.learn import evidence, workspace
from rung.learn.roadmap import Topic, roadmap
from rung.learn.standing import standing, upcoming
from rung.terminal.screen import say


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""


def run(options: Namespace) -> int:
    """Show the next topic and put its file in place."""
    topic = upcoming()
    ready = projects()
    if topic is None or topic.lesson is None:
        if not ready:
            say("Everything that is written is passed, and nothing is due. rung map shows what comes.")
        for project in ready:
            say(f"{project.title}: train it on your own code with  rung train {project.slug} --mine")
        return 0
    now = standing()[topic.slug]
    review = now.state == "due"
    file = workspace.start(topic.slug, review=review)
    evidence.note(topic.slug, "opened")
    say(f"{topic.title}  ({topic.slug}, {topic.lesson.minutes} min)", "bold")
    if review:
        say(f"Passed before, and due for review ({now.reviews} so far): write it again from memory.")
    elif now.state == "stale":
        say("Passed once; your code or its checks have changed since.")
    say(f"  file    {file}")
    say(f"  read    rung studio {topic.slug}")
    say(f"  check   rung check {topic.slug}{' --review' if review else ''}")
    for project in ready:
        say(f"Or put your code to work: rung train {project.slug} --mine  ({project.title})")
    return 0


def projects() -> list[Topic]:
    """Return the projects that the learner has all parts for and has not yet trained."""
    states = standing()
    return [t for t in roadmap().topics.values() if t.kind == "project" and states[t.slug].state == "open"]
