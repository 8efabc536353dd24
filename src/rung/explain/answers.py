"""What a model answered on many examples beside what is true: where failures are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.scratch.errors import SettingError, ShapeError


@dataclass(frozen=True)
class Answers:
    """Probabilities and truths of N examples, checked.

    Attributes:
        probabilities: (N, C), rows that add up to 1; or (N,), those of class 1 of two.
        truth: (N,) class numbers.
        names: of the C classes; none: their numbers.

    Raises:
        ShapeError: the two are not about equally many examples, or there is another number of names.
        SettingError: rows that are no probabilities, or a class that does not exist.

    Example:
        >>> found = Answers(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]), ("no", "yes"))
        >>> found.chosen.tolist(), found.right.tolist(), found.losses.round(2).tolist()
        ([0, 1], [True, False], [0.11, 1.61])
    """

    probabilities: np.ndarray
    truth: np.ndarray
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        p, truth = np.asarray(self.probabilities, dtype=np.float64), np.asarray(self.truth)
        if p.ndim == 1:
            p = np.column_stack([1 - p, p])
        if p.ndim != 2 or truth.shape != p.shape[:1] or not len(p):
            raise ShapeError(
                f"Answers: probabilities have shape {p.shape}, truths {truth.shape}.",
                rule="They are (N, classes) and (N,), of one example at least.",
            )
        if not (np.isfinite(p).all() and (p >= 0).all() and np.allclose(p.sum(axis=1), 1, atol=1e-3)):
            bad = ~(
                np.isfinite(p).all(axis=1) & (p >= 0).all(axis=1) & np.isclose(p.sum(axis=1), 1, atol=1e-3)
            )
            raise SettingError(
                f"Answers: {int(bad.sum())} of {len(p)} rows are no probabilities, the first is row "
                f"{int(bad.argmax())}.",
                rule="A row has no negative number, and adds up to 1.",
                fix="softmax of the scores?",
            )
        if truth.dtype.kind not in "iub" or truth.min() < 0 or truth.max() >= p.shape[1]:
            raise SettingError(
                f"Answers: truths from {truth.min()} to {truth.max()} ({truth.dtype}), {p.shape[1]} classes.",
                rule="A truth is a whole number from 0 to the number of classes less 1.",
            )
        names = tuple(map(str, self.names)) or tuple(map(str, range(p.shape[1])))
        if len(names) != p.shape[1]:
            raise ShapeError(
                f"Answers: {len(names)} names for {p.shape[1]} classes.", rule="One name a class."
            )
        self._set(probabilities=p, truth=truth.astype(np.int64), names=names)

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def chosen(self) -> np.ndarray:
        """The most probable class of each example (N,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """Whether it is the true one (N,)."""
        right: np.ndarray = self.chosen == self.truth
        return right

    @property
    def losses(self) -> np.ndarray:
        """Minus the logarithm of the true class's probability (N,), at most 69."""
        return -np.log(np.maximum(self.probabilities[np.arange(len(self)), self.truth], 1e-30))
