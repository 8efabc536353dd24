"""Categories: the strings of columns as the numbers that an embedding takes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from rung.data.fingerprint import rows_sample
from rung.data.preparation import PrepareError, memory, need_fit, need_table, remember
from rung.scratch.errors import DTypeError


class Categories:
    """Number the strings of each column: 0 stands for what training never saw, the rest count from 1.

    Numbers go by how often a string occurs in the training rows, then by the alphabet. A missing string ("")
    is a category like another.

    Args:
        least: strings that occur less often than this in the training rows count as never seen.

    Shape: (n, k) strings become (n, k) int64; column j has ids from 0 to `sizes[j]` - 1.

    Example:
        >>> import numpy as np
        >>> made = Categories().fit(np.array([["tea"], ["milk"], ["tea"]]))
        >>> made.transform(np.array([["milk"], ["tea"], ["beer"]])).ravel().tolist()
        [2, 1, 0]
    """

    def __init__(self, least: int = 1) -> None:
        self.least = least
        self.fitted_on: str = ""
        self.sample: tuple[int, ...] = ()
        self.values: list[list[str]] = []

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many ids each column has, the 0 included: the rows an embedding needs."""
        return tuple(len(v) + 1 for v in self.values)

    def fit(self, x: np.ndarray) -> Self:
        """Learn which strings the training rows (n, k) hold.

        Raises:
            DTypeError: x holds something else than strings.
            PrepareError: x is not a table or has no rows.
        """
        table = _strings(x)
        if not len(table):
            raise PrepareError("no rows to fit on", rule="Categories are those of the training rows.")
        self.values = []
        for column in table.T:
            found, counts = np.unique(column, return_counts=True)
            order = np.argsort(-counts, kind="stable")
            self.values.append([str(found[i]) for i in order if counts[i] >= self.least])
        self.fitted_on, self.sample = rows_sample(x)
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return the ids of the rows' strings.

        Raises:
            DTypeError: x holds something else than strings.
            PrepareError: it was not fitted, or x has another number of columns.
        """
        need_fit(self)
        table = _strings(x)
        if table.shape[1] != len(self.values):
            raise PrepareError(
                f"{table.shape[1]} columns, after fitting on {len(self.values)}",
                rule="Each column has its own categories, so they must be the columns of the fit.",
            )
        out = np.zeros(table.shape, dtype=np.int64)
        for j, values in enumerate(self.values):
            ids = {value: i for i, value in enumerate(values, start=1)}
            found, inverse = np.unique(table[:, j], return_inverse=True)
            out[:, j] = np.array([ids.get(str(v), 0) for v in found], dtype=np.int64)[inverse]
        return out

    def state(self) -> dict[str, Any]:
        """Return all that was fitted, as what JSON can hold."""
        return {"what": "categories", "least": self.least, "values": self.values, **memory(self)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Return the preparation that `state` describes."""
        made = cls(state["least"])
        made.values = [list(v) for v in state["values"]]
        return remember(made, state)


def _strings(x: np.ndarray) -> np.ndarray:
    strings = x.dtype.kind == "U" or (x.dtype == object and all(isinstance(v, str) for v in x.ravel()))
    if not strings:
        raise DTypeError(
            f"columns of {x.dtype}",
            rule="Categories are strings.",
            fix='for numbers: x.astype("U")',
        )
    need_table(x)
    return x
