"""Finding a learning rate: try them all in one short training, and see at which the loss falls fastest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.scratch.errors import SettingError
from rung.train.backend import Backend
from rung.train.loop import Callback, Training, TrainingError, fit

_SMOOTH = 0.9  # share of the running mean that a step keeps
_REACH = 10  # points to either side through which a slope is drawn
_LEAST = 2 * _REACH + 1  # a shorter curve has no place for one


@dataclass(frozen=True, eq=False)
class Found:
    """What a search for a learning rate saw.

    Attributes:
        rates: that were tried, ascending (n,).
        losses: of the batch that each rate's step was taken on, running mean (n,).
        suggested: the rate at which the loss fell fastest, to two digits; None if it never fell.
        diverged: whether the loss ran away before the last rate was reached.
    """

    rates: np.ndarray
    losses: np.ndarray
    suggested: float | None
    diverged: bool


class RateFinder(Callback):
    """Raise the learning rate geometrically, a step a rate, until the loss runs away; then put all back.

    rate(i) = low (high / low)^(i / (steps - 1))

    The loss has run away when its running mean stands above the lowest so far by three times that, or by
    three times what it has fallen, whichever is more. Weights, buffers and the optimiser's memory are
    afterwards what they were, to the bit. A group of parameters with an entry "scale" is tried at that
    multiple of the rate.

    Args:
        backend: of the model.
        low, high: the first and the last rate.
        steps: how many rates to try.

    Raises:
        SettingError: the range is empty, or the steps are too few to see a slope.

    Cost: as many training steps; a copy of weights and memory.

    Source: smith2017, section 3.3 (there on a linear scale, and the range is read off by eye).
    """

    def __init__(self, backend: Backend, low: float = 1e-6, high: float = 10.0, steps: int = 140) -> None:
        if not 0 < low < high < math.inf or steps < _LEAST:
            raise SettingError(
                f"a search for a rate from {low:g} to {high:g} in {steps} steps",
                rule=f"0 < low < high, and at least {_LEAST} steps: a slope is drawn through so many points.",
            )
        self.backend, self.low, self.high, self.steps = backend, low, high, steps
        self.rates: list[float] = []
        self.losses: list[float] = []
        self.means: list[float] = []
        self.mean = 0.0
        self.diverged = False
        self._before: tuple[dict[str, np.ndarray], dict[str, Any]] | None = None

    def begin(self, t: Training) -> None:
        """Keep weights and the optimiser's memory as they are."""
        weights = {n: a.copy() for n, a in self.backend.weights(t.model).items()}
        memory = self.backend.memory(t.optimizer)
        # PyTorch hands out its own groups: what it changes in them later must not change these.
        groups = [dict(group) for group in memory["param_groups"]]
        self._before = weights, {"state": memory["state"], "param_groups": groups}

    def before_step(self, t: Training) -> None:
        """Set the next rate."""
        rate = self.low * (self.high / self.low) ** (len(self.rates) / (self.steps - 1))
        for group in t.optimizer.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)
        self.rates.append(rate)

    def after_step(self, t: Training) -> None:
        """Note the loss; stop when it runs away or when all rates were tried."""
        self.losses.append(t.loss)
        self.mean = _SMOOTH * self.mean + (1 - _SMOOTH) * t.loss
        self.means.append(self.mean / (1 - _SMOOTH ** len(self.losses)))  # the mean began at 0
        best, first = min(self.means), self.means[0]
        self.diverged = self.means[-1] > best + 3 * max(abs(best), first - best)
        t.stop = t.stop or self.diverged or len(self.losses) == self.steps

    def put_back(self, t: Training) -> None:
        """Put weights and the optimiser's memory back to what they were, and forget the gradients."""
        if self._before is None:
            return
        weights, memory = self._before
        self.backend.load_weights(t.model, weights)
        self.backend.load_memory(t.optimizer, memory)
        t.optimizer.zero_grad()

    def found(self) -> Found:
        """Return what was seen."""
        n = len(self.losses)  # a last step whose loss was no number has a rate and no loss
        rates, means = np.array(self.rates[:n]), np.array(self.means)
        # What falls after the lowest point fell back from a leap: such a rate is too high already.
        before = int(np.argmin(means)) + 1 + _REACH if n else 0
        suggested = steepest(rates[:before], self.losses[:before])
        return Found(rates, means, suggested, self.diverged)


def find_rate(t: Training, backend: Backend, callbacks: Sequence[Callback] = (), **settings: Any) -> Found:
    """Try learning rates on a training, and leave it as it was.

    Args:
        t: the training; its steps, weights and optimiser are put back.
        backend: of its model.
        callbacks: what else acts in it, such as the cutting of gradients.
        settings: of `RateFinder`.

    Raises:
        SettingError: the range is empty, or the steps are too few to see a slope.
    """
    finder = RateFinder(backend, **settings)
    step, epochs, stop = t.step, t.epochs, t.stop
    t.epochs = -(-(t.step + finder.steps) // t.per_epoch)
    try:
        fit(t, [finder, *callbacks])
    except TrainingError:
        finder.diverged = True  # as it was bound to, sooner or later
    finally:
        finder.put_back(t)
        t.step, t.epochs, t.stop = step, epochs, stop
    return finder.found()


def steepest(rates: np.ndarray, losses: Sequence[float]) -> float | None:
    """Return the rate at which the loss falls fastest as the rate's logarithm rises.

    The slope at a rate is that of the straight line that fits the points around it best: unlike that of a
    running mean it comes neither late nor, at the end, from the flight upwards.

    Args:
        rates: ascending, evenly spaced in their logarithm (n,).
        losses: of the steps at these rates (n,).

    Returns:
        the rate, to two digits; None if the loss falls nowhere, or the curve is too short to tell.

    Example:
        >>> import numpy as np
        >>> rates = np.geomspace(1e-4, 1.0, 41)
        >>> steepest(rates, 1 / (1 + (rates / 0.01) ** 2))
        0.01
    """
    if len(rates) < _LEAST:
        return None
    along = np.arange(-_REACH, _REACH + 1)
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(losses, np.float64), _LEAST)
    slopes = windows @ along / (along @ along)
    at = int(np.argmin(slopes))
    return float(f"{rates[at + _REACH]:.1e}") if slopes[at] < 0 else None
