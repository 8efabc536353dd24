"""Scores with what they are worth: their intervals, the confusion matrix, the worst mistakes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rung.data.interval import wilson


@dataclass(frozen=True)
class Score:
    """A score and the 95 % interval around it.

    Attributes:
        name: whose score it is.
        value: the score; a share is from 0 to 1.
        low, high: the interval.
        of: what the interval is over: "1,000 test examples", "3 seeds".
        unit: "share", shown in per cent, or "number".
    """

    name: str
    value: float
    low: float
    high: float
    of: str
    unit: str = "share"

    def __str__(self) -> str:
        value, low, high = (tell(v, self.unit) for v in (self.value, self.low, self.high))
        return f"{value} ({low} to {high}, 95 % over {self.of})"


def tell(value: float, unit: str) -> str:
    """Say a score: a share in per cent, a number with four digits.

    Example:
        >>> tell(0.98425, "share"), tell(0.89641, "number"), tell(152.31, "number")
        ('98.42%', '0.8964', '152.3')
    """
    return f"{value:.2%}" if unit == "share" else f"{value:.4g}"


def over_seeds(name: str, scores: list[Score], n: int) -> Score:
    """Score the mean of several trainings that were tested on the same n examples.

    The interval is, on each side, the wider of two: Student's for how much the seed matters, and the mean of
    the trainings' own for how much the choice of test examples does. Equal scores of two seeds therefore do
    not look like certainty.

    Args:
        name: whose score it is.
        scores: of each training, with its interval over the test examples; two at least.
        n: how many test examples there were.
    """
    from scipy.special import stdtrit

    values = [s.value for s in scores]
    count, mean = len(values), float(np.mean(values))
    spread = float(stdtrit(count - 1, 0.975)) * float(np.std(values, ddof=1)) / math.sqrt(count)
    if scores[0].unit == "share":
        low, high = wilson(mean * n, n)
    else:
        low = mean - float(np.mean([s.value - s.low for s in scores]))
        high = mean + float(np.mean([s.high - s.value for s in scores]))
    low, high = min(low, mean - spread), max(high, mean + spread)
    if scores[0].unit == "share":
        low, high = max(0.0, low), min(1.0, high)
    return Score(name, mean, low, high, f"{count} seeds and {n:,} test examples", scores[0].unit)


@lru_cache(maxsize=4)
def resamples(n: int, draws: int = 1000, seed: int = 0) -> np.ndarray:
    """Draw n examples out of n with replacement, many times: row numbers (draws, n), the same for the same n.

    Two models that are compared are drawn the same examples.

    Cost: 4 bytes a number; of more than 20,000 examples fewer draws are taken, at least 200.
    """
    draws = max(200, min(draws, 20_000_000 // max(1, n)))
    return np.random.default_rng(seed).integers(0, n, (draws, n), dtype=np.int32)


def percentiles(values: np.ndarray) -> tuple[float, float]:
    """Return the middle 95 % of some values: from their 2.5th to their 97.5th percentile."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


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
