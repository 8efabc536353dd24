"""The loss around a model's weights, along two directions, and the path that training took there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rung.explain.batch_norms import batch_statistics
from rung.explain.subject import Subject
from rung.explain.surface_picture import Surface
from rung.explain.weights import put, restored
from rung.scratch.errors import SettingError, ShapeError

Arrays = Mapping[str, np.ndarray]
Loss = Callable[[np.ndarray, np.ndarray], float]
MARGIN = 0.25  # of the path's extent, around it


def cross_entropy(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean loss of class scores (N, C) against class numbers (N,).

    Example:
        >>> round(cross_entropy(np.zeros((2, 4)), np.array([0, 3])), 4)
        1.3863
    """
    scores = np.asarray(scores, dtype=np.float64)
    top = scores.max(axis=1, keepdims=True)
    logs = top[:, 0] + np.log(np.exp(scores - top).sum(axis=1))
    return float((logs - scores[np.arange(len(scores)), truth]).mean())


def surface(
    subject: Subject,
    x: Any,
    y: np.ndarray,
    loss: Loss = cross_entropy,
    *,
    snapshots: Sequence[Arrays] = (),
    span: float = 1.0,
    size: int = 21,
    seed: int = 0,
    steps: Sequence[int] = (),
    of_batch: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Surface:
    """Compute the loss on one fixed batch in a plane through the model's weights.

    Without snapshots the plane is spanned by two random directions, each filter (row of a matrix) of them as
    long as the model's own, so that surfaces of different models can be compared; biases and norms stay.
    With snapshots, by the two directions along which the weights moved most, and the path is drawn.

    The weights are put back to the bit, also when `progress` raises or Ctrl-C stops it. The running
    statistics of batch norms are not touched, and no dropout is on.

    Args:
        subject: the model.
        x: a batch of what it takes.
        y: what the loss is held against.
        loss: takes the answers and y, returns one number.
        snapshots: weights by name during training, the first to the last before the present ones, such as
            `rung.explain.weights.weights`; further names are passed over.
        span: of random directions: how far to go either way; 1 is as far as the weights are long.
        size: points along each direction, odd for a point in the middle.
        seed: of the random directions.
        steps: of the snapshots, to name them by.
        of_batch: whether batch norms take the mean and variance of this batch, as in training. Running ones
            belong to the weights that they were gathered with: far away they fit nothing, and the loss there
            says more of them than of the weights.
        progress: called with how many of the points are done, and of how many.

    Raises:
        SettingError: fewer than 3 points, no weights to move, or snapshots that are all the same.
        ShapeError: a snapshot lacks a parameter, or has another shape of it.

    Cost: size squared passes forward, and as much memory as the snapshots once more.

    Source: li2018landscape, sections 4 and 7; antognini2018 for what the shares of a path do not show.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Linear(2, 2, rng=0)
        >>> found = surface(Subject(model), np.ones((4, 2), np.float32), np.zeros(4, int), size=5)
        >>> found.losses.shape, float(found.losses[2, 2]) == found.centre
        ((5, 5), True)
    """
    if size < 3:
        raise SettingError(f"surface: size is {size}.", rule="At least 3 points along each direction.")
    with contextlib.ExitStack() as stack:
        centre = stack.enter_context(restored(subject.model))
        if of_batch:
            of_batch = stack.enter_context(batch_statistics(subject))
        explained: tuple[float, ...] = ()
        if snapshots:
            directions, path, explained = _along_the_path(centre, snapshots)
            low, high = path.min(axis=0), path.max(axis=0)
            room = MARGIN * np.maximum(high - low, (high - low).max() / 4)
            axes = [np.linspace(a, b, size) for a, b in zip(low - room, high + room, strict=True)]
        else:
            directions, path = _random(centre, seed), np.zeros((0, 2))
            axes = [np.linspace(-span, span, size)] * 2
        here = loss(subject.ask(x), y)
        own = []
        for snapshot in snapshots:
            put(subject.model, snapshot)
            own.append(loss(subject.ask(x), y))
        losses = np.empty((size, size))
        with np.errstate(over="ignore", invalid="ignore"):  # far out a network may overflow: inf is drawn
            for i, up in enumerate(axes[1]):
                for j, across in enumerate(axes[0]):
                    put(subject.model, _moved(centre, directions, across, up))
                    losses[i, j] = loss(subject.ask(x), y)
                    if progress:
                        progress(i * size + j + 1, size * size)
    count = len(x[0] if isinstance(x, tuple) else x)
    places = tuple(map(tuple, path.tolist()))
    return Surface(
        axes[0], axes[1], losses, here, places, explained, count, tuple(own), tuple(steps), of_batch
    )


def _moved(centre: Arrays, directions: Sequence[Arrays], across: float, up: float) -> dict[str, np.ndarray]:
    a, b = directions
    return {
        name: (w.astype(np.float64) + across * a[name] + up * b[name]).astype(w.dtype) if across or up else w
        for name, w in centre.items()
        if name in a
    }


def _random(centre: Arrays, seed: int) -> tuple[Arrays, Arrays]:
    """Return two directions whose filters are as long as the model's."""
    rng = np.random.default_rng(seed)
    matrices = {name: w for name, w in centre.items() if w.ndim > 1}
    if not any(w.any() for w in matrices.values()):
        raise SettingError("surface: there are no weights to move.", rule="A matrix that is not 0, at least.")

    def draw() -> dict[str, np.ndarray]:
        found = {}
        for name, w in matrices.items():
            d = rng.normal(size=w.shape).reshape(len(w), -1)
            long = np.linalg.norm(w.reshape(len(w), -1).astype(np.float64), axis=1, keepdims=True)
            found[name] = (d * long / np.linalg.norm(d, axis=1, keepdims=True)).reshape(w.shape)
        return found

    return draw(), draw()


def _along_the_path(
    centre: Arrays, snapshots: Sequence[Arrays]
) -> tuple[tuple[Arrays, Arrays], np.ndarray, tuple[float, float]]:
    """Return the two main directions of the snapshots seen from the present weights, the path, and shares."""
    for number, snapshot in enumerate(snapshots):
        for name, w in centre.items():
            has = np.shape(snapshot[name]) if name in snapshot else None
            if has != w.shape:
                raise ShapeError(
                    f"surface: snapshot {number} has {'no ' if has is None else ''}{name!r}"
                    f"{'' if has is None else f' of shape {has}'}, the model one of {w.shape}.",
                    rule="A snapshot holds every parameter of the model.",
                )
    names = list(centre)
    end = np.concatenate([centre[n].ravel() for n in names]).astype(np.float64)
    moves = np.stack([np.concatenate([np.ravel(s[n]) for n in names]) - end for s in snapshots])  # (n, P)
    moves = np.vstack([moves, np.zeros(len(end))])  # the present weights end the path
    # The main directions of few long vectors, from the small matrix of their products.
    values, vectors = np.linalg.eigh(moves @ moves.T)
    values = np.maximum(values[::-1], 0.0)
    if values[0] == 0:
        raise SettingError("surface: all snapshots are the present weights.", rule="Training moved them.")
    basis: list[np.ndarray] = []
    for place in range(2):
        if place < len(values) and values[place] > 1e-12 * values[0]:
            d = vectors[:, -1 - place] @ moves
            d = d / np.linalg.norm(d)
        else:  # the path is a straight line: any direction across it will do
            d = np.random.default_rng(0).normal(size=len(end))
            d -= (d @ basis[0]) * basis[0]
            d = d / np.linalg.norm(d)
        basis.append(-d if moves[0] @ d < 0 else d)  # the path begins at the right, and above
    path = moves @ np.stack(basis).T  # (n + 1, 2)
    edges = np.cumsum([0] + [centre[n].size for n in names])
    parts = [
        {n: d[a:b].reshape(centre[n].shape) for n, a, b in zip(names, edges, edges[1:], strict=False)}
        for d in basis
    ]
    total = float(values.sum())
    shares = (float(values[0]) / total, float(values[1] if len(values) > 1 else 0) / total)
    return (parts[0], parts[1]), path, shares
