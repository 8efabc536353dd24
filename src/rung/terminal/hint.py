"""`rung hint [NAME]`: the next rung of help; its use is recorded, never punished."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.learn import evidence
from rung.learn.lesson import Lesson
from rung.terminal import screen
from rung.terminal.names import chosen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="a lesson; the current one if left out")
    parser.add_argument("--again", action="store_true", help="show again what I have opened, and nothing new")


def run(options: Namespace) -> int:
    """Show the hints opened so far and one more."""
    return show(chosen(options.name), more=not options.again)


def show(lesson: Lesson, *, more: bool = True) -> int:
    """Show one lesson's hints up to the next one, and record it."""
    hints = lesson.hints()
    opened = {step.detail for step in evidence.steps(lesson.slug, "hint")}
    seen = sum(heading in opened for heading, _ in hints)
    upto = min(seen + 1, len(hints)) if more else seen
    for heading, _ in hints[seen:upto]:
        evidence.note(lesson.slug, "hint", heading)
    for heading, text in hints[max(0, upto - 1) if more and seen < len(hints) else 0 : upto]:
        screen.say(f"{heading} ({[h for h, _ in hints].index(heading) + 1} of {len(hints)})", "bold")
        screen.markdown(text)
    if upto == len(hints):
        screen.say(
            f"\nThat was the last hint. With a reason, the answer: rung solution {lesson.slug} --because ..."
        )
    return 0
