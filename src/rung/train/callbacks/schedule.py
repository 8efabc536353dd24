"""The learning rate at every step."""

from __future__ import annotations

from collections.abc import Callable

from rung.train.loop import Callback, Training


class Schedule(Callback):
    """Set the learning rate before each step.

    A group of parameters with an entry "scale" learns at that multiple of the rate (discriminative rates).

    Args:
        rate: of the step, from 0 on.
    """

    def __init__(self, rate: Callable[[int], float]) -> None:
        self.rate = rate

    def before_step(self, t: Training) -> None:
        """Set the rate of this step in every group of parameters."""
        rate = self.rate(t.step)
        for group in t.optimizer.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)
