"""Is a lesson honest? All that docs/lesson-anatomy.md promises, looked at; a finding says file and repair."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rung.errors import RungError
from rung.learn import hints as rungs
from rung.learn.cut import bodies_of, targets
from rung.learn.lesson import Lesson
from rung.learn.stub import answer, cut_bodies, cut_names, stub, with_replacement

FILES = {"lesson.toml", "lesson.py", "checks.py", "mistakes.py", "hints.md"}
MISTAKES = 4
_BARE = re.compile(r"(return|else:|try:|pass|break|continue|[\w.]+ = [\w.]+|[)\]}]+|return [\w.]+)")


# the file that a part of the check is about, where it is not lesson.toml
_OF_PART = {"grading": "checks.py", "mistakes": "mistakes.py", "page": "lesson.py", "hints": "hints.md"}


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold.

    Attributes:
        file: where, from the package on.
        what: does not hold.
        repair: what to write instead.
    """

    file: str
    what: str
    repair: str


def check_lesson(lesson: Lesson, *, notebook: bool = True) -> list[Finding]:
    """Hold one lesson to the contract.

    Args:
        lesson: the lesson.
        notebook: run its notebook too, and move every control of its figures.

    Returns:
        what does not hold, in the order of the contract; empty if the lesson is honest.
    """
    from rung.learn import selfcheck_page
    from rung.learn.selfcheck_map import on_the_map

    parts: list[Callable[[Lesson], Iterator[Finding]]] = [folder, on_the_map, stub_hides_the_answer, grading]
    parts += [mistakes, hints, sources]
    if notebook:
        parts.append(selfcheck_page.page)
    found: list[Finding] = []
    for part in parts:
        try:
            found += part(lesson)
        except RungError as error:
            file = _OF_PART.get(part.__name__, "lesson.toml")
            found.append(Finding(_at(lesson, file), error.message, error.fix or error.rule))
        except Exception as error:  # an author's file that breaks is a finding, not the end of the check
            found.append(_broke(lesson, part.__name__, error))
    return found


def _at(lesson: Lesson, name: str) -> str:
    return f"lessons/{lesson.folder.name}/{name}"


def _broke(lesson: Lesson, part: str, error: Exception) -> Finding:
    frame = error.__traceback__
    file, line = "lesson.toml", 0
    while frame is not None:
        if lesson.folder.name in frame.tb_frame.f_code.co_filename:
            file, line = (
                frame.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2],
                frame.tb_lineno,
            )
        frame = frame.tb_next
    place = f"{_at(lesson, file)}:{line}" if line else _at(lesson, file)
    return Finding(place, f"{part}: {type(error).__name__}: {error}", "correct the line that raised it")


def folder(lesson: Lesson) -> Iterator[Finding]:
    """The files are there, none is a stray, and none is a skeleton still."""
    there = {f.name for f in lesson.folder.iterdir() if f.name != "__pycache__"}
    for name in sorted(FILES - there):
        yield Finding(
            _at(lesson, name), "it is missing", f"write it; rung new lesson shows the form of {name}"
        )
    for name in sorted(there - FILES - {"__init__.py"}):
        yield Finding(_at(lesson, name), "a lesson's folder does not hold such a file", "remove it")
    for name in sorted(FILES & there):
        for number, line in enumerate((lesson.folder / name).read_text(encoding="utf-8").splitlines(), 1):
            if "WRITE:" in line or "TODO" in line:
                yield Finding(
                    f"{_at(lesson, name)}:{number}", f"still to be written: {line.strip()}", "write it"
                )


def stub_hides_the_answer(lesson: Lesson) -> Iterator[Finding]:
    """No line of what was cut stands in the stub; lines that any code has do not count."""
    begun = {line.strip() for line in stub(lesson).splitlines()}
    given = {line.strip() for line in _given(lesson)}
    for name, body in cut_bodies(lesson).items():
        for line in (raw.strip() for raw in body.splitlines()):
            if line and line in begun and line not in given and not _BARE.fullmatch(line):
                repair = "say it in words or as a formula in the docstring, or name the body in blank"
                yield Finding(_at(lesson, "lesson.toml"), f"the stub shows a line of {name}: {line}", repair)


