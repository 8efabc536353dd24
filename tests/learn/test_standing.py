"""Where a person stands, from what was recorded and what the files hold now."""

from pathlib import Path

import pytest

from rung.learn import evidence, parts, standing, workspace
from rung.learn.grading import grade
from rung.learn.grading.verdict import Verdict, checks_hash, code_hash
from rung.learn.lesson import lesson
from rung.learn.review import DAY
from rung.learn.roadmap import roadmap
from rung.learn.stub import answer, with_replacement

SLUG = "perceptron-trick"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def passing(
    slug: str, text: str = "x = 1\n", *, now: float = 0.0, passed: bool = True, review: bool = False
) -> None:
    """Record a verdict on `text`, and put it in the workspace unless it is a review."""
    if not review:
        workspace.write(slug, text)
    hashes = {"code_hash": code_hash(text), "checks_hash": checks_hash(lesson(slug).folder)}
    evidence.record(Verdict(slug, passed, **hashes), review=review, now=now)


def state(slug: str, now: float = 0.0) -> str:
    return standing.standing(now)[slug].state


def test_at_the_start_only_what_stands_on_nothing_is_open():
    states = standing.standing(0.0)
    assert list(states) == list(roadmap().topics)
    assert {s.state for s in states.values()} <= {"open", "locked", "unwritten"}
    assert states["forward-propagation"].state == "locked"
    assert "mlp-notation" in states["forward-propagation"].missing
    assert states["advanced-papers"].state == "unwritten"


def test_a_pass_is_recorded_comes_due_and_is_reviewed():
    passing(SLUG)
    assert state(SLUG, DAY) == "passed"
    assert state(SLUG, 2 * DAY) == "due"
    passing(SLUG, now=2 * DAY)
    assert state(SLUG, 2 * DAY) == "due", "the same code passing again is no review"
    passing(SLUG, "again = 1\n", now=2 * DAY, review=True)
    assert state(SLUG, 3 * DAY) == "passed"
    now = standing.standing(3 * DAY)[SLUG]
    assert (now.passed_at, now.due_at, now.reviews, now.attempts) == (0.0, 9 * DAY, 1, 3)


def test_it_goes_stale_when_the_code_changes_and_comes_back_when_it_is_undone():
    passing(SLUG, "good = 1\n")
    workspace.write(SLUG, "good = 2\n")
    assert state(SLUG) == "stale"
    workspace.write(SLUG, "good = 1\n")
    assert state(SLUG) == "passed"
    workspace.path(SLUG).unlink()
    assert state(SLUG) == "stale"


def test_it_goes_stale_when_the_checks_change():
    workspace.write(SLUG, "good = 1\n")
    evidence.record(
        Verdict(SLUG, True, code_hash=code_hash("good = 1\n"), checks_hash="of earlier checks"), now=0.0
    )
    assert state(SLUG) == "stale"


def test_the_latest_verdict_on_the_same_code_counts():
    passing(SLUG)
    passing(SLUG, passed=False, now=1.0)
    assert state(SLUG, 2.0) == "stale"


def test_what_was_passed_once_unlocks_what_stands_on_it():
    topic = roadmap().topic("forward-propagation")
    assert topic.requires == ("mlp-notation",)
    passing("mlp-notation")
    workspace.write("mlp-notation", "changed = 1\n")
    assert state("mlp-notation") == "stale"
    assert state("forward-propagation") == "open"


def test_next_is_a_review_then_the_stale_then_the_open():
    first = standing.upcoming(0.0)
    assert first is not None
    assert standing.standing(0.0)[first.slug].state == "open"
    passing(SLUG, now=0.0)
    passing("mlp-notation", now=DAY)
    workspace.write("mlp-notation", "changed = 1\n")
    assert standing.upcoming(2 * DAY).slug == SLUG
    passing(SLUG, "again = 1\n", now=2 * DAY, review=True)
    assert standing.upcoming(2 * DAY).slug == "mlp-notation"


def test_mine_is_the_librarys_until_the_file_passes_and_again_once_it_changes():
    from rung.scratch.models.perceptron import perceptron_update

    assert parts.mine(SLUG).perceptron_update is perceptron_update
    assert parts.mine(SLUG).whose == "library"
    text = answer(lesson(SLUG))
    workspace.write(SLUG, text)
    assert parts.mine(SLUG).whose == "library", "not graded yet"
    evidence.record(grade(lesson(SLUG), text))
    own = parts.mine(SLUG)
    assert own.whose == "yours"
    assert own.perceptron_update is not perceptron_update
    assert own.perceptron_update.__code__.co_filename == str(workspace.path(SLUG))
    workspace.write(SLUG, text + "\n# one thought more\n")
    assert parts.mine(SLUG).perceptron_update is perceptron_update


def test_a_file_that_fails_is_not_mine():
    text = with_replacement(
        lesson(SLUG), "perceptron_update", "def wrong(w, b, x, y, lr=1.0):\n    return w, b\n"
    )
    workspace.write(SLUG, text)
    verdict = grade(lesson(SLUG), text)
    assert not verdict.passed
    evidence.record(verdict)
    assert parts.mine(SLUG).whose == "library"


def test_the_learners_classes_replace_the_librarys():
    from rung.scratch.ops.activation import ReLU

    slug = "forward-propagation"
    assert parts.replacements() == {}
    passing(slug, answer(lesson(slug)))
    found = parts.replacements()
    assert found[ReLU].__module__ == "rung_mine.forward_propagation"
    assert found.lesson[ReLU] == slug
    assert all(isinstance(part, type) for part in found)


def test_a_class_taught_by_two_lessons_is_the_learners_in_both_its_methods():
    from rung.scratch.ops.linear import Linear

    for slug in ("forward-propagation", "backprop-how"):
        passing(slug, answer(lesson(slug)))
    own = parts.replacements()[Linear]
    assert own.forward.__code__.co_filename == str(workspace.path("forward-propagation"))
    assert own.backward.__code__.co_filename == str(workspace.path("backprop-how"))


def test_a_part_that_breaks_in_this_process_falls_back_to_the_library():
    passing(SLUG, "raise RuntimeError('only when imported here')\n")
    assert parts.mine(SLUG).whose == "library"
