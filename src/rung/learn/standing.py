"""Where a person stands on every topic of the map, from the record and the files as they are now."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rung.learn import evidence, workspace
from rung.learn.evidence import Record
from rung.learn.finished import Finished, finished
from rung.learn.lesson import Lesson
from rung.learn.review import Attempt, Due, due
from rung.learn.roadmap import Roadmap, Topic, roadmap

STATES = {
    "passed": "passed",
    "due": "passed, and due for review",
    "stale": "passed once; the code or the checks have changed since",
    "open": "all it stands on is passed",
    "locked": "stands on something that is not passed",
    "unwritten": "the lesson is not written yet",
}


def is_done(state: str) -> bool:
    """Return whether a state counts as passed: a lesson that is due for review is still passed."""
    return state in ("passed", "due")


@dataclass(frozen=True)
class Standing:
    """Where a person stands on one topic.

    Attributes:
        slug: the topic.
        state: a key of STATES.
        passed_at: when it was first passed, in seconds since 1970; None if it never was.
        due_at: when it is, or was, due for review; None if it never was passed.
        reviews: how many reviews were passed in a row.
        attempts: how many times it was graded.
        taken: seconds of work up to the first pass, or until now.
        hints: how many hints were opened.
        missing: what is to be passed first, if it is locked.
    """

    slug: str
    state: str
    passed_at: float | None = None
    due_at: float | None = None
    reviews: int = 0
    attempts: int = 0
    taken: float = 0.0
    hints: int = 0
    missing: tuple[str, ...] = ()


def standing(now: float | None = None) -> dict[str, Standing]:
    """Return where a person stands on every topic, in the order of the map.

    Args:
        now: the time, in seconds since 1970; the clock's if left out.

    Raises:
        LessonError: a lesson breaks its contract.
        EvidenceError: the record cannot be opened.
    """
    now = time.time() if now is None else now
    plan = roadmap()
    tries: dict[str, list[Record]] = {}
    for record in evidence.records():
        tries.setdefault(record.lesson, []).append(record)
    files = workspace.files()
    hashes = {
        t.slug: _hashes(t.lesson, t.slug in files)
        for t in plan.topics.values()
        if t.lesson and t.slug in tries
    }
    ever = {slug for slug, records in tries.items() if any(r.passed for r in records)}
    done = finished()
    return {
        t.slug: _project(t, plan, ever, done.get(t.slug))
        if t.kind == "project"
        else _standing(t, plan, ever, tries.get(t.slug, []), hashes.get(t.slug), now)
        for t in plan.topics.values()
    }


def _hashes(lesson: Lesson, there: bool) -> tuple[str, str]:
    """Return the hashes of the learner's file and of the checks, as they are now."""
    from rung.learn.hashes import checks_hash, code_hash

    try:
        return code_hash(workspace.read(lesson.slug)) if there else "", checks_hash(lesson.folder)
    except OSError:  # an unreadable file has no evidence
        return "", ""


def _standing(
    topic: Topic,
    plan: Roadmap,
    ever: set[str],
    records: list[Record],
    hashes: tuple[str, str] | None,
    now: float,
) -> Standing:
    review = due([Attempt(r.at, r.passed, r.review) for r in records])
    first = next((r for r in records if r.passed), None)
    missing = () if first else tuple(_missing(topic, plan, ever))
    state = (
        "unwritten"
        if not topic.written
        else _state(first, records, hashes, review, now) or ("locked" if missing else "open")
    )
    return Standing(
        topic.slug,
        state,
        passed_at=first.at if first else None,
        due_at=review.at if review else None,
        reviews=review.rung if review else 0,
        attempts=len(records),
        taken=first.taken if first else records[-1].taken if records else 0.0,
        hints=records[-1].hints if records else 0,
        missing=missing,
    )


def _project(topic: Topic, plan: Roadmap, ever: set[str], done: Finished | None) -> Standing:
    """Return the standing of a project: it is passed by a training that beats its baselines."""
    missing = () if done else tuple(_missing(topic, plan, ever))
    state = "passed" if done else "locked" if missing else "open"
    at = done.at if done else None
    return Standing(topic.slug, state if topic.written else "unwritten", passed_at=at, missing=missing)


def _state(
    first: Record | None,
    records: list[Record],
    hashes: tuple[str, str] | None,
    review: Due | None,
    now: float,
) -> str:
    """Return the state of a topic that was passed once; empty if it never was."""
    if first is None:
        return ""
    if not is_fresh(records, hashes):
        return "stale"
    return "due" if review and review.is_due(now) else "passed"


def is_fresh(records: list[Record], hashes: tuple[str, str] | None) -> bool:
    """Tell whether the record says that this very code passed these very checks.

    Args:
        records: the attempts at one lesson, the oldest first.
        hashes: of the learner's file and of the checks, as they are now.
    """
    same = [r.passed for r in records if (r.code, r.checks) == hashes and not r.review]
    return bool(same) and same[-1]


def _missing(topic: Topic, plan: Roadmap, ever: set[str]) -> list[str]:
    """Return what is to be passed first; what is not written is looked through to what it stands on."""
    missing: list[str] = []
    seen: set[str] = set()
    waiting = list(topic.requires)
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in plan.topics:
            continue
        seen.add(name)
        if not plan.topics[name].written:
            waiting += plan.topics[name].requires
        elif name not in ever:
            missing.append(name)
    return missing


def is_mine(slug: str) -> bool:
    """Tell whether the learner's file of a lesson, as it is now, has passed the checks as they are now."""
    from rung.learn.lesson import lesson

    records = evidence.records(slug)
    return any(r.passed for r in records) and is_fresh(
        records, _hashes(lesson(slug), workspace.path(slug).exists())
    )


def upcoming(now: float | None = None) -> Topic | None:
    """Return the topic to do next: a review that is due, else what went stale, else the next open lesson.

    The next open lesson is on the track of the latest attempt if that has one, else the first on the path.

    Args:
        now: the time, in seconds since 1970; the clock's if left out.
    """
    plan = roadmap()
    states = {slug: s.state for slug, s in standing(now).items()}
    path = [t for t in plan.path() if t.lesson]
    latest = evidence.records()[-1:]
    track = plan.topics[latest[0].lesson].track if latest and latest[0].lesson in plan.topics else ""
    for state in ("due", "stale", "open"):
        found = [t for t in path if states[t.slug] == state]
        if found:
            return next((t for t in found if t.track == track), found[0])
    return None


def as_row(topic: Topic, state: str) -> dict[str, object]:
    """Return a topic as the map shows it in JSON.

    Args:
        topic: the topic.
        state: a key of STATES.
    """
    return {
        "slug": topic.slug,
        "title": topic.title,
        "track": topic.track,
        "level": topic.level,
        "written": topic.written,
        "state": state,
        "requires": list(topic.requires),
    }
