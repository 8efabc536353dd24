"""Scores with what they are worth: accuracy, its interval, the confusion matrix, the worst mistakes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.scratch.tensor import Tensor, no_grad


@dataclass(frozen=True)
class Score:
    """A share of right answers and the 95 % interval around it.

    Attributes:
        name: whose score it is.
        value: the share, from 0 to 1.
        low, high: the interval.
        of: what the interval is over: "1,000 test examples", "3 seeds".
    """

    name: str
    value: float
    low: float
    high: float
    of: str

    def __str__(self) -> str:
        return f"{self.value:.2%} ({self.low:.2%} to {self.high:.2%}, 95 % over {self.of})"


def accuracy(name: str, answers: np.ndarray, truth: np.ndarray) -> Score:
    """Score answers (n,) against the truth (n,), with Wilson's interval for another n examples."""
    right = int((answers == truth).sum())
    low, high = wilson(right, len(truth))
    return Score(name, right / len(truth), low, high, f"{len(truth):,} test examples")


def wilson(right: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval for a share of `right` in n independent trials; it stays within 0 and 1.

    Source: wilson1927. z = 1.96 makes it cover the true share in 95 % of cases.

    Example:
        >>> [round(bound, 3) for bound in wilson(98, 100)]
        [0.93, 0.994]
    """
    share = right / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def over_seeds(name: str, values: list[float], n: int) -> Score:
    """Score the mean of several trainings that were tested on the same n examples.

    The interval is, on each side, the wider of two: Student's for how much the seed matters, Wilson's for how
    much the choice of test examples does. Equal scores of two seeds therefore do not look like certainty.

    Args:
        name: whose score it is.
        values: the share of right answers of each training; two at least.
        n: how many test examples there were.
    """
    from scipy.special import stdtrit

    count, mean = len(values), float(np.mean(values))
    spread = float(stdtrit(count - 1, 0.975)) * float(np.std(values, ddof=1)) / math.sqrt(count)
    low, high = wilson(mean * n, n)
    of = f"{count} seeds and {n:,} test examples"
    return Score(name, mean, max(0.0, min(low, mean - spread)), min(1.0, max(high, mean + spread)), of)


def probabilities(model: Callable[[Any], Any], x: np.ndarray, batch: int = 1000) -> np.ndarray:
    """Return the model's probability of each class for each example, (n, classes)."""
    with no_grad():
        scores = np.concatenate([model(Tensor(x[i : i + batch])).data for i in range(0, len(x), batch)])
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))  # (n, classes)
    return exp / exp.sum(axis=1, keepdims=True)


def confusion(answers: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Count how often class i (row) was taken for class j (column)."""
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (truth, answers), 1)
    return counts


def worst(probability: np.ndarray, truth: np.ndarray, limit: int = 40) -> list[dict[str, Any]]:
    """List the mistakes, the one in which the model was surest of the wrong answer first.

    Returns:
        dicts of "row", "truth", "answer", "sure" (the probability of the answer) and "right" (that of the
        truth).
    """
    answers = probability.argmax(axis=1)
    wrong = np.flatnonzero(answers != truth)
    order = wrong[np.argsort(-probability[wrong, answers[wrong]], kind="stable")][:limit]
    return [
        {
            "row": int(i),
            "truth": int(truth[i]),
            "answer": int(answers[i]),
            "sure": round(float(probability[i, answers[i]]), 4),
            "right": round(float(probability[i, truth[i]]), 4),
        }
        for i in order
    ]
