"""Deletion and insertion: if a map is right about what matters, taking it away first must hurt first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.attribution.asking import answers
from rung.explain.attribution.point import chosen, score
from rung.explain.attribution.result import AttributionError
from rung.explain.subject import Subject
from rung.scratch.errors import SettingError


@dataclass(frozen=True)
class Curves:
    """What is left of an answer as its input goes, and what comes as it returns.

    Attributes:
        shares: of the places, from 0 to 1, (steps + 1,).
        deletion: with the highest of the map taken away first, (N, steps + 1).
        insertion: with the highest of the map put back first, (N, steps + 1).
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray

    @property
    def areas(self) -> tuple[np.ndarray, np.ndarray]:
        """The areas under the two, (N,) each: of a good map that of deletion is small, of insertion large."""
        return _area(self.deletion, self.shares), _area(self.insertion, self.shares)


def curves(
    subject: Subject,
    x: np.ndarray,
    map: np.ndarray,
    target: Any = None,
    steps: int = 20,
    fill: Any = 0.0,
    start: Any = None,
) -> Curves:
    """Follow the answer while places go, or come, in the order of a map.

    The answer is the class's probability where one class is explained, else the score. Compare with the
    curves of a map of random numbers: only what is beyond those speaks for the map.

    Args:
        subject: the model.
        x: floats (N, C, H, W) or (N, d), or words (N, L).
        map: one number a place, (N, H, W), (N, d) or (N, L): the order; places high in it are first.
        target: whose answer; None: what the model says.
        steps: pieces of about the same number of places.
        fill: what stands where something was deleted: a number, or an array such as x.
        start: where insertion begins: an array such as x; None: the picture blurred, of other inputs `fill`.

    Raises:
        SettingError: steps is below 1.
        AttributionError: the map has other places than the input.

    Cost: 2 (steps + 1) passes forward.

    Source: petsiuk2018, section 4.1.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 2, bias=False, rng=0))
        >>> model[0].weight.data[...] = [[9.0, 1.0], [0.0, 0.0]]
        >>> x = np.ones((1, 2), np.float32)
        >>> right, wrong = (curves(Subject(model), x, np.array([m]), 0, steps=2) for m in ([9, 1], [1, 9]))
        >>> bool(right.areas[0] < wrong.areas[0]), bool(right.areas[1] > wrong.areas[1])
        (True, True)
    """
    x, map = np.asarray(x), np.asarray(map)
    places = (x.shape[0], *x.shape[2:]) if x.ndim == 4 else x.shape
    if map.shape != places:
        raise AttributionError(
            f"a map {map.shape} of an input {x.shape}", rule=f"The map has one number a place: {places}."
        )
    if steps < 1:
        raise SettingError(f"steps={steps}", rule="There is at least one step.")
    scores = subject.ask(x)
    weights = chosen(target, scores)
    rank = np.argsort(np.argsort(-map.reshape(len(map), -1), axis=1, kind="stable"), axis=1)
    rank = rank.reshape(map.shape) if x.ndim < 4 else rank.reshape(map.shape)[:, None]
    shares = np.linspace(0, 1, steps + 1)
    gone = [rank < share * map[0].size for share in shares]
    empty = np.broadcast_to(np.asarray(fill, x.dtype), x.shape)
    begin = np.asarray(start, x.dtype) if start is not None else _blurred(x) if x.ndim == 4 else empty
    deleted = (np.where(mask, empty, x) for mask in gone)
    inserted = (np.where(mask, x, begin) for mask in gone)
    deletion, insertion = (
        np.stack([_answer(a, weights) for a in answers(subject, some)], axis=1)
        for some in (deleted, inserted)
    )
    return Curves(shares, deletion, insertion)


def _answer(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return each example's probability of its class; where no one class is meant, its score."""
    one_class = (
        scores.ndim == 2 and scores.shape[1] > 1 and np.all(np.sort(weights, axis=1)[:, -2:] == (0, 1))
    )
    if not one_class:
        return score(scores, weights)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return score(e / e.sum(axis=1, keepdims=True), weights)


def _blurred(pictures: np.ndarray) -> np.ndarray:
    """Return pictures (N, C, H, W) in which no edge is left: a Gaussian of a tenth of the shorter side."""
    from scipy.ndimage import gaussian_filter

    sigma = min(pictures.shape[2:]) / 10
    blurred: np.ndarray = gaussian_filter(pictures, (0, 0, sigma, sigma))
    return blurred


def _area(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    area: np.ndarray = np.trapezoid(values, shares, axis=1)
    return area
