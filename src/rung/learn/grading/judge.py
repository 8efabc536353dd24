"""Run a lesson's checks against the learner's process and come to a verdict."""

from __future__ import annotations

import secrets
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rung.learn.checks import Check, load_checks
from rung.learn.grading.channel import Closed, Garbled, Late
from rung.learn.grading.client import GradingError
from rung.learn.grading.job import Job
from rung.learn.grading.process import Learner
from rung.learn.grading.remote import Mine, NotAValue
from rung.learn.grading.session import LearnerError, Raised, Session
from rung.learn.grading.show import show
from rung.learn.grading.tell import COLUMNS, Failed, compose, not_a_value, raised_lines, raised_message
from rung.learn.grading.trace import Trace, begin, current
from rung.learn.grading.verdict import CheckResult, Verdict, checks_hash, code_hash

FIXED_SEED = 0


class _Ended(Exception):
    """The learner's process cannot go on; the text says why."""


def judge(job: Job, launch: Callable[[Job, str | None], Learner]) -> Verdict:
    """Grade one file.

    Args:
        job: what to grade.
        launch: starts the learner's process, or (given a mistake's name) one with that mistake.

    Raises:
        GradingError: the lesson's own files do not run.
    """
    began = time.monotonic()
    learner = launch(job, None)
    # Drawn after the fork: a copy of this process's memory must not tell it.
    seed = secrets.randbelow(2**31) if job.seed is None else job.seed
    verdict = Verdict(lesson=job.lesson, passed=False, seed=seed, code_hash=code_hash(job.source))
    try:
        checks = _checks(job)
        verdict.checks_hash = checks_hash(Path(job.folder))
        verdict.checks = [CheckResult(c.name, c.title, False, "", reached=False) for c in checks]
        failed = _run(job, learner, checks, verdict, began + job.limits.total)
        verdict.passed = bool(checks) and all(c.passed for c in verdict.checks)
        verdict.printed = learner.channel.printed()
    finally:
        learner.stop()
    if failed is not None and job.diagnose and verdict.fault is None:
        from rung.learn.grading.diagnose import diagnose

        verdict.diagnosis = diagnose(job, launch, *failed)
    verdict.seconds = round(time.monotonic() - began, 4)
    return verdict


def _checks(job: Job) -> list[Check]:
    try:
        checks = load_checks(Path(job.folder))
    except Exception as error:
        raise GradingError(
            f"checks.py of the lesson {job.lesson} does not run: {type(error).__name__}: {error}",
            fix=f"rung dev check {job.lesson}",
        ) from error
    if not checks:
        raise GradingError(
            f"checks.py of the lesson {job.lesson} has no check", fix=f"rung dev check {job.lesson}"
        )
    return checks


def _run(
    job: Job, learner: Learner, checks: list[Check], verdict: Verdict, end: float
) -> tuple[Check, int, Trace] | None:
    """Load the file and run the checks; return the first failed check with its seed and trace."""
    session = learner.session
    failed = None
    try:
        session.deadline = min(end, time.monotonic() + job.limits.seconds)
        try:
            session.request("your file", "load")
        except LearnerError as error:
            verdict.fault = _not_loaded(error.raised, job.filename, session)
            return None
        for check, result in zip(checks, verdict.checks, strict=True):
            result.reached = True
            for seed in (FIXED_SEED, verdict.seed):
                seconds = check.seconds or job.limits.seconds
                session.deadline = min(end, time.monotonic() + seconds)
                message, error_name = run_check(check, Mine(session), seed)
                if message is not None:
                    result.message, result.error = _with_refusals(message, session), error_name
                    failed = failed or (check, seed, current())
                    break
            else:
                result.passed = True
            if failed and not job.every:
                break
    except Late:
        own = next(
            (c.seconds for c, r in zip(checks, verdict.checks, strict=True) if r.reached and not r.passed),
            None,
        )
        verdict.fault = _too_slow(own or job.limits.seconds, time.monotonic() >= end, job)
    except Closed:
        verdict.fault = _wrapped(learner.how_it_ended())
    except Garbled:
        verdict.fault = _wrapped(
            "Your code wrote into the channel over which it is graded. Print with print(), give answers with "
            "return, and leave alone what you did not open."
        )
    if verdict.fault and session.refusals:
        verdict.fault = _with_refusals(verdict.fault, session)
    return failed if verdict.fault is None else None


def run_check(check: Check, mine: Mine, seed: int) -> tuple[str | None, str | None]:
    """Run one check once; return (message, name of the learner's error), both None when it holds."""
    begin()
    try:
        check.function(mine, np.random.default_rng(seed))
    except Failed as failure:
        return str(failure), None
    except LearnerError as error:
        return raised_message(error), error.raised.kinds[0]
    except NotAValue as problem:
        return not_a_value(problem), None
    except (Late, Closed, Garbled):
        raise
    except Exception as error:
        return _unusable(error), None
    return None, None


def _unusable(error: Exception) -> str:
    """Say that the check could not go on with what came back, as when it unpacks a None."""
    events = current().events
    if not events:
        return f"The check itself failed before it called your code: {type(error).__name__}: {error}"
    if events[-1].result is None and events[-1].raised is None:
        return compose(events[-1].asked, ["gave      None: did you forget to return the result?"], "")
    lines = [
        f"gave      {show(events[-1].result)}",
        f"This check cannot go on with that: {type(error).__name__}: {error}",
    ]
    return compose(events[-1].asked, lines, "")


def _with_refusals(message: str, session: Session) -> str:
    said = " ".join(message.split())
    return message + "".join(f"\n{_wrapped(text)}" for text in session.refusals[:1] if text not in said)


def _wrapped(text: str) -> str:
    """Break long lines at 80 columns and keep the line breaks there are."""
    return "\n".join(textwrap.fill(line, COLUMNS, break_long_words=False) for line in text.split("\n"))


def _not_loaded(raised: Raised, filename: str, session: Session) -> str:
    """Say why the file could not be run, pointing at the line."""
    line = raised.lines[-1] if raised.lines else None
    if line and "SyntaxError" in raised.kinds:
        text = _wrapped(f"Line {line[0]} of {filename} cannot be read as Python: {raised.message}")
    else:
        what = "\n".join(raised_lines(Raised(raised.kinds, raised.message)))
        place = f" at line {line[0]}" if line else ""
        text = _wrapped(f"{filename} stopped{place} while it was loaded: {what}")
    text += f"\n    {line[2].strip()}" if line else ""
    return _with_refusals(text, session)


def _too_slow(seconds: float, in_all: bool, job: Job) -> str:
    allowed = job.limits.total if in_all else seconds
    question = "Is there a loop whose condition never becomes false?"
    return _wrapped(f"Your code did not finish within {allowed:g} seconds. {question}")


def trial(check: Check, seed: int, learner: Learner, seconds: float) -> Trace | None:
    """Run one check once on a trusted process; return its trace, or None when it did not end well."""
    session = learner.session
    try:
        session.deadline = time.monotonic() + seconds
        session.request("the file", "load")
        run_check(check, Mine(session), seed)
    except (Late, Closed, Garbled, LearnerError):
        return None
    return current()