def _given(lesson: Lesson) -> list[str]:
    """Return the lines of the bodies and helpers that are given: they may look like lines that are cut."""
    lines: list[str] = []
    cut = cut_names(lesson)
    for source, nodes in targets(lesson):
        given = [f for node in nodes for name, f in bodies_of(node) if name not in cut]
        for node in [*given, *source.needs(nodes, lesson.names)[1]]:
            lines += source.segment(node).splitlines()
    return lines


def grading(lesson: Lesson) -> Iterator[Finding]:
    """The answer passes every check; the stub fails every check, and with NotImplementedError."""
    from rung.learn.grading import grade

    at = _at(lesson, "checks.py")
    for seed in (1, 2):
        verdict = grade(lesson, answer(lesson), seed, every=True, diagnose=False)
        if verdict.fault or not verdict.checks:
            yield Finding(
                at, verdict.fault or "there is no check", "write checks that the library's answer passes"
            )
            return
        for result in verdict.checks:
            if not result.passed:
                what = f"the library's answer fails {result.name} (seed {seed}): {result.message}"
                yield Finding(at, what, "correct the check, or the library")
    for result in grade(lesson, stub(lesson), 1, every=True, diagnose=False).checks:
        if result.passed:
            yield Finding(
                at, f"the untouched stub passes {result.name}", f"let it call {cut_names(lesson)[0]}"
            )
        elif result.error != "NotImplementedError":
            raised = result.error or "no error of the stub's"
            what = f"the untouched stub fails {result.name} with {raised}: {result.message}"
            yield Finding(at, what, "call what is to be written before anything that can fail otherwise")


def mistakes(lesson: Lesson) -> Iterator[Finding]:
    """At least four, each caught first by the check it names."""
    from rung.learn.checks import load_checks
    from rung.learn.grading import grade
    from rung.learn.mistakes import load_mistakes

    at = _at(lesson, "mistakes.py")
    found = load_mistakes(lesson.folder)
    if len(found) < MISTAKES:
        yield Finding(
            at, f"{len(found)} mistakes", f"write {MISTAKES} or more, from what learners really get wrong"
        )
    known = [c.name for c in load_checks(lesson.folder)]
    for wrong in found:
        if wrong.caught_by not in known:
            yield Finding(
                at,
                f"{wrong.name} names the check {wrong.caught_by}, which does not exist",
                f"one of: {', '.join(known)}",
            )
            continue
        verdict = grade(lesson, with_replacement(lesson, wrong.replaces, wrong.wrong), 1, diagnose=False)
        failure = verdict.failure()
        if verdict.passed:
            yield Finding(at, f"{wrong.name} is caught by nothing", f"let {wrong.caught_by} catch it")
        elif failure is None:
            yield Finding(
                at, f"{wrong.name} does not run: {verdict.fault}", "a mistake is an answer that runs"
            )
        elif failure.name != wrong.caught_by:
            what = f"{wrong.name} is caught first by {failure.name}, not by {wrong.caught_by}"
            yield Finding(at, what, f'caught_by="{failure.name}", or change the order of the checks')
        elif verdict.fault:
            yield Finding(at, f"{wrong.name}: {verdict.fault}", "a mistake is an answer that runs to its end")


def hints(lesson: Lesson) -> Iterator[Finding]:
    """Three rungs, none empty, and the last is longer than nothing but shorter than the answer."""
    at = _at(lesson, "hints.md")
    found = lesson.hints()
    if tuple(h for h, _ in found) != rungs.RUNGS:
        yield Finding(at, f"its rungs are {[h for h, _ in found]}", f"## {', ## '.join(rungs.RUNGS)}")
    for heading, text in found:
        if len(text) < 40:
            yield Finding(
                at, f'"{heading}" says next to nothing', "help someone who has used up the rung before"
            )


def sources(lesson: Lesson) -> Iterator[Finding]:
    """Something to read, and every source is known."""
    from rung.learn.sources import source

    at = _at(lesson, "lesson.toml")
    if not lesson.reading:
        yield Finding(at, "there is nothing to read", "add [[reading]] with source, view and why")
    for reading in lesson.reading:
        try:
            source(reading.source)
        except RungError as error:
            yield Finding(at, error.message, error.fix)
