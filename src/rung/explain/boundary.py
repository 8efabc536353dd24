"""The decision boundary as it forms: what a network of two inputs answers all over the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rung.explain.boundary_picture import Boundary
from rung.explain.subject import Subject
from rung.explain.weights import standing
from rung.scratch.errors import SettingError, ShapeError

MARGIN = 0.12  # of the points' extent, around them

Probabilities = Callable[[np.ndarray], np.ndarray]


def boundary(
    subject: Subject,
    snapshots: Mapping[int, Mapping[str, np.ndarray]],
    x: np.ndarray,
    y: np.ndarray,
    names: Sequence[str],
    probabilities: Probabilities,
    *,
    columns: Sequence[str] = ("first input", "second input"),
    scale: Sequence[tuple[float, float]] = ((1.0, 0.0), (1.0, 0.0)),
    size: int = 46,
) -> Boundary:
    """Ask a network about every point of a grid, at each snapshot. The model is left as it was.

    Args:
        subject: the model, which takes two numbers.
        snapshots: weights and running statistics by name, by step.
        x: points (n, 2), as the network takes them.
        y: their classes (n,).
        names: of the classes.
        probabilities: makes probabilities (n, classes) of what the model answers.
        columns: what the two numbers are.
        scale: of each, factor and shift from what the network takes to what a person knows.
        size: points of the grid along each side.

    Raises:
        SettingError: there is no snapshot.
        ShapeError: the points are not (n, 2).

    Cost: a pass forward over size squared points a snapshot.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Linear(2, 2, rng=0)
        >>> kept = {0: {"weight": np.array([[0, 0], [1, 0]], np.float32), "bias": np.zeros(2, np.float32)}}
        >>> x, y = np.array([[-1, 0], [1, 0]], np.float32), np.array([0, 1])
        >>> soft = lambda s: np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        >>> boundary(Subject(model), kept, x, y, ("left", "right"), soft).right.tolist()
        [1.0]
    """
    if not snapshots:
        raise SettingError("boundary: there are no snapshots.", rule="At least one moment.")
    if np.ndim(x) != 2 or np.shape(x)[1] != 2:
        raise ShapeError(f"boundary: the points have shape {np.shape(x)}.", rule="(n, 2): it draws a plane.")
    low, high = x.min(axis=0).astype(float), x.max(axis=0).astype(float)
    room = MARGIN * np.maximum(high - low, 1e-6)
    across, up = (np.linspace(a, b, size) for a, b in zip(low - room, high + room, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(x.dtype)
    planes, right = [], []
    with standing(subject.model) as put_in:
        for kept in snapshots.values():
            put_in(kept)
            planes.append(_asked(subject, grid, probabilities).reshape(size, size, -1))
            right.append(float((_asked(subject, x, probabilities).argmax(axis=1) == y).mean()))
    (a, b), (c, d) = scale
    points = x.astype(float) * (a, c) + (b, d)
    return Boundary(
        tuple(snapshots),
        a * across + b,
        c * up + d,
        np.stack(planes).astype(np.float32),
        points,
        np.asarray(y),
        tuple(names),
        (columns[0], columns[1]),
        np.array(right),
    )


def _asked(subject: Subject, x: Any, probabilities: Probabilities) -> np.ndarray:
    return np.asarray(probabilities(subject.ask(x)))
