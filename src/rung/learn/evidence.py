"""What was done and when: every graded attempt, every hint, every look at an answer, in one SQLite file.

A file that SQLite cannot read is set aside and the record is rebuilt by grading the learner's own files
again. Two processes may write at once: write-ahead logging, and one short transaction a record.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import platform
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rung import __version__
from rung.learn import ledger, workspace

if TYPE_CHECKING:
    from rung.learn.grading.verdict import Verdict

IDLE = 900.0  # seconds; a longer pause between two steps is not counted as work


@dataclass(frozen=True)
class Record:
    """One graded attempt.

    Attributes:
        at: when, in seconds since 1970.
        lesson: its slug.
        passed: whether every check passed.
        review: whether it was a review, written again from the stub.
        code: hash of the learner's file.
        checks: hash of the lesson's checks.
        seed: of the fresh inputs.
        versions: of Python, NumPy and rung.
        seconds: that grading took.
        taken: seconds of work on the lesson up to then, long pauses left out.
        hints: how many had been opened by then.
        results: (check, passed) in order, as far as grading went.
    """

    at: float
    lesson: str
    passed: bool
    review: bool
    code: str
    checks: str
    seed: int
    versions: dict[str, str]
    seconds: float
    taken: float
    hints: int
    results: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Step:
    """Something other than an attempt: a lesson opened, a hint or a solution looked at."""

    at: float
    lesson: str
    kind: str
    detail: str


def file() -> Path:
    """Return the path of the record."""
    return workspace.own() / "evidence.db"


def record(verdict: Verdict, *, review: bool = False, now: float | None = None) -> Record:
    """Write one verdict into the record.

    Args:
        verdict: what grading came to.
        review: it was a review, written again from the stub.
        now: the time, in seconds since 1970; the clock's if left out.

    Raises:
        EvidenceError: the record cannot be written.
    """
    at = time.time() if now is None else now
    with _open() as db:
        taken, hints = _work(db, verdict.lesson, at)
        versions = json.dumps(_versions())
        row = (
            *(
                at,
                verdict.lesson,
                verdict.passed,
                review,
                verdict.code_hash,
                verdict.checks_hash,
                verdict.seed,
            ),
            *(versions, verdict.seconds, taken, hints, verdict.diagnosis, verdict.fault),
        )
        done = db.execute(f"INSERT INTO attempt VALUES (NULL{', ?' * len(row)})", row)
        reached = [c for c in verdict.checks if getattr(c, "reached", True)]
        rows = [(done.lastrowid, i, c.name, c.passed) for i, c in enumerate(reached)]
        db.executemany("INSERT INTO result VALUES (?, ?, ?, ?)", rows)
    results = tuple((c.name, c.passed) for c in reached)
    kept = (verdict.code_hash, verdict.checks_hash, verdict.seed, _versions(), verdict.seconds)
    return Record(at, verdict.lesson, verdict.passed, review, *kept, taken, hints, results)


def note(lesson: str, kind: str, detail: str = "", *, now: float | None = None) -> None:
    """Write down that a lesson was opened or a hint or solution looked at.

    Args:
        lesson: its slug.
        kind: "opened", "hint" or "solution".
        detail: which hint, or why the solution was opened.
        now: the time, in seconds since 1970; the clock's if left out.

    Raises:
        EvidenceError: the record cannot be written.
    """
    with _open() as db:
        step = (time.time() if now is None else now, lesson, kind, detail)
        db.execute("INSERT INTO step VALUES (NULL, ?, ?, ?, ?)", step)


def steps(lesson: str | None = None, kind: str | None = None) -> list[Step]:
    """Return what was written by `note`, the oldest first.

    Args:
        lesson: of this lesson only.
        kind: of this kind only.
    """
    with _open() as db:
        query = "SELECT at, lesson, kind, detail FROM step WHERE ?1 IS NULL OR lesson = ?1 ORDER BY at, id"
        found = [Step(*row) for row in db.execute(query, (lesson,))]
    return [step for step in found if kind is None or step.kind == kind]


def records(lesson: str | None = None) -> list[Record]:
    """Return the attempts, the oldest first.

    Args:
        lesson: at this lesson only.
    """
    with _open() as db:
        results: dict[int, list[tuple[str, bool]]] = {}
        for attempt, name, passed in db.execute(
            "SELECT attempt, name, passed FROM result ORDER BY attempt, place"
        ):
            results.setdefault(attempt, []).append((name, bool(passed)))
        columns = "id, at, lesson, passed, review, code, checks, seed, versions, seconds, taken, hints"
        query = f"SELECT {columns} FROM attempt WHERE ?1 IS NULL OR lesson = ?1 ORDER BY at, id"
        return [_record(row, results) for row in db.execute(query, (lesson,))]


def _record(row: tuple[Any, ...], results: dict[int, list[tuple[str, bool]]]) -> Record:
    number, at, lesson, passed, review, code, checks, seed, versions, seconds, taken, hints = row
    kept = (bool(passed), bool(review), code, checks, seed, json.loads(versions))
    return Record(at, lesson, *kept, seconds, taken, hints, tuple(results.get(number, ())))


def _work(db: sqlite3.Connection, lesson: str, now: float) -> tuple[float, int]:
    """Return seconds of work on a lesson up to `now`, and how many different hints were opened."""
    query = "SELECT at FROM step WHERE lesson = ?1 UNION ALL SELECT at FROM attempt WHERE lesson = ?1"
    times = sorted({*(t for (t,) in db.execute(query, (lesson,)) if t <= now), now})
    taken = sum(b - a for a, b in itertools.pairwise(times) if b - a <= IDLE)
    hints = "SELECT COUNT(DISTINCT detail) FROM step WHERE lesson = ? AND kind = 'hint'"
    return taken, db.execute(hints, (lesson,)).fetchone()[0]


def _versions() -> dict[str, str]:
    """Return the versions an attempt ran on; NumPy's is read from its files, for importing it takes long."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        from importlib.metadata import version

        found = version("numpy")
    else:
        found = numpy.__version__
    return {"python": platform.python_version(), "numpy": found, "rung": __version__}


def rebuild() -> list[str]:
    """Grade every file of the workspace again and record what passes, as of when it was last changed.

    Returns:
        the slugs of the lessons that passed.
    """
    from rung.learn.grading import grade
    from rung.learn.lesson import lesson
    from rung.learn.stub import stub

    passed = []
    for slug, path in workspace.files().items():
        text = workspace.read(slug)
        if text == stub(lesson(slug)):
            continue
        verdict = grade(lesson(slug), text)
        if verdict.passed:
            record(verdict, now=path.stat().st_mtime)
            passed.append(slug)
    return passed


@contextlib.contextmanager
def _open() -> Iterator[sqlite3.Connection]:
    """Open the record for one transaction; a damaged one is replaced and rebuilt first."""
    db = ledger.connect(file())
    if ledger.claim_rebuild(db):
        db.close()
        rebuild()
        db = ledger.connect(file())
    try:
        db.execute("BEGIN IMMEDIATE")
        yield db
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise ledger.refusal(file(), error) from None
    finally:
        db.close()  # what was not committed is undone
