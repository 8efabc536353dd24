"""A row of the table for an optimiser or a schedule: 100 steps beside PyTorch's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rung.scratch.function import current
from rung.testing.optimizers import SHAPES, check_optimizer, steps_difference
from rung.testing.row import Measured


class WithSchedule:
    """An optimiser and its schedule, stepped together, as a training loop does.

    Args:
        optimizer: ours or PyTorch's.
        schedule: made for it.
        metric: what `schedule.step` is told at each step, as a function of the count; None for nothing.
    """

    def __init__(self, optimizer: Any, schedule: Any, metric: Callable[[int], float] | None = None) -> None:
        self.optimizer, self.schedule, self.metric, self.count = optimizer, schedule, metric, 0

    def step(self) -> None:
        """Step the optimiser, then the schedule."""
        self.optimizer.step()
        self.count += 1
        self.schedule.step(*(() if self.metric is None else (self.metric(self.count),)))


@dataclass(frozen=True)
class OptimizerRow:
    """One optimiser or schedule: ours, PyTorch's, and the settings that both are tried with.

    Attributes:
        name: the part's name.
        part: the class.
        build: makes ours, given the class (or what stands for it now), parameters and settings.
        reference: makes PyTorch's, given the torch module, parameters and settings.
        settings: one set of keyword arguments a trial.
        rules: whether it is an optimiser, to be held to the rules of one; a schedule is not.
        shapes: of the parameters.
        tolerance: the largest difference allowed after 100 steps in float64.
    """

    name: str
    part: Any
    build: Callable[..., Any]
    reference: Callable[..., Any]
    settings: tuple[dict[str, Any], ...] = ({},)
    rules: bool = True
    shapes: tuple[tuple[int, ...], ...] = SHAPES
    tolerance: float = 1e-9

    def measure(self) -> Measured:
        """Take 100 steps on both sides with each of the settings; return the largest difference met."""
        import torch

        part = current(self.part)
        worst = 0.0
        for settings in self.settings:
            ours = functools.partial(self.build, part, **settings)
            theirs = functools.partial(self.reference, torch, **settings)
            worst = max(worst, steps_difference(ours, theirs, shapes=self.shapes))
        return Measured(steps=worst)

    def checks(self) -> dict[str, Callable[[], None]]:
        """Return what this row is held to, by name."""
        return {"equals_torch_over_100_steps": self._equals_torch, "keeps_the_rules": self._keeps_the_rules}

    def _equals_torch(self) -> None:
        steps = self.measure().steps
        fine = steps is not None and steps <= self.tolerance
        assert fine, f"{self.name}: after 100 steps off by {steps:.3g} ({self.tolerance:g} allowed)"

    def _keeps_the_rules(self) -> None:
        for settings in self.settings if self.rules else ():
            build = functools.partial(self.build, current(self.part), **settings)
            check_optimizer(build, shapes=self.shapes)
