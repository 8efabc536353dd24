"""A verdict, shown: the first thing that is not right yet, in the learner's own numbers; and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rung.terminal.screen import indented, say

if TYPE_CHECKING:
    from rung.learn.grading.verdict import Verdict
    from rung.learn.lesson import Lesson


def show(lesson: Lesson, verdict: Verdict) -> None:
    """Write a verdict: what passed, then the first failure and what it means."""
    passed = sum(c.passed for c in verdict.checks)
    if verdict.passed:
        say(
            f"✓ {lesson.slug}: all {passed} checks passed, with fresh inputs too (seed {verdict.seed}).",
            "green",
        )
    else:
        say(f"✗ {lesson.slug}: {passed} of {len(verdict.checks)} checks passed", "red")
        for result in verdict.checks:
            if result.passed:
                say(f"  ✓ {result.title}", "green")
        failure = verdict.failure()
        if failure is not None:
            say(f"  ✗ {failure.title}", "red")
            indented(failure.message)
        if verdict.fault:
            indented(verdict.fault)
        if verdict.diagnosis:
            say()
            say(verdict.diagnosis, "bold yellow")
    if verdict.printed:
        say("\nYour code printed:")
        indented(verdict.printed.rstrip("\n"))


def as_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict in the shape that `rung check --json` promises."""
    checks: list[dict[str, Any]] = [
        {"name": c.name, "passed": c.passed, "message": c.message} for c in verdict.checks
    ]
    if verdict.fault:
        first = next((c for c in checks if not c["passed"]), None)
        if first is None:
            checks.append({"name": "load", "passed": False, "message": verdict.fault})
        else:
            first["message"] = "\n".join(m for m in (first["message"], verdict.fault) if m)
    return {
        "lesson": verdict.lesson,
        "passed": verdict.passed,
        "checks": checks,
        "diagnosis": verdict.diagnosis,
    }
