"""When a passed lesson comes back: after growing intervals, each begun by writing it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DAY = 86_400.0
INTERVALS = (2, 7, 21, 60)  # days; the last is repeated


@dataclass(frozen=True)
class Attempt:
    """One graded attempt, as far as review is concerned.

    Attributes:
        at: when, in seconds since 1970.
        passed: whether every check passed.
        review: whether it was written again from the stub, for a review.
    """

    at: float
    passed: bool
    review: bool = False


@dataclass(frozen=True)
class Due:
    """Where a lesson stands in its reviews.

    Attributes:
        at: when it is due, in seconds since 1970.
        rung: how many reviews have been passed in a row.
    """

    at: float
    rung: int

    def is_due(self, now: float) -> bool:
        """Tell whether it is due at `now`."""
        return now >= self.at


def due(attempts: Sequence[Attempt]) -> Due | None:
    """Return when a lesson is due for review, from all its attempts in order; None if it was never passed.

    The first pass starts the clock. A review passed when due moves to the next interval, one failed goes back
    to the first; running a check again in between changes nothing.

    Args:
        attempts: every attempt at one lesson, the oldest first.

    Example:
        >>> due([Attempt(0.0, passed=True)]).at / DAY
        2.0
        >>> due([Attempt(0.0, passed=True), Attempt(2 * DAY, passed=True, review=True)]).at / DAY
        9.0
    """
    state: Due | None = None
    failed = False
    for attempt in attempts:
        if state is None:
            state = Due(attempt.at + INTERVALS[0] * DAY, 0) if attempt.passed else None
        elif attempt.review and attempt.at >= state.at:
            if attempt.passed:
                rung = 0 if failed else state.rung + 1
                state = Due(attempt.at + INTERVALS[min(rung, len(INTERVALS) - 1)] * DAY, rung)
            failed = not attempt.passed
    return state
