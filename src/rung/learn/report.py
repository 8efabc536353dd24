"""The record as one report, for the terminal, the studio and a file to keep."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from typing import Any

from rung.learn import evidence
from rung.learn.roadmap import roadmap
from rung.learn.standing import is_done, standing

BAR = 20


def report(now: float | None = None) -> dict[str, Any]:
    """Return the whole record as plain data.

    Args:
        now: the time, in seconds since 1970; the clock's if left out.

    Returns:
        {"at", "passed", "total", "due", "hints", "taken", "tracks", "lessons", "attempts", "notes"}, with the
        lessons begun, the latest passed first. attempts and notes are the evidence; `taken` is in seconds.
    """
    now = time.time() if now is None else now
    plan, states = roadmap(), standing(now)
    # Counted from the steps: a hint may be opened before anything was graded.
    opened = {(step.lesson, step.detail) for step in evidence.steps(kind="hint")}
    hints = Counter(lesson for lesson, _ in opened)
    lessons: list[dict[str, Any]] = []
    for slug, s in states.items():
        if not (s.attempts or s.passed_at or hints[slug]):
            continue
        topic = plan.topics[slug]
        row = {"lesson": slug, "title": topic.title, "track": topic.track, "level": topic.level}
        keys = ("state", "passed_at", "due_at", "reviews", "attempts", "taken")
        lessons.append(row | {key: getattr(s, key) for key in keys} | {"hints": hints[slug]})
    lessons.sort(key=lambda r: (r["passed_at"] is None, -(r["passed_at"] or 0)))
    tracks = []
    for key, track in plan.tracks.items():
        here = [t.slug for t in plan.topics.values() if t.track == key]
        passed = sum(is_done(states[slug].state) for slug in here)
        tracks.append({"track": key, "title": track.title, "passed": passed, "total": len(here)})
    return {
        "at": now,
        "passed": sum(t["passed"] for t in tracks),
        "total": sum(t["total"] for t in tracks),
        "due": [r["lesson"] for r in lessons if r["state"] == "due"],
        "hints": sum(r["hints"] for r in lessons),
        "taken": sum(r["taken"] for r in lessons),
        "tracks": tracks,
        "lessons": lessons,
        "attempts": [_attempt(record) for record in evidence.records()],
        "notes": [
            {"at": s.at, "lesson": s.lesson, "kind": s.kind, "detail": s.detail} for s in evidence.steps()
        ],
    }


def _attempt(r: Any) -> dict[str, Any]:
    """Return one graded attempt: the evidence."""
    return {
        "at": r.at,
        "lesson": r.lesson,
        "passed": r.passed,
        "review": r.review,
        "seed": r.seed,
        "code_hash": r.code,
        "checks_hash": r.checks,
        "versions": r.versions,
        "seconds": r.seconds,
        "taken": r.taken,
        "hints": r.hints,
        "checks": [{"name": name, "passed": passed} for name, passed in r.results],
    }


def as_markdown(record: dict[str, Any]) -> str:
    """Return a report as markdown that reads well anywhere, with bars of characters.

    Args:
        record: from `report`.
    """
    lines = ["# My record", "", f"{record['passed']} of {record['total']} topics, {day(record['at'])}.", ""]
    lines += ["| track | progress | passed |", "|---|---|---|"]
    for t in record["tracks"]:
        lines.append(f"| {t['title']} | `{bar(t['passed'], t['total'])}` | {t['passed']} of {t['total']} |")
    lines += ["", "| lesson | state | passed on | review due | tries | hints | time |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for r in record["lessons"]:
        cells = (r["title"], r["state"], day(r["passed_at"]), day(r["due_at"]))
        lines.append(
            "| " + " | ".join([*cells, str(r["attempts"]), str(r["hints"]), span(r["taken"])]) + " |"
        )
    return "\n".join(lines) + "\n"


def bar(done: int, total: int, length: int = BAR) -> str:
    """Return a progress bar of blocks; any progress at all shows.

    Example:
        >>> bar(1, 134, length=4)
        '█░░░'
    """
    full = max(1, round(length * done / total)) if done and total else 0
    return "█" * full + "░" * (length - full)


def day(at: float | None) -> str:
    """Return a time as a date in the local zone, or a dash."""
    return "-" if at is None else f"{datetime.fromtimestamp(at):%Y-%m-%d}"


def span(seconds: float) -> str:
    """Return a stretch of work in words.

    Example:
        >>> span(50), span(1500), span(9000)
        ('under a minute', '25 min', '2 h 30 min')
    """
    if seconds < 60:
        return "under a minute"
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
