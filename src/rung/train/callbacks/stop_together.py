"""Several processes that stop after the same step."""

from __future__ import annotations

from rung.train.loop import Callback, Training
from rung.train.processes import Together


class StopTogether(Callback):
    """Stop when the first process stops: it alone sees the validation score and the wish to stop.

    It comes last among the callbacks, when the others have decided.

    Args:
        together: the processes.
    """

    def __init__(self, together: Together) -> None:
        self.together = together

    def after_step(self, t: Training) -> None:
        """Take over the first process's wish to stop."""
        t.stop = self.together.agree(t.stop)

    def after_epoch(self, t: Training) -> None:
        """Take over the first process's wish to stop, now that it knows the validation score."""
        t.stop = self.together.agree(t.stop)
