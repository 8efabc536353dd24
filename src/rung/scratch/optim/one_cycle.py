"""OneCycleLR: up to a high rate and down to almost none, with the momentum the other way round."""

from __future__ import annotations

import math
from typing import Any

from rung.scratch.optim.optimizer import Optimizer, OptimizerError
from rung.scratch.optim.schedule import LRScheduler


class OneCycleLR(LRScheduler):
    """Rise from max_lr / div_factor to max_lr, then fall to the first rate / final_div_factor.

    High rates in the middle carry the parameters far and keep them out of narrow valleys; momentum is low
    meanwhile.

    Args:
        optimizer: whose learning rates are set, and its momentum (or first beta) if cycle_momentum.
        max_lr: the highest rate, one or one a group.
        total_steps: how many steps the whole cycle takes; or give epochs and steps_per_epoch.
        epochs: how many epochs; with steps_per_epoch.
        steps_per_epoch: how many steps an epoch has.
        pct_start: the share of the steps on the way up.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: move the momentum from max_momentum to base_momentum and back.
        base_momentum: the momentum where the rate is highest.
        max_momentum: the momentum at both ends.
        div_factor: max_lr over the first rate.
        final_div_factor: the first rate over the last.
        last_epoch: the count to go on from.

    Raises:
        OptimizerError: the number of steps is not given, there is no momentum to move, or it is stepped too
            often.

    Source: smith2018superconvergence, in PyTorch's two phases.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        last_epoch: int = -1,
    ) -> None:
        if total_steps is None:
            if not epochs or not steps_per_epoch:
                raise OptimizerError(
                    "OneCycleLR was not told how many steps there are",
                    rule="The whole cycle is planned from its end.",
                    fix="total_steps, or epochs and steps_per_epoch",
                )
            total_steps = epochs * steps_per_epoch
        if anneal_strategy not in ("cos", "linear"):
            raise OptimizerError(
                f"OneCycleLR: anneal_strategy is {anneal_strategy!r}", rule='"cos" or "linear".'
            )
        self.total_steps, self.top = total_steps, float(pct_start * total_steps) - 1
        self.between = _cosine if anneal_strategy == "cos" else _line
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        self.momenta = (max_momentum, base_momentum) if cycle_momentum else None
        groups = optimizer.param_groups
        if cycle_momentum and not all("momentum" in g or "betas" in g for g in groups):
            raise OptimizerError(
                f"{type(optimizer).__name__} has no momentum to cycle", fix="cycle_momentum=False"
            )
        highest = max_lr if isinstance(max_lr, list) else [max_lr] * len(groups)
        for group, high in zip(groups, highest, strict=True):
            if last_epoch == -1:
                group["initial_lr"] = high / div_factor
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return the rate on its way up or down."""
        last = base / self.final_div_factor
        return self._phase(t, base, base * self.div_factor, last)

    def _phase(self, t: int, first: float, top: float, last: float) -> float:
        if t <= self.top:
            return self.between(first, top, t / self.top)
        return self.between(top, last, (t - self.top) / (self.total_steps - 1 - self.top))

    def _set(self) -> None:
        t = self.last_epoch
        if t >= self.total_steps:
            raise OptimizerError(
                f"OneCycleLR was stepped {t} times; its cycle has {self.total_steps} steps",
                rule="One step of the schedule a step of the optimiser, and the cycle is over.",
                fix="a larger total_steps",
            )
        super()._set()
        if self.momenta is None:
            return
        high, low = self.momenta
        for group in self.optimizer.param_groups:
            momentum = self._phase(t, high, low, high)
            set_momentum(group, momentum)


def set_momentum(group: dict[str, Any], momentum: float) -> None:
    """Set a group's momentum, which Adam and its kin call the first of their betas."""
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (math.cos(math.pi * share) + 1)


def _line(start: float, end: float, share: float) -> float:
    return start + (end - start) * share
