"""The point at which a model is explained: real numbers z, and a score S that is a function of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from rung.explain.attribution.asking import together
from rung.explain.attribution.entrance import Entrance, entrance, is_words
from rung.explain.attribution.result import Attribution, AttributionError
from rung.explain.subject import Subject, weights_of


@dataclass(frozen=True)
class Point:
    """A score S(z), and the z of the input that is explained.

    Attributes:
        subject: answers for z.
        z: (N, ...), real numbers; a picture is its own z, a text's z are its words' vectors.
        weights: which answers make the score, (N, C).
        scores: the answers for x, (N, C).
        kind: "picture" (N, C, H, W), "words" (N, L, d), "table" (N, D) or "numbers".
        columns: of tables, which columns of z each column of the table has become.
        read: makes the z of another input of the same form.
        layer: whose output z is, if one was named.
    """

    subject: Subject
    z: np.ndarray
    weights: np.ndarray
    scores: np.ndarray
    kind: str
    columns: tuple[slice, ...]
    read: Callable[[Any], np.ndarray]
    layer: str | None = None

    def score(self, z: np.ndarray) -> np.ndarray:
        """Return S(z) of k copies of the examples, (k N, ...): (k N,)."""
        return score(self.subject.ask(z), self._copied(z))

    def slope(self, z: np.ndarray) -> np.ndarray:
        """Return dS/dz of k copies of the examples, of the shape of z."""
        return self.subject.gradient(z, self._copied(z))[2]

    def mean_slope(self, points: Iterable[np.ndarray]) -> np.ndarray:
        """Return the mean of dS/dz over several arrays like z; as many in one pass as memory suits."""
        points, total, count = iter(points), np.zeros(self.z.shape), 0
        while some := list(islice(points, together(self.z.size))):
            slopes = self.slope(np.concatenate(some).astype(self.z.dtype, copy=False))
            total += slopes.reshape(len(some), *self.z.shape).sum(axis=0, dtype=np.float64)
            count += len(some)
        return total / count

    def start(self, baseline: Any) -> np.ndarray:
        """Return the z of a baseline: a number for all of z, or an input such as x (of one row, or of N)."""
        if not isinstance(baseline, tuple) and np.ndim(baseline) == 0:
            return np.full_like(self.z, baseline)
        return np.broadcast_to(self.read(baseline), self.z.shape).astype(self.z.dtype)

    def per_place(self, values: np.ndarray, channels: Callable[..., np.ndarray] = np.sum) -> np.ndarray:
        """Bring numbers like z to one a place.

        Args:
            values: like z.
            channels: brings the channels of a picture to one number; vectors are always summed.

        Returns:
            (N, H, W) of pictures, (N, L) of words, (N, columns) of tables, else the values.
        """
        if self.kind == "picture":
            return channels(values, axis=1)
        if self.kind == "words":
            words: np.ndarray = values.sum(axis=2)
            return words
        if self.kind == "table":
            return np.stack([values[:, column].sum(axis=1) for column in self.columns], axis=1)
        return values

    def found(self, method: str, map: np.ndarray, values: np.ndarray, **more: Any) -> Attribution:
        """Return a map with what it is a map of."""
        more = {"signed": True, "layer": self.layer, **more}
        return Attribution(method, self.kind, map, values, scores=self.scores, weights=self.weights, **more)

    def _copied(self, z: np.ndarray) -> np.ndarray:
        return np.concatenate([self.weights] * (len(z) // len(self.z)))


def point(subject: Subject, x: Any, target: Any = None, layer: str | None = None) -> Point:
    """Find the real numbers of an input and the score that is explained.

    Args:
        subject: the model.
        x: floats (N, ...); words (N, L) as whole numbers; or a table as a tuple of floats (N, d) and
            categories (N, k), in any order.
        target: whose score: a class, N of them, or weights of all answers (N, C), such as 1 and -1 for how
            much more one than the other; None: what the model answers.
        layer: explain by what this layer made; None: by the input.

    Raises:
        UnknownLayerError: the model has no such layer.
        AttributionError: the input has no real numbers, or the target is none of the answers.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 3, rng=0))
        >>> at = point(Subject(model), np.ones((1, 2), np.float32), target=1)
        >>> bool((at.slope(at.z)[0] == model[0].weight.data[1]).all())
        True
    """
    scores = subject.ask(x)
    weights = chosen(target, scores)
    if layer is None and not isinstance(x, tuple) and np.asarray(x).dtype.kind == "f":
        z = np.asarray(x)
        kind = {4: "picture", 2: "table"}.get(z.ndim, "numbers")
        columns = tuple(slice(i, i + 1) for i in range(z.shape[1])) if kind == "table" else ()
        return Point(subject, z, weights, scores, kind, columns, np.asarray)
    way, seen = entrance(subject, x, layer)
    z = way.read(x)
    if is_words(x, seen):
        kind = "words" if z.ndim == 3 else "numbers"
    else:
        kind = "picture" if z.ndim == 4 else "table" if layer is None and z.ndim == 2 else "numbers"
    columns = _columns(way) if kind == "table" else ()
    return Point(replace(subject, outputs=way), z, weights, scores, kind, columns, way.read, layer)


def chosen(target: Any, scores: np.ndarray) -> np.ndarray:
    """Return which answers are explained, as weights like `scores`; of None, each example's highest.

    Args:
        target: None, a class, N classes, or weights like `scores`.
        scores: the answers (N, C), or (N,) if there is one an example.

    Raises:
        AttributionError: there is no such answer, or the answers are not one row an example.
    """
    given = None if target is None else np.asarray(target)
    if given is not None and given.shape == scores.shape and given.dtype.kind == "f":
        return given
    if scores.ndim > 2:
        raise AttributionError(
            f"the model answers {scores.shape}, and the target is {target!r}",
            rule="Of answers that are not one row an example, say by weights which of them are meant.",
            fix="target=np.zeros(scores.shape), with 1 at those that make the score",
        )
    if given is None:
        given = scores.argmax(axis=1) if scores.ndim == 2 else np.zeros(len(scores), np.int64)
    classes = scores.shape[1] if scores.ndim == 2 else 1
    if given.dtype.kind not in "iu" or given.shape not in ((), (len(scores),)):
        raise AttributionError(
            f"the target is {given.dtype} {given.shape}, the answers are {scores.shape}",
            rule="A target is a class, one class for each example, or weights like the answers.",
        )
    if given.min(initial=0) < 0 or given.max(initial=0) >= classes:
        raise AttributionError(
            f"the target is class {given.tolist()}, and the model answers {classes}",
            rule=f"Classes are counted from 0 to {classes - 1}.",
        )
    return weights_of(given, scores)


def score(answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of each example's answers: (N, ...) gives (N,)."""
    summed: np.ndarray = (answers * weights).reshape(len(answers), -1).sum(axis=1)
    return summed


def _columns(way: Entrance) -> tuple[slice, ...]:
    """Return where each column of a table is in z: a number has one place, a category one vector or more."""
    columns: dict[Any, slice] = {}
    at = 0
    for owner, tail in zip(way.owners, way.tails, strict=True):
        width = int(np.prod(tail))
        if isinstance(owner, tuple):
            start = columns[owner].start if owner in columns else at
            columns[owner] = slice(start, at + width)
        else:
            columns |= {(owner, i): slice(at + i, at + i + 1) for i in range(width)}
        at += width
    return tuple(columns.values())
