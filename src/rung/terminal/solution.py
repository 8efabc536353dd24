"""`rung solution [NAME]`: the library's own answer, once passed, or with a reason that is kept."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.learn import evidence
from rung.learn.stub import answer
from rung.terminal import screen
from rung.terminal.names import chosen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", help="a lesson; the current one if left out")
    parser.add_argument(
        "--because", metavar="NOTE", help="why you open it before you have passed; it is recorded"
    )


def run(options: Namespace) -> int:
    """Show the answer, or say how to open it; 1 if it stays closed."""
    lesson = chosen(options.name)
    passed = any(r.passed for r in evidence.records(lesson.slug))
    opened = evidence.steps(lesson.slug, "solution")
    note = (options.because or "").strip()
    if not (passed or opened or note):
        screen.say(f"You have not passed {lesson.slug} yet. A hint first: rung hint {lesson.slug}")
        screen.say(f'To open it all the same, write down why: rung solution {lesson.slug} --because "..."')
        return 1
    if note:
        evidence.note(lesson.slug, "solution", note)
    screen.python(answer(lesson))
    return 0
