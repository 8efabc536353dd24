"""Ending a training that no longer gets better on the validation part."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.train.backend import Backend
from rung.train.loop import Callback, Training


class EarlyStopping(Callback):
    """Stop when the validation score has not improved for some epochs, and keep the best epoch's weights.

    Args:
        backend: of the model.
        patience: how many epochs may pass without a better score.
        higher: whether more is better.

    Source: prechelt1998.
    """

    def __init__(self, backend: Backend, patience: int, higher: bool) -> None:
        self.backend, self.patience, self.higher = backend, patience, higher
        self.best: float | None = None
        self.bad = 0
        self.weights: dict[str, np.ndarray] = {}

    def after_epoch(self, t: Training) -> None:
        """Compare with the best epoch so far; stop when it is too long ago."""
        if t.validation is None:
            return
        if self.best is None or ((t.validation > self.best) == self.higher and t.validation != self.best):
            self.best, self.bad = t.validation, 0
            self.weights = {n: a.copy() for n, a in self.backend.weights(t.model).items()}
        else:
            self.bad += 1
            t.stop = t.stop or self.bad >= self.patience

    @property
    def stopped(self) -> bool:
        """Whether patience has run out."""
        return self.bad >= self.patience

    def end(self, t: Training) -> None:
        """Put the best epoch's weights back, if the training has come to its end."""
        if self.weights and (self.stopped or t.step >= t.total):
            self.backend.load_weights(t.model, self.weights)

    def state(self) -> dict[str, Any]:
        """Return the best score, its weights, and how many epochs passed since."""
        return {"best": self.best, "bad": self.bad, **{f"w.{n}": a for n, a in self.weights.items()}}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.best, self.bad = state.get("best"), state.get("bad", 0)
        self.weights = {n.removeprefix("w."): a for n, a in state.items() if n.startswith("w.")}
