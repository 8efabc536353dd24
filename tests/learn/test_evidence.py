"""The record: what is written is read back, two may write at once, and a damaged file is rebuilt."""

import multiprocessing
import sqlite3
import time
from pathlib import Path

import pytest

from rung.learn import evidence, ledger, workspace
from rung.learn.grading.verdict import CheckResult, Verdict
from rung.learn.ledger import EvidenceError
from rung.learn.lesson import lesson
from rung.learn.stub import answer

SLUG = "perceptron-trick"
MINUTE = 60.0


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def verdict(passed: bool = True, lesson: str = SLUG, code: str = "c" * 64) -> Verdict:
    checks = [CheckResult("first", "It runs", True, ""), CheckResult("second", "It is right", passed, "")]
    checks.append(CheckResult("third", "It is quick", passed, "", reached=passed))
    return Verdict(lesson, passed, checks, seconds=0.25, seed=7, code_hash=code, checks_hash="d" * 64)


def test_an_attempt_is_read_back_as_it_was_written():
    written = evidence.record(verdict(passed=False), now=100.0)
    assert evidence.records() == [written]
    assert written.results == (("first", True), ("second", False)), "what was not reached is not evidence"
    assert (written.at, written.seed, written.code, written.checks) == (100.0, 7, "c" * 64, "d" * 64)
    assert set(written.versions) == {"python", "numpy", "rung"}
    assert not written.passed


def test_attempts_come_in_order_and_by_lesson():
    evidence.record(verdict(), now=2.0)
    evidence.record(verdict(lesson="perceptron"), now=1.0)
    assert [r.at for r in evidence.records()] == [1.0, 2.0]
    assert [r.lesson for r in evidence.records(SLUG)] == [SLUG]


def test_time_taken_leaves_out_long_pauses_and_hints_count_once():
    evidence.note(SLUG, "opened", now=0.0)
    evidence.note(SLUG, "hint", "Nudge", now=5 * MINUTE)
    evidence.note(SLUG, "hint", "Nudge", now=6 * MINUTE)
    evidence.note(SLUG, "hint", "Idea", now=10 * MINUTE)
    evidence.note("perceptron", "hint", "Nudge", now=11 * MINUTE)
    evidence.record(verdict(passed=False), now=12 * MINUTE)
    day_after = 24 * 60 * MINUTE
    done = evidence.record(verdict(), now=day_after)
    assert done.hints == 2
    assert done.taken == 12 * MINUTE
    assert evidence.record(verdict(), now=day_after + MINUTE).taken == 13 * MINUTE


def test_notes_are_read_back_by_lesson_and_kind():
    evidence.note(SLUG, "solution", "gave up", now=1.0)
    evidence.note(SLUG, "hint", "Nudge", now=2.0)
    assert [s.detail for s in evidence.steps(SLUG)] == ["gave up", "Nudge"]
    assert [s.detail for s in evidence.steps(kind="solution")] == ["gave up"]
    assert evidence.steps("perceptron") == []


def _write_many(lesson: str) -> None:
    for i in range(20):
        evidence.record(verdict(lesson=lesson), now=float(i))


def test_two_processes_write_at_once_and_nothing_is_lost():
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(name,)) for name in ("perceptron", SLUG)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [w.exitcode for w in writers] == [0, 0]
    assert len(evidence.records("perceptron")) == len(evidence.records(SLUG)) == 20


def test_a_writer_waits_for_another_that_holds_the_file():
    evidence.record(verdict())
    other = sqlite3.connect(evidence.file(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert len(_read_only()) == 1, "readers do not wait"
    other.execute("COMMIT")
    other.close()
    evidence.record(verdict())
    assert len(evidence.records()) == 2


def _read_only() -> list[int]:
    db = sqlite3.connect(evidence.file())
    try:
        return [n for (n,) in db.execute("SELECT id FROM attempt")]
    finally:
        db.close()


@pytest.mark.parametrize(
    "damage", [b"this is not a database" * 50, b""], ids=["overwritten", "truncated header"]
)
def test_a_damaged_record_is_set_aside_and_rebuilt_from_the_workspace(home, damage):
    workspace.write(SLUG, answer(lesson(SLUG)))
    workspace.write("mlp-notation", "def parameter_shapes(sizes): return []\n")
    evidence.record(verdict())
    whole = evidence.file().read_bytes()
    evidence.file().write_bytes(damage or whole[:100] + b"\xff" * (len(whole) - 100))
    for end in ("-wal", "-shm"):
        evidence.file().with_name(evidence.file().name + end).unlink(missing_ok=True)

    before = time.time()
    rebuilt = evidence.records()

    assert [(r.lesson, r.passed) for r in rebuilt] == [(SLUG, True)], "what does not pass is not evidence"
    assert rebuilt[0].code != "c" * 64
    assert rebuilt[0].at <= before, "it counts from when the file was last changed"
    assert len(list((home / ".rung").glob("evidence.broken-1.db"))) == 1
    assert evidence.records() == rebuilt, "it is rebuilt once"


def test_a_newer_record_is_refused_and_left_alone():
    evidence.record(verdict())
    db = sqlite3.connect(evidence.file())
    db.execute(f"PRAGMA user_version = {ledger.FORMAT + 1}")
    db.close()
    with pytest.raises(EvidenceError, match="newer rung"):
        evidence.records()
    assert not list(evidence.file().parent.glob("*broken*"))


def test_a_record_that_cannot_be_made_is_refused(home):
    (home / ".rung").write_text("in the way")
    with pytest.raises(EvidenceError, match="cannot be used"):
        evidence.records()


def test_what_fails_halfway_is_undone():
    broken = verdict()
    broken.checks.append(CheckResult("first", "It runs", object(), ""))  # type: ignore[arg-type]
    with pytest.raises(sqlite3.Error):
        evidence.record(broken)
    assert evidence.records() == []
