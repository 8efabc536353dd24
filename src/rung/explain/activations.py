"""What every layer makes of one input: feature maps, vectors, vectors over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.colors import colored, tiled
from rung.explain.inside import around
from rung.explain.subject import Subject, first_of

CHANNELS = 64  # at most so many maps of a layer are drawn


@dataclass(frozen=True, eq=False)
class Activation:
    """What one call of a layer made of one input.

    Attributes:
        layer: its name.
        kind: its class.
        values: feature maps (channels, h, w), vectors over time (steps, features), or a vector (features,).
    """

    layer: str
    kind: str
    values: np.ndarray

    def picture(self) -> np.ndarray:
        """Draw the values, (h, w, 4) bytes: maps as tiles, time from left to right, a vector row by row."""
        if self.values.ndim == 3:
            return colored(tiled(self.values[:CHANNELS]))
        if self.values.ndim == 2:
            return colored(self.values.T[: 4 * CHANNELS])
        return colored(tiled(self.values.reshape(-1, 1, 1), gap=0))

    def caption(self) -> str:
        """Say what is seen, in numbers."""
        v = self.values
        if v.ndim == 3:
            what = f"{len(v)} feature maps of {v.shape[1]} x {v.shape[2]}"
            what += f", the first {CHANNELS} shown" if len(v) > CHANNELS else ""
        elif v.ndim == 2:
            what = f"{v.shape[1]} features over {v.shape[0]} steps, from left to right"
        else:
            what = f"{v.size} numbers, row by row"
        zeros = float(np.mean(v == 0))
        closed = f"; {zeros:.0%} are exactly 0" if zeros >= 0.005 else ""
        return f"{what}; from {v.min():.3g} (blue) over 0 (white) to {v.max():.3g} (orange){closed}."


def activations(subject: Subject, x: Any) -> list[Activation]:
    """Return what each call of a layer that calls no other made of one input, in order.

    Args:
        subject: the model.
        x: one input: a batch of 1.

    Cost: one pass.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU())
        >>> [(a.layer, a.kind, a.values.shape) for a in activations(Subject(model), np.ones((1, 2)))]
        [('0', 'Linear', (3,)), ('1', 'ReLU', (3,))]
    """
    return passed(subject, x)[1]


def passed(subject: Subject, x: Any) -> tuple[np.ndarray, list[Activation]]:
    """Return what a model answers to one input, and in the same pass what every layer made of it.

    Args:
        subject: the model.
        x: one input: a batch of 1.

    Cost: one pass.
    """
    engine = subject.engine
    found: list[Activation] = []

    def leave(name: str, module: Any, args: Any, out: Any, kept: Any, is_layer: bool) -> None:
        if is_layer:
            values = of_one(np.array(engine.array(first_of(out))))
            found.append(Activation(name, type(module).__name__, values))

    with around(subject, None, leave):
        answer = subject.ask(x)
    return answer, found


def of_one(values: np.ndarray) -> np.ndarray:
    """Take the axis of the batch of 1 away: the first, or the second where time comes first.

    What is left has 1 to 3 axes: more become one, none becomes one number.
    """
    axis = next((i for i in range(min(2, values.ndim)) if values.shape[i] == 1), None)
    one = values if axis is None else values.take(0, axis)
    return one.reshape(-1, *one.shape[-2:]) if one.ndim > 3 else np.atleast_1d(one)


def peaks(subject: Subject, batches: Iterable[Any]) -> dict[str, np.ndarray]:
    """Return for every layer how high each of its channels or features goes in each of many examples.

    Args:
        subject: the model.
        batches: examples, as many at a time as memory suits.

    Returns:
        by layer, (n, channels): of maps (n, channels, h, w) the largest number, of vectors (n, features)
        themselves. A layer that makes something else, or is called more than once, is left out.

    Cost: one pass.

    Example:
        >>> from rung.scratch import nn
        >>> found = peaks(Subject(nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU())), [np.ones((4, 2))] * 2)
        >>> {layer: values.shape for layer, values in found.items()}
        {'0': (8, 3), '1': (8, 3)}
    """
    engine = subject.engine
    found: dict[str, list[np.ndarray]] = {}
    count = 0

    def leave(name: str, module: Any, args: Any, out: Any, kept: Any, is_layer: bool) -> None:
        values = engine.array(first_of(out))
        if is_layer and values.ndim in (2, 4):
            high = values.reshape(*values.shape[:2], -1).max(axis=2)
            found.setdefault(name, []).append(np.array(high))

    for x in batches:
        count += len(x[0] if isinstance(x, tuple) else x)
        with around(subject, None, leave):
            subject.ask(x)
    whole = {name: np.concatenate(some) for name, some in found.items()}
    return {name: values for name, values in whole.items() if len(values) == count}


def strongest(peaks: np.ndarray, k: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Return for each channel the examples that make it strongest, and how strong.

    Args:
        peaks: of one layer, (n, channels), from `peaks`.
        k: examples a channel.

    Returns:
        example numbers (channels, k), and the peaks that they reach, the highest first.
    """
    order = np.argsort(-peaks, axis=0, kind="stable")[:k]  # (k, channels)
    return order.T, np.take_along_axis(peaks, order, axis=0).T
