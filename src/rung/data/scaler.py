"""Scaler: numbers standardised by what the training rows say of their columns."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from rung.data.fingerprint import rows_sample
from rung.data.preparation import PrepareError, memory, need_fit, need_table, remember
from rung.scratch.errors import DTypeError


class Scaler:
    """Standardise numbers: each column of the training rows gets mean 0 and standard deviation 1.

    A missing number (NaN) becomes the median of its column first. A column that is constant becomes 0.

    Args:
        indicators: also give a column of 0 and 1 for each column that missed a number in the training rows.

    Shape: (n, d) of any kind of number becomes (n, d), or (n, d + columns with gaps), float32.

    Example:
        >>> import numpy as np
        >>> scaler = Scaler().fit(np.array([[1.0, 7.0], [3.0, 7.0], [np.nan, 7.0]]))
        >>> scaler.transform(np.array([[2.0, 7.0], [np.nan, 8.0]])).tolist()
        [[0.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, indicators: bool = False) -> None:
        self.indicators = indicators
        self.fitted_on: str = ""
        self.sample: tuple[int, ...] = ()
        self.median = self.mean = self.scale = np.zeros(0)
        self.gaps = np.zeros(0, dtype=int)

    def fit(self, x: np.ndarray) -> Self:
        """Learn the columns' medians, means and standard deviations from the training rows (n, d).

        Raises:
            DTypeError: x holds something else than numbers.
            PrepareError: x is not a table, has no rows, or holds an infinite number.
        """
        table = _numbers(x)
        if not len(table):
            raise PrepareError("no rows to fit on", rule="A mean needs at least one number.")
        missing = np.isnan(table)
        some = ~missing.all(axis=0)
        self.median = np.zeros(table.shape[1])
        self.median[some] = np.nanmedian(table[:, some], axis=0)
        filled = np.where(missing, self.median, table)
        self.mean, spread = filled.mean(axis=0), filled.std(axis=0)
        # rounding leaves a constant column a spread of about its size times 1e-16
        constant = spread <= 1e-12 * np.abs(self.mean)
        self.scale = np.where(constant, 1.0, spread)
        self.gaps = np.flatnonzero(missing.any(axis=0))
        self.fitted_on, self.sample = rows_sample(x)
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return the rows standardised, and the indicators after them where they are wanted.

        Raises:
            DTypeError: x holds something else than numbers.
            PrepareError: it was not fitted, or x has another number of columns, or an infinite number.
        """
        need_fit(self)
        table = _numbers(x)
        if table.shape[1] != len(self.mean):
            raise PrepareError(
                f"{table.shape[1]} columns, after fitting on {len(self.mean)}",
                rule="Rows are transformed column by column, so they must have the columns of the fit.",
            )
        missing = np.isnan(table)
        out = (np.where(missing, self.median, table) - self.mean) / self.scale
        wanted = [out, missing[:, self.gaps]] if self.indicators else [out]
        return np.concatenate(wanted, axis=1, dtype=np.float32)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Return standardised columns (n, d) as they were measured, float64; for answers that are numbers.

        Raises:
            PrepareError: it was not fitted.
        """
        need_fit(self)
        return np.asarray(x, dtype=np.float64)[:, : len(self.mean)] * self.scale + self.mean

    def state(self) -> dict[str, Any]:
        """Return all that was fitted, as what JSON can hold."""
        return {
            "what": "scaler",
            "indicators": self.indicators,
            "median": self.median.tolist(),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "gaps": self.gaps.tolist(),
            **memory(self),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Return the preparation that `state` describes."""
        made = cls(state["indicators"])
        made.median, made.mean, made.scale = (np.array(state[k], float) for k in ("median", "mean", "scale"))
        made.gaps = np.array(state["gaps"], dtype=int)
        return remember(made, state)


def _numbers(x: np.ndarray) -> np.ndarray:
    """Return a table of numbers as float64."""
    if x.dtype.kind not in "biuf":
        raise DTypeError(
            f"columns of {x.dtype}",
            rule="A scaler takes numbers.",
            fix="Columns, for a table with strings in it" if x.dtype.names else "Categories, for strings",
        )
    need_table(x)
    table = x.astype(np.float64)
    if np.isinf(table).any():
        row, column = np.argwhere(np.isinf(table))[0]
        raise PrepareError(
            f"row {row} holds {table[row, column]} in column {column}",
            rule="An infinite number has no place among the others; a missing one is NaN.",
        )
    return table
