"""`rung check [NAME]`: grade the learner's file, or any file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from rung.learn import evidence, workspace
from rung.learn.lesson import Lesson, lesson
from rung.learn.workspace import WorkspaceError
from rung.terminal import screen, verdicts
from rung.terminal.names import chosen

if TYPE_CHECKING:
    from rung.learn.grading.verdict import Verdict


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "name", nargs="?", help="a lesson, or one of your files; the current lesson if left out"
    )
    parser.add_argument("--file", type=Path, help="grade this file, and leave my record alone")
    parser.add_argument("--review", action="store_true", help="grade what I wrote again for a review")
    parser.add_argument("--all", action="store_true", help="grade every file that I have begun")
    parser.add_argument("--seed", type=int, help="of the fresh inputs; drawn if left out")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Grade one file, or all; 0 if it passed, 1 if it did not."""
    if options.all:
        return _all(options)
    one = chosen(options.name)
    review = options.review or (options.name or "").replace("\\", "/").rpartition("/")[0].endswith("review")
    if options.file is not None:
        text, name, keep = _any_file(options.file), options.file.name, False
    else:
        file = workspace.start(one.slug, review=review)
        text, name, keep = workspace.read(one.slug, review=review), file.name, True
    verdict = grade(one, text, name, seed=options.seed, keep=keep, review=review)
    if options.json:
        screen.as_json(verdicts.as_data(verdict))
    else:
        verdicts.show(one, verdict)
        if keep and verdict.passed:
            screen.say("Next: rung next")
        elif keep:
            screen.say(f"\nYour file: {workspace.path(one.slug, review=review)}")
            screen.say(f"A hint:    rung hint {one.slug}")
    return 0 if verdict.passed else 1


def grade(
    one: Lesson, text: str, name: str, *, seed: int | None = None, keep: bool = True, review: bool = False
) -> Verdict:
    """Grade a text and, if it is the learner's own file, record the verdict."""
    from rung.learn.grading import grade as graded

    verdict = graded(one, text, seed, filename=name)
    if keep:
        evidence.record(verdict, review=review)
    return verdict


def _any_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{file} cannot be read: {error}", fix="rung check NAME --file PATH") from None


def _all(options: Namespace) -> int:
    """Grade every file that differs from its stub."""
    from rung.learn.stub import stub

    rows = []
    for slug, file in workspace.files().items():
        text = workspace.read(slug)
        if text != stub(lesson(slug)):
            rows.append(grade(lesson(slug), text, file.name, seed=options.seed))
    if options.json:
        screen.as_json([verdicts.as_data(v) for v in rows])
    else:
        for verdict in rows:
            failure = verdict.failure()
            why = failure.title if failure else (verdict.fault or "").split("\n")[0]
            screen.say(
                f"{'✓' if verdict.passed else '✗'} {verdict.lesson}{'' if verdict.passed else ': ' + why}"
            )
        screen.say(f"{sum(v.passed for v in rows)} of {len(rows)} begun files pass.")
    return 0 if all(v.passed for v in rows) else 1
