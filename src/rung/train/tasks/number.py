"""Answers that are numbers: how far off, as a root mean square."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.train.shown import shown
from rung.train.tasks.task import Task


class Number(Task):
    """Root mean squared error, in the unit of the answer; less is better."""

    metric = "RMSE"
    higher = False

    def outputs(self, raw: np.ndarray) -> np.ndarray:
        """Return (n,) of a model's (n,) or (n, 1)."""
        return raw.reshape(len(raw)).astype(np.float64)

    def each(self, outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Return the squared errors."""
        return np.square(outputs - truth, dtype=np.float64)

    def finish(self, mean: np.ndarray) -> np.ndarray:
        """Return the root."""
        return np.sqrt(mean)

    def findings(self, outputs: np.ndarray, truth: np.ndarray, data: Dataset, folder: Path) -> dict[str, Any]:
        """Return mean absolute error, R squared, and the examples that are furthest off."""
        off = outputs - truth
        order = np.argsort(-np.abs(off), kind="stable")[:40]
        rows = data.splits["test"]
        spread = float(np.square(truth - truth.mean()).sum())
        return {
            "wrong": None,
            "also": {
                "mean absolute error": float(np.abs(off).mean()),
                "R squared": 1 - float(np.square(off).sum()) / spread if spread else 0.0,
                "bias": float(off.mean()),
            },
            "mistakes": [
                {
                    "row": int(i),
                    "truth": float(truth[i]),
                    "answer": float(outputs[i]),
                    "shown": shown(data, int(rows[i])),
                }
                for i in order
            ],
        }
