"""Answers that are classes: how many are right, which are taken for which, how sure the model is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.data.interval import wilson
from rung.train import pictures
from rung.train.score import Score, confusion, worst
from rung.train.shown import shown
from rung.train.tasks.task import Task


class Classes(Task):
    """Classes from scores (n, classes); the metric is the share of right answers, or another of METRICS.

    Args:
        metric: "accuracy", or "ROC AUC" for two classes: the chance that a positive example is ranked above
            a negative one, which no threshold and no share of positives can flatter.
    """

    METRICS = ("accuracy", "ROC AUC")

    def __init__(self, metric: str = "accuracy") -> None:
        assert metric in self.METRICS
        self.metric = metric
        self.unit = "share" if metric == "accuracy" else "number"

    def outputs(self, raw: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes) of scores: the softmax."""
        raw = raw.astype(np.float64)
        exp = np.exp(raw - raw.max(axis=1, keepdims=True))
        probabilities: np.ndarray = exp / exp.sum(axis=1, keepdims=True)
        return probabilities

    def each(self, outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Return 1 for a right answer, 0 for a wrong one."""
        return (outputs.argmax(axis=1) == truth).astype(np.float64)

    def value(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        """Return the score."""
        return super().value(outputs, truth) if self.metric == "accuracy" else auc(outputs[:, 1], truth)

    def resampled(self, outputs: np.ndarray, truth: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the score on each of many draws of examples."""
        if self.metric == "accuracy":
            return super().resampled(outputs, truth, rows)
        return np.array([auc(outputs[row, 1], truth[row]) for row in rows])

    def score(self, name: str, outputs: np.ndarray, truth: np.ndarray) -> Score:
        """Return the score; of accuracy with Wilson's interval, which needs no resampling."""
        if self.metric != "accuracy":
            return super().score(name, outputs, truth)
        right = int(self.each(outputs, truth).sum())
        low, high = wilson(right, len(truth))
        return Score(name, right / len(truth), low, high, f"{len(truth):,} test examples", self.unit)

    def findings(self, outputs: np.ndarray, truth: np.ndarray, data: Dataset, folder: Path) -> dict[str, Any]:
        """Return confusion, calibration and the mistakes it was surest of, with their pictures or texts."""
        answers = outputs.argmax(axis=1)
        counts = confusion(answers, truth, len(data.names))
        mistakes = worst(outputs, truth)
        rows = data.splits["test"]
        found: dict[str, Any] = {
            "wrong": int((answers != truth).sum()),
            "names": list(data.names),
            "confusion": counts.tolist(),
            "calibration": calibration(outputs, truth),
            "tile": None,
        }
        pictures.confusion_matrix(folder / "confusion.png", counts, data.names)
        if len(data.shape) >= 2:
            images = data.images
            seen = [images[rows[m["row"]]] for m in mistakes]
            pictures.failures(folder / "failures.png", seen, mistakes, data.names)
            pictures.tiles(folder / "tiles.png", seen, data.shape)
            found["tile"] = list(data.shape[:2])
        else:
            for m in mistakes:
                m["shown"] = shown(data, int(rows[m["row"]]))
        return {**found, "mistakes": mistakes}


def auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """Return the area under the ROC curve: the Mann-Whitney statistic of ranks; 0.5 if a class is missing.

    Args:
        scores: how much each example looks like class 1, (n,).
        truth: 0 or 1, (n,).
    """
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    del values
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # of equal scores the mean of their ranks
    positive = truth == 1
    p, n = int(positive.sum()), int((~positive).sum())
    if not p or not n:
        return 0.5
    return float((ranks[positive].sum() - p * (p + 1) / 2) / (p * n))


def calibration(probability: np.ndarray, truth: np.ndarray, bins: int = 10) -> dict[str, Any]:
    """Compare how sure the model says it is with how often it is right, in bins of equal width.

    Returns:
        {"error": the expected calibration error, the mean over examples of the gap in their bin,
        "bins": [{"low", "count", "sure": mean probability of the answer, "right": share right}]}.

    Source: guo2017, section 2.
    """
    sure, right = probability.max(axis=1), probability.argmax(axis=1) == truth
    which = np.minimum((sure * bins).astype(int), bins - 1)
    told, gap = [], 0.0
    for b in range(bins):
        here = which == b
        if not here.any():
            continue
        mean, share = float(sure[here].mean()), float(right[here].mean())
        gap += abs(mean - share) * int(here.sum())
        told.append({"low": b / bins, "count": int(here.sum()), "sure": mean, "right": share})
    return {"error": gap / len(truth), "bins": told}
