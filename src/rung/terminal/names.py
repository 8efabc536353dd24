"""Which lesson is meant: a slug, a file of the workspace, or nothing for the current one."""

from __future__ import annotations

from pathlib import Path

from rung.errors import UnknownNameError, did_you_mean
from rung.learn import workspace
from rung.learn.lesson import Lesson, lesson


def chosen(name: str | None) -> Lesson:
    """Return the lesson that a word of the command line means.

    Args:
        name: a slug, the path of one of the learner's files, or None for what comes next.

    Raises:
        UnknownNameError: there is no such lesson, it is not written yet, or nothing is left to do.
    """
    if name is None:
        from rung.learn.standing import upcoming

        topic = upcoming()
        if topic is None or topic.lesson is None:
            raise UnknownNameError("everything that is written is passed", fix="rung map, or name a lesson")
        return topic.lesson
    if name.endswith(".py"):
        slug = workspace.of_file(Path(name).resolve())
        if slug is None:
            raise UnknownNameError(f"{name} is not the file of a lesson", fix="rung check NAME --file FILE")
        return lesson(slug)
    try:
        return lesson(name)
    except UnknownNameError:
        from rung.learn.roadmap import roadmap

        plan = roadmap()
        slug = name.replace("_", "-")
        if slug in plan.topics:
            kind = plan.topics[slug].kind
            if kind == "project":
                raise UnknownNameError(f"{slug} is a project", fix=f"rung train {slug}") from None
            raise UnknownNameError(f"the lesson {slug} is not written yet", fix="rung next") from None
        known = [s for s, t in plan.topics.items() if t.lesson]
        fix = did_you_mean(slug, known) or "rung map shows them all"
        raise UnknownNameError(f'there is no lesson "{name}"', fix=fix) from None
