"""SparseRows: the gradient of a large table of which a batch used a few rows."""

from __future__ import annotations

from typing import Any

import numpy as np

MANY = 128  # rows in a table for each that is used, from where sorting is quicker than flags


class SparseRows:
    """An array of which only some rows are not 0, kept as those rows.

    It stands in `.grad` of an embedding's table that was looked up with `sparse=True`. It can be added to
    another, scaled, and subtracted from an array in place, which is what an optimiser does: `table -= lr * g`
    touches the used rows only.

    Args:
        index: (k,), which rows; each at most once.
        rows: (k, d), what stands in them.
        shape: (V, d), of the whole.

    Example:
        >>> g = SparseRows(np.array([2, 0]), np.array([[1.0], [3.0]]), (4, 1))
        >>> g.dense().ravel()
        array([3., 0., 1., 0.])
        >>> table = np.ones((4, 1))
        >>> table -= 0.5 * g
        >>> table.ravel()
        array([-0.5,  1. ,  0.5,  1. ])
    """

    def __init__(self, index: np.ndarray, rows: np.ndarray, shape: tuple[int, ...]) -> None:
        self.index, self.rows, self.shape = index, rows, shape

    @classmethod
    def summed(cls, index: np.ndarray, rows: np.ndarray, shape: tuple[int, ...]) -> SparseRows:
        """Make one of rows that may come several times for the same index: those are added up.

        Cost: one addition a number, and a pass over V flags, or where V is large a sort of the index.
        """
        used, place = used_rows(index, shape[0])
        return cls(used, scatter(place, rows, len(used)), shape)

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the rows."""
        return self.rows.dtype

    def dense(self) -> np.ndarray:
        """Return the whole array, zeros and all: (V, d)."""
        whole = np.zeros(self.shape, self.rows.dtype)
        whole[self.index] = self.rows
        return whole

    def copy(self) -> SparseRows:
        """Return one with arrays of its own."""
        return SparseRows(self.index.copy(), self.rows.copy(), self.shape)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, SparseRows):
            both = np.concatenate([self.index, other.index]), np.concatenate([self.rows, other.rows])
            return SparseRows.summed(*both, self.shape)
        return self.dense() + other

    __radd__ = __add__

    def __neg__(self) -> SparseRows:
        return SparseRows(self.index, -self.rows, self.shape)

    def __mul__(self, factor: float) -> SparseRows:
        return SparseRows(self.index, self.rows * factor, self.shape)

    __rmul__ = __mul__

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.dense().astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Let `array -= rows` and `array += rows` touch the used rows; anything else takes the dense form."""
        out = options.get("out", (None,))[0]
        if method == "__call__" and ufunc in (np.add, np.subtract) and out is inputs[0] is not None:
            rows = inputs[1]
            if isinstance(rows, SparseRows):
                out[rows.index] = ufunc(out[rows.index], rows.rows)
                return out
        whole = [x.dense() if isinstance(x, SparseRows) else x for x in inputs]
        return getattr(ufunc, method)(*whole, **options)

    def __repr__(self) -> str:
        return f"SparseRows({len(self.index)} of {self.shape[0]} rows, {self.rows.dtype})"


def used_rows(index: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which of `count` rows occur in the index (k,), ascending, and each one's place among them: (k,).

    Raising a flag for each row is 7 times as quick as sorting for 4,096 of 10,000 rows, until the flags are
    many times as many as the rows.
    """
    if count > MANY * index.size:
        return np.unique(index, return_inverse=True)
    seen = np.zeros(count, bool)
    seen[index] = True
    used = np.flatnonzero(seen)
    place = np.empty(count, np.intp)
    place[used] = np.arange(len(used))
    return used, place[index]


def scatter(place: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Add rows (k, d) up by their place (k,) -> (count, d).

    Flat places take NumPy's fast path for add.at: 0.29 ms against 1.12 ms for 4,096 rows of 32.
    """
    width = rows.shape[1]
    whole = np.zeros(count * width, rows.dtype)
    flat = place.reshape(-1, 1) * width + np.arange(width)
    np.add.at(whole, flat.ravel(), np.ascontiguousarray(rows).ravel())
    return whole.reshape(count, width)
