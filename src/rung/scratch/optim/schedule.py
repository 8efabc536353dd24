"""Schedules: the learning rate as a function of the step. The base, and those that are one formula."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rung.scratch.optim.optimizer import Optimizer, OptimizerError


class LRScheduler:
    """Set the learning rate of every group from its first one and the number of steps taken.

    Call `step()` once after each `optimizer.step()`, or once after each epoch: a schedule counts its own
    calls. A subclass writes `rate`, a formula in the count alone, so that a schedule can be drawn, and
    resumed from one number.

    Args:
        optimizer: whose groups' "lr" is set; their first one is kept as "initial_lr".
        last_epoch: the count to go on from; -1 starts anew.

    Source: PyTorch's names. Here: no recursion from the last rate, so two schedules on one optimiser do not
        multiply.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            if last_epoch == -1:
                group["initial_lr"] = group.get("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise OptimizerError(
                    f"{type(self).__name__} is to go on from {last_epoch} without an initial_lr",
                    rule="The first learning rate is needed to go on.",
                    fix="load the optimiser's state first",
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    def rate(self, base: float, t: int) -> float:
        """Return the learning rate after t steps, for a group that began with `base`."""
        raise NotImplementedError(f"{type(self).__name__}.rate")

    def step(self) -> None:
        """Count one step and set the learning rates."""
        self.last_epoch += 1
        self._set()

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of each group, as it was set last."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return the count and the first learning rates."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on from a saved count, and set the learning rates that belong to it."""
        self.last_epoch, self.base_lrs = saved["last_epoch"], list(saved["base_lrs"])
        self._set()

    def _set(self) -> None:
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.rate(base, self.last_epoch)


class LambdaLR(LRScheduler):
    """Any formula: lr = base * lr_lambda(t).

    Args:
        optimizer: whose learning rates are set.
        lr_lambda: takes the count and returns a factor; one, or one a group.
        last_epoch: the count to go on from.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        groups = len(optimizer.param_groups)
        self.lr_lambdas = [lr_lambda] * groups if callable(lr_lambda) else list(lr_lambda)
        if len(self.lr_lambdas) != groups:
            raise OptimizerError(
                f"LambdaLR was given {len(self.lr_lambdas)} functions for {groups} groups",
                rule="One function for all groups, or one for each.",
            )
        super().__init__(optimizer, last_epoch)

    def _set(self) -> None:
        groups = zip(self.optimizer.param_groups, self.base_lrs, self.lr_lambdas, strict=True)
        for group, base, factor in groups:
            group["lr"] = base * factor(self.last_epoch)


class StepLR(LRScheduler):
    """Multiply by gamma every `step_size` steps: lr = base * gamma^floor(t / step_size)."""

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return base * gamma^floor(t / step_size)."""
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """Multiply by gamma at each of the milestones (counts)."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return base times gamma for every milestone passed."""
        return base * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """Multiply by gamma at every step: lr = base * gamma^t."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return base * gamma^t."""
        return base * self.gamma**t


class LinearLR(LRScheduler):
    """Go in a straight line from base * start_factor to base * end_factor in total_iters steps: warm-up.

    lr = base * (start + (end - start) * min(t, total_iters) / total_iters)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise OptimizerError(
                f"LinearLR: factors {start_factor} and {end_factor}",
                rule="start_factor is above 0, end_factor at least 0, and neither above 1.",
            )
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return the rate on the line, or its end."""
        share = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class CosineAnnealingLR(LRScheduler):
    """Follow half a cosine from base down to eta_min in T_max steps (and up again in as many, if it goes on).

    lr = eta_min + (base - eta_min) (1 + cos(pi t / T_max)) / 2

    Source: loshchilov2016sgdr, eq. 5, without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return the rate on the cosine."""
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """Follow half a cosine down to eta_min, jump back up, and again, each time T_mult times as long.

    Args:
        optimizer: whose learning rates are set.
        T_0: steps of the first descent.
        T_mult: how many times as long each next one is; a whole number, 1 or more.
        eta_min: the lowest rate.
        last_epoch: the count to go on from.

    Source: loshchilov2016sgdr, eq. 5.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or T_mult < 1:
            raise OptimizerError(
                f"CosineAnnealingWarmRestarts: T_0 {T_0}, T_mult {T_mult}",
                rule="T_0 is at least 1, and so is T_mult.",
            )
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return the rate on the cosine of the descent that t falls in."""
        length = self.T_0
        while t >= length:
            t, length = t - length, length * self.T_mult
            if self.T_mult == 1:
                t %= length
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / length)) / 2


class SequentialLR(LRScheduler):
    """Follow one schedule after another: the next begins at its milestone, counting from 0.

    Args:
        optimizer: whose learning rates are set.
        schedulers: schedules of this optimiser, one more than there are milestones.
        milestones: the counts at which the next one takes over, rising.
        last_epoch: the count to go on from.

    Example:
        A warm-up, then a cosine: SequentialLR(opt, [LinearLR(opt, 0.1, total_iters=5), CosineAnnealingLR(opt,
        95)], [5]).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        if len(schedulers) != len(milestones) + 1 or any(s.optimizer is not optimizer for s in schedulers):
            raise OptimizerError(
                f"SequentialLR was given {len(schedulers)} schedules and {len(milestones)} milestones",
                rule="One schedule more than milestones, all of this optimiser.",
            )
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer, last_epoch)

    def rate(self, base: float, t: int) -> float:
        """Return the rate that the schedule in charge gives, counted from its own beginning."""
        i = bisect_right(self.milestones, t)
        return self.schedulers[i].rate(base, t - (self.milestones[i - 1] if i else 0))
