"""The moving average of the weights, which is steadier than the weights themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from rung.train.backend import Backend
from rung.train.loop import Callback, Training


class Ema(Callback):
    """Keep an exponential moving average of the weights; validate with it, and end with it.

    average <- decay average + (1 - decay) weights, after every step; at the beginning with a smaller decay,
    (1 + step) / (10 + step), so that the first weights, which know nothing, are soon forgotten.

    Args:
        backend: of the model.
        decay: how much of the average stays at a step, from 0 to below 1.

    Source: polyak1992 (averaging).
    """

    def __init__(self, backend: Backend, decay: float) -> None:
        self.backend, self.decay = backend, decay
        self.average: dict[str, np.ndarray] = {}

    def after_step(self, t: Training) -> None:
        """Take the new weights into the average."""
        weights = self.backend.weights(t.model)
        decay = min(self.decay, (1 + t.step) / (10 + t.step))
        if not self.average:
            self.average = {n: a.copy() for n, a in weights.items()}
        for name, array in weights.items():
            if array.dtype.kind == "f":
                self.average[name] += (1 - decay) * (array - self.average[name])
            else:
                self.average[name] = array.copy()  # a counter has no average

    @contextlib.contextmanager
    def in_place(self, model: Any) -> Iterator[None]:
        """Run the block with the average in the place of the weights."""
        if not self.average:
            yield
            return
        own = {n: a.copy() for n, a in self.backend.weights(model).items()}
        self.backend.load_weights(model, self.average)
        try:
            yield
        finally:
            self.backend.load_weights(model, own)

    def end(self, t: Training) -> None:
        """Leave the average in the model, if the training has come to its end."""
        if self.average and t.step >= t.total:
            self.backend.load_weights(t.model, self.average)

    def state(self) -> dict[str, Any]:
        """Return the average."""
        return dict(self.average)

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.average = {n: np.array(a) for n, a in state.items()}
