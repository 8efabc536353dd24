"""Baselines: what a score must beat before it means anything; fitted once for the same data and code."""

from __future__ import annotations

import hashlib
import inspect
import io
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.data.places import home
from rung.train.checkpoint import write_whole


@dataclass(frozen=True)
class Baseline:
    """Something simpler to be compared with.

    Attributes:
        name: what people read: "always the most frequent class", "logistic regression".
        fit: learns from the training part and answers the test part, with the outputs that the task takes.
        trivial: it looks at no input at all; the other kind is the strong one, that is hard to beat.
    """

    name: str
    fit: Callable[[], np.ndarray]
    trivial: bool = False


def fitted(baselines: Sequence[Baseline], data: Dataset, say: Callable[[str], None]) -> list[np.ndarray]:
    """Return the outputs of each for the test part, remembered from an earlier run where nothing has changed.

    Args:
        baselines: of the project.
        data: what they learn from.
        say: told which one is being fitted.
    """
    found = []
    for baseline in baselines:
        path = _place(baseline, data)
        outputs = _remembered(path, len(data.splits["test"]))
        if outputs is None:
            if not baseline.trivial:
                say(f"fitting {baseline.name}, once for this data ...")
            outputs = np.asarray(baseline.fit())
            buffer = io.BytesIO()
            np.save(buffer, outputs)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, buffer.getvalue())
        found.append(outputs)
    return found


def _place(baseline: Baseline, data: Dataset) -> Path:
    """Return the file of a baseline's outputs: named after data, baseline and the code that fits it."""
    function = inspect.unwrap(baseline.fit)
    code = getattr(function, "func", function)  # functools.partial
    module = inspect.getmodule(code)
    source = inspect.getsource(module) if module is not None else ""
    # an argument that is a dataclass, such as a Method of rung.train.tuned, tells its settings and its code
    settings = [repr(a) for a in getattr(function, "args", ()) if is_dataclass(a)]
    told = f"{data.digest()} {baseline.name} {settings} {getattr(function, 'keywords', '')} {source}"
    return home() / "cache" / "baselines" / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}.npy"


def _remembered(path: Path, n: int) -> np.ndarray | None:
    if not path.is_file():
        return None
    try:
        outputs: np.ndarray = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError):
        outputs = np.empty(0)
    if len(outputs) != n:
        path.unlink()  # damaged: it is fitted again
        return None
    return outputs


def majority(y: np.ndarray, n: int, classes: int) -> np.ndarray:
    """Answer the shares of the training classes for everything: probabilities (n, classes)."""
    return np.tile(np.bincount(y, minlength=classes) / len(y), (n, 1))


def logistic_regression(
    x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int, **settings: Any
) -> np.ndarray:
    """Fit scikit-learn's logistic regression (one linear layer, softmax): probabilities (n, classes).

    Args:
        x: training examples (n, d).
        y: their classes.
        test: examples to answer.
        classes: how many there are, whether or not all are in y.
        settings: of `sklearn.linear_model.LogisticRegression`.

    Cost: seconds for 4,000 digits, about half a minute for 60,000.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(y)) < 2:
        return majority(y, len(test), classes)
    model = LogisticRegression(**{"max_iter": 60, **settings})
    with warnings.catch_warnings():
        # 60 steps come within a few hundredths of a point of convergence, at a fifth of the time.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    return spread(model.predict_proba(test), model.classes_, classes)


def spread(probability: np.ndarray, seen: np.ndarray, classes: int) -> np.ndarray:
    """Give the classes that a model never saw a column of zeros: (n, len(seen)) becomes (n, classes)."""
    whole = np.zeros((len(probability), classes))
    whole[:, np.asarray(seen, dtype=int)] = probability
    return whole
