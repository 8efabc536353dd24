"""Which named mistake behaves as this answer does? Told only when the inputs really tell the two apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rung.learn.checks import Check
from rung.learn.grading.job import Job
from rung.learn.grading.process import Learner
from rung.learn.grading.remote import Remote
from rung.learn.grading.trace import Event, Trace
from rung.learn.mistakes import load_mistakes

_SECONDS = 5.0


def diagnose(
    job: Job, launch: Callable[[Job, str | None], Learner], check: Check, seed: int, trace: Trace
) -> str | None:
    """Return the sentence of the first mistake whose results on this check equal the learner's, or None.

    What a call did to its arguments counts as its result. The learner's results must differ from the right
    answer's: where both agree (as when the check only asks that nothing is changed), equality with a
    mistake would mean nothing.
    """
    from rung.learn.grading.judge import trial

    if not any(_informative(event) for event in trace.events):
        return None
    mistakes = [m for m in load_mistakes(Path(job.folder)) if m.caught_by == check.name]
    if not mistakes:
        return None

    trusted = dataclasses.replace(job, source="")

    def traced(mistake: str) -> Trace | None:
        learner = launch(trusted, mistake)
        try:
            return trial(check, seed, learner, check.seconds or _SECONDS)
        finally:
            learner.stop()

    right = traced("")
    if right is not None and _same(trace.events, right.events[: len(trace.events)]):
        return None
    for mistake in mistakes:
        wrong = traced(mistake.name)
        if wrong is not None and _same(trace.events, wrong.events):
            return mistake.says
    return None


def _informative(event: Event) -> bool:
    return event.raised not in (None, "NotImplementedError") or (
        event.raised is None
        and (bool(event.changed) or (event.result is not None and not isinstance(event.result, Remote)))
    )


def _same(left: list[Event], right: list[Event]) -> bool:
    return len(left) == len(right) and all(
        a.raised == b.raised and _equal(a.result, b.result) and _same_changes(a, b)
        for a, b in zip(left, right, strict=True)
    )


def _same_changes(a: Event, b: Event) -> bool:
    return _equal([now for _, now in a.changed], [now for _, now in b.changed])


def _equal(a: Any, b: Any) -> bool:
    """Return whether two results are the same to within rounding."""
    if isinstance(a, Remote) or isinstance(b, Remote):
        return isinstance(a, Remote) and isinstance(b, Remote) and a._kind == b._kind
    if isinstance(a, np.random.Generator) and isinstance(b, np.random.Generator):
        return repr(a.bit_generator.state) == repr(b.bit_generator.state)
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(_equal(a[k], b[k]) for k in a)
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))
    try:
        x, y = np.asarray(a), np.asarray(b)
        if x.dtype.kind in "biufc" and y.dtype.kind in "biufc":
            return x.shape == y.shape and bool(np.allclose(x, y, rtol=1e-6, atol=1e-9, equal_nan=True))
    except ValueError:
        return False
    return type(a) is type(b) and bool(a == b)
