"""A baseline tuned honestly: its settings are chosen by cross-validation on the training part alone."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.train.tasks import Task

Settings = Mapping[str, Any]


def as_they_are(train: Any, other: Any) -> tuple[Any, Any]:
    """Prepare nothing."""
    return train, other


@dataclass(frozen=True, repr=False)
class Method:
    """A way to learn, and the settings that it is tried with.

    Attributes:
        fit: takes settings, training inputs, their answers and other inputs; returns the outputs for these
            others, as the task takes them.
        candidates: the settings to choose among: their number is the budget.
        prepare: takes training rows and other rows; whatever it fits, it fits on the first.
    """

    fit: Callable[[Settings, Any, np.ndarray, Any], np.ndarray]
    candidates: Sequence[Settings]
    prepare: Callable[[Any, Any], tuple[Any, Any]] = as_they_are

    def __repr__(self) -> str:
        """Tell what it is and by which code: equal methods, equal words, in any process.

        What baselines came to is remembered by these words, see `rung.train.baseline.fitted`.
        """
        candidates = [dict(c) for c in self.candidates]
        return f"Method({_code(self.fit)}, {candidates}, {_code(self.prepare)})"


def _code(function: Callable[..., Any]) -> str:
    """Return a function's name and fixed arguments, and a digest of the file in which it stands."""
    plain = getattr(function, "func", function)  # functools.partial
    module = inspect.getmodule(plain)
    source = inspect.getsource(module) if module is not None else ""
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    return f"{plain.__module__}.{plain.__qualname__} {getattr(function, 'keywords', '')} {digest}"


def tuned(
    method: Method, x: np.ndarray, y: np.ndarray, test: np.ndarray, task: Task, folds: int = 5, seed: int = 0
) -> np.ndarray:
    """Choose the settings by cross-validation, learn from all of x with them, and answer `test`.

    The preparation is fitted anew in every fold, so no held-out row is seen by anything that it is used to
    judge.

    Args:
        method: what to tune.
        x: training examples, (n, ...) or a structured array (n,).
        y: their answers (n,).
        test: examples to answer.
        task: whose score decides.
        folds: how many parts x is cut into, each held out once.
        seed: decides the folds.

    Returns:
        the outputs for `test`, as `task` takes them.

    Cost: candidates times folds + 1 fits.

    Source: stone1974.
    """
    best = choose(method, x, y, task, folds, seed) if len(method.candidates) > 1 else method.candidates[0]
    return method.fit(best, *_placed(method.prepare(x, test), y))


def choose(
    method: Method, x: np.ndarray, y: np.ndarray, task: Task, folds: int = 5, seed: int = 0
) -> Settings:
    """Return the settings with the best mean score over the folds; of equal ones the first."""
    scores = np.zeros((len(method.candidates), min(folds, len(y))))
    for k, held_out in enumerate(parted(y, folds, seed)):
        rest = np.setdiff1d(np.arange(len(y)), held_out)
        prepared = method.prepare(x[rest], x[held_out])
        for i, settings in enumerate(method.candidates):
            outputs = method.fit(settings, *_placed(prepared, y[rest]))
            scores[i, k] = task.value(outputs, y[held_out])
    mean = scores.mean(axis=1)
    return method.candidates[int(mean.argmax() if task.higher else mean.argmin())]


def parted(y: np.ndarray, folds: int, seed: int = 0) -> list[np.ndarray]:
    """Deal the rows of y into parts of nearly equal size, each class (whole numbers) in its proportion.

    Args:
        y: the answers (n,).
        folds: how many parts; fewer where there are fewer rows.
        seed: decides who comes where.

    Returns:
        row numbers, sorted; together every row once.

    Example:
        >>> [part.tolist() for part in parted(np.array([0, 0, 0, 1, 1, 1]), 3)]
        [[2, 3], [0, 5], [1, 4]]
    """
    order = np.random.default_rng(seed).permutation(len(y))
    if y.dtype.kind in "iu":
        order = order[np.argsort(y[order], kind="stable")]
    folds = min(folds, len(y))
    return [np.sort(order[k::folds]) for k in range(folds)]


def _placed(prepared: tuple[Any, Any], y: np.ndarray) -> tuple[Any, np.ndarray, Any]:
    train, other = prepared
    return train, y, other
