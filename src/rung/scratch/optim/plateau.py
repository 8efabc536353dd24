"""ReduceLROnPlateau: a smaller learning rate when a score has stopped getting better."""

from __future__ import annotations

import math
from typing import Any

from rung.scratch.optim.optimizer import Optimizer, OptimizerError


class ReduceLROnPlateau:
    """Multiply the learning rate by `factor` after more than `patience` looks without a better score.

    Args:
        optimizer: whose learning rates are set.
        mode: "min" if lower is better, "max" if higher is.
        factor: by what the rate is multiplied, below 1.
        patience: how many looks without improvement are borne.
        threshold: how much better counts as better.
        threshold_mode: "rel": by that share of the best; "abs": by that much.
        cooldown: looks after a reduction that do not count.
        min_lr: the lowest rate, one or one a group.
        eps: a reduction smaller than this is left out.

    Raises:
        OptimizerError: factor is not below 1, or a mode does not exist.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1:
            raise OptimizerError(
                f"ReduceLROnPlateau: factor is {factor}", rule="It makes the rate smaller: below 1."
            )
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise OptimizerError(
                f"ReduceLROnPlateau: mode {mode!r}, threshold_mode {threshold_mode!r}",
                rule='mode is "min" or "max", threshold_mode "rel" or "abs".',
            )
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown, self.eps = (
            threshold,
            threshold_mode,
            cooldown,
            eps,
        )
        groups = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, list) else [min_lr] * groups
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def step(self, metrics: float) -> None:
        """Look at a score, and reduce the learning rates if it is time."""
        self.last_epoch += 1
        if self.is_better(float(metrics)):
            self.best, self.num_bad_epochs = float(metrics), 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def is_better(self, score: float) -> bool:
        """Tell whether a score is better than the best so far by more than the threshold."""
        sign = 1 if self.mode == "min" else -1
        if self.threshold_mode == "rel":
            # Of a negative best this share goes the wrong way; it is PyTorch's formula, kept for its numbers.
            return sign * score < sign * self.best * (1 - sign * self.threshold)
        return sign * score < sign * self.best - self.threshold

    def _reduce(self) -> None:
        for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
            lr = max(group["lr"] * self.factor, lowest)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return the best score and the counts."""
        keys = ("best", "num_bad_epochs", "cooldown_counter", "last_epoch")
        return {key: getattr(self, key) for key in keys}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on from a saved state; the rates themselves are in the optimiser's."""
        for key in self.state_dict():
            setattr(self, key, saved[key])
