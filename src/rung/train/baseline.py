"""Baselines: what a score must beat before it means anything; computed once for each data set."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np

from rung.data.dataset import Dataset
from rung.data.places import home
from rung.train.checkpoint import write_whole
from rung.train.score import Score, accuracy


def baselines(data: Dataset, folder: Path | None = None) -> list[Score]:
    """Score the trivial and the strong baseline on the test part, learned from the training part.

    Args:
        data: with the parts "train" and "test" and class numbers for answers.
        folder: where results are remembered by the digest of the data; by default $RUNG_HOME/cache/baselines.

    Cost: nothing to speak of when remembered; else the logistic regression: seconds for 4,000 digits, about
        half a
    minute for 60,000.
    """
    folder = folder or home() / "cache" / "baselines"
    path = folder / f"{data.digest()[:32]}.json"
    if path.is_file():
        try:
            return [Score(**entry) for entry in json.loads(path.read_text())]
        except (ValueError, TypeError):
            path.unlink()  # damaged: compute it again
    scores = [majority(data), logistic_regression(data)]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps([asdict(s) for s in scores], indent=1))
    return scores


def remembered(data: Dataset, folder: Path | None = None) -> bool:
    """Tell whether `baselines` would answer at once."""
    return ((folder or home() / "cache" / "baselines") / f"{data.digest()[:32]}.json").is_file()


def majority(data: Dataset) -> Score:
    """Answer the most frequent training class for everything."""
    _, y = data.split("train")
    _, truth = data.split("test")
    return accuracy("always the most frequent class", np.full(len(truth), np.bincount(y).argmax()), truth)


def logistic_regression(data: Dataset) -> Score:
    """Fit scikit-learn's logistic regression (one linear layer, softmax), and score it."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    x, y = data.split("train")
    test, truth = data.split("test")
    if len(np.unique(y)) < 2:
        return accuracy("logistic regression", np.full(len(truth), y[0]), truth)
    model = LogisticRegression(max_iter=60)
    with warnings.catch_warnings():
        # 60 steps come within a few hundredths of a point of convergence, at a fifth of the time.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y)
    return accuracy("logistic regression", model.predict(test), truth)
