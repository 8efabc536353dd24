"""What the network is compared with on every fold, each tuned within the fold's training rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from rung.data import Dataset
from rung.train import tabular
from rung.train.tasks import Number
from rung.train.tuned import Method, tuned

Learner = Callable[[Dataset], np.ndarray]

# Fewer settings than the baselines of a run have: here they are tried in every fold.
_BOOSTING = tuple(
    {"rate": 0.05, "leaves": leaves, "rounds": rounds}
    for leaves, rounds in ((4, 50), (4, 100), (4, 200), (8, 50))
)
_RIDGE = Method(partial(tabular.linear, classes=0), tabular.LINEAR, tabular.onehot)
_TREES = Method(partial(tabular.boosting, classes=0), _BOOSTING, tabular.mixed)


def mean(y: np.ndarray, n: int) -> np.ndarray:
    """Answer the mean of the training answers, n times."""
    return np.full(n, y.mean())


def rivals() -> dict[str, Learner]:
    """Return by name what learns from the part "train" of some data and answers its part "test"."""
    name = tabular.booster()
    return {
        "ridge regression": ridge,
        name: trees,
        "ridge, then trees": ridge_then_trees,
        "always the mean": always_the_mean,
    }


def always_the_mean(data: Dataset) -> np.ndarray:
    """Answer the mean of the training answers."""
    return mean(data.split("train")[1], len(data.splits["test"]))


def ridge(data: Dataset) -> np.ndarray:
    """Answer by ridge regression, its penalty chosen by three folds."""
    return _answer(_RIDGE, data)


def trees(data: Dataset) -> np.ndarray:
    """Answer by boosted trees, their size chosen by three folds."""
    return _answer(_TREES, data)


def ridge_then_trees(data: Dataset) -> np.ndarray:
    """Answer by ridge regression, and let boosted trees learn what it leaves.

    If that is no better than ridge alone, then there is no bend and no interplay of columns in these rows
    that trees could find beyond the straight line.
    """
    (x, y), (test, _) = data.split("train"), data.split("test")
    line = tuned(_RIDGE, x, y, np.concatenate([x, test]), Number(), folds=3)
    rest = tuned(_TREES, x, y - line[: len(x)], test, Number(), folds=3)
    return np.asarray(line[len(x) :] + rest)


def _answer(method: Method, data: Dataset) -> np.ndarray:
    (x, y), (test, _) = data.split("train"), data.split("test")
    return tuned(method, x, y, test, Number(), folds=3)
