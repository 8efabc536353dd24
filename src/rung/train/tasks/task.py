"""Task: from a model's outputs and the truth to a score, its interval, and whether it beats another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.train.score import Score, percentiles, resamples


class Task:
    """How answers of one kind are scored: by a function of a mean over examples, unless said otherwise.

    Attributes:
        metric: what the score is called.
        unit: "share" for what is shown in per cent, "number" for all else.
        higher: whether more is better.
    """

    metric = ""
    unit = "number"
    higher = True

    def outputs(self, raw: np.ndarray) -> np.ndarray:
        """Return what is kept of a model's answers, such as probabilities for scores."""
        return raw

    def each(self, outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Return one number an example (n,), whose mean `finish` turns into the score."""
        raise NotImplementedError

    def finish(self, mean: np.ndarray) -> np.ndarray:
        """Turn a mean of `each` into the score: a square root, say."""
        return mean

    def value(self, outputs: np.ndarray, truth: np.ndarray) -> float:
        """Return the score."""
        return float(self.finish(np.asarray(self.each(outputs, truth).mean())))

    def resampled(self, outputs: np.ndarray, truth: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the score on each of many draws of examples: (k,) for row numbers (k, n)."""
        each = self.each(outputs, truth)
        return np.array([float(self.finish(np.asarray(each[row].mean()))) for row in rows])

    def score(self, name: str, outputs: np.ndarray, truth: np.ndarray) -> Score:
        """Return the score with its 95 % bootstrap interval over the examples."""
        value = self.value(outputs, truth)
        low, high = percentiles(self.resampled(outputs, truth, resamples(len(truth))))
        return Score(
            name, value, min(low, value), max(high, value), f"{len(truth):,} test examples", self.unit
        )

    def difference(self, ours: np.ndarray, theirs: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
        """Compare two models on the same examples, by the bootstrap of the paired difference of their scores.

        Returns:
            {"value", "low", "high": ours minus theirs with its 95 % interval, "better": True, False, or None
            where the interval holds 0, so that the difference is within the noise}.

        Source: efron1979, the percentile interval.
        """
        rows = resamples(len(truth))
        drawn = self.resampled(ours, truth, rows) - self.resampled(theirs, truth, rows)
        low, high = percentiles(drawn)
        value = self.value(ours, truth) - self.value(theirs, truth)
        clear = low > 0 or high < 0
        return {
            "value": value,
            "low": min(low, value),
            "high": max(high, value),
            "better": (value > 0) == self.higher if clear else None,
        }

    def findings(self, outputs: np.ndarray, truth: np.ndarray, data: Dataset, folder: Path) -> dict[str, Any]:
        """Look into the answers: what the report, the card and the run's page show beside the score.

        Args:
            outputs: for the test part.
            truth: their answers.
            data: the data set; its "test" rows are those of `outputs`.
            folder: where pictures may be written.

        Returns:
            JSON; "wrong": how many answers are wrong (or None), "mistakes": the worst ones.
        """
        return {"wrong": None, "mistakes": []}
