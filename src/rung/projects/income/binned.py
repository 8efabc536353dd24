"""Numbers as words besides: each number column is cut into bins, and every bin gets a vector of its own."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from rung.data.fingerprint import rows_sample
from rung.data.preparation import memory, remember
from rung.data.prepare import Columns

FEWEST = 5  # training rows of a bin: a vector is not learned from fewer


class BinnedColumns:
    """Prepare a table of numbers and words: numbers standardised, words numbered, and numbers as words too.

    A layer of a network bends slowly: it takes many of them to say that people of 30 to 50 earn most, or
    that a capital gain of 5,178 dollars is one thing and one of 5,013 another. A tree just cuts there. Cut
    into bins that each hold as many training rows, a number becomes a word, and words have vectors.

    Args:
        bins: into how many parts a number column is cut at most; 0 for none. There are fewer where many rows
            share a value: of a column such as age, every value may become a word.
        left_out: columns that are not used.
        logarithm: number columns that are replaced by log(1 + x) beforehand.

    Attributes:
        edges: by number column, where its bins begin; what lies below is a bin of its own.
        columns: what prepares the table with the bins in it; fitted with it.

    Shape: a structured array (n,) becomes numbers (n, d) float32 and ids (n, k) int64.
    """

    def __init__(self, bins: int, left_out: tuple[str, ...] = (), logarithm: tuple[str, ...] = ()) -> None:
        self.bins, self.left_out, self.logarithm = bins, left_out, logarithm
        self.edges: dict[str, np.ndarray] = {}
        self.columns = Columns(indicators=True)
        self.fitted_on: str = ""
        self.sample: tuple[int, ...] = ()

    @property
    def binned(self) -> list[str]:
        """Names of the word columns that are bins of numbers."""
        return [f"{name} bin" for name in self.edges]

    def fit(self, x: np.ndarray) -> Self:
        """Learn bins, scales and words from the training rows (n,).

        Raises:
            DTypeError, PrepareError: as `Columns.fit` does.
        """
        self.edges = {}
        for name in self._kept(x) if self.bins else ():
            if not _numbers(x, name) or f"{name} bin" in (x.dtype.names or ()):
                continue
            values = x[name][~np.isnan(x[name])]
            # Of a column that is mostly 0, such as capital gains, the other values are what is to be cut.
            if np.count_nonzero(values) < 0.5 * len(values):
                values = values[values != 0]
            if len(values):
                bins = max(1, min(self.bins, len(values) // FEWEST))
                begins = np.linspace(0, 1, bins + 1)[:-1]
                self.edges[name] = np.unique(np.quantile(values, begins))
        self.columns.fit(self._table(x))
        self.fitted_on, self.sample = rows_sample(x)
        return self

    def transform(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows' numbers, standardised, and the ids of their words and bins.

        Raises:
            DTypeError, PrepareError: as `Columns.transform` does.
        """
        return self.columns.transform(self._table(x))

    def _kept(self, x: np.ndarray) -> list[str]:
        return [name for name in x.dtype.names or () if name not in self.left_out]

    def _table(self, x: np.ndarray) -> np.ndarray:
        """Return the columns that are used, and the bins after them; a missing number has the bin ""."""
        columns: dict[str, np.ndarray] = {}
        for name in self._kept(x):
            curved = name in self.logarithm and _numbers(x, name)
            columns[name] = np.log1p(np.maximum(x[name], 0)) if curved else x[name]
        for name, edges in self.edges.items():
            if _numbers(x, name):  # of a table without it, `Columns` says what is wrong
                number = np.searchsorted(edges, x[name], side="right").astype(np.str_)
                columns[f"{name} bin"] = np.where(np.isnan(x[name]), "", number)
        table = np.empty(len(x), [(name, column.dtype) for name, column in columns.items()])
        for name, column in columns.items():
            table[name] = column
        return table

    def state(self) -> dict[str, Any]:
        """Return all that was fitted, as what JSON can hold."""
        return {
            "what": "binned columns",
            "bins": self.bins,
            "left_out": list(self.left_out),
            "logarithm": list(self.logarithm),
            "edges": {name: edges.tolist() for name, edges in self.edges.items()},
            "columns": self.columns.state(),
            **memory(self),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Return the preparation that `state` describes."""
        made = cls(state["bins"], tuple(state["left_out"]), tuple(state["logarithm"]))
        made.edges = {name: np.array(edges) for name, edges in state["edges"].items()}
        made.columns = Columns.from_state(state["columns"])
        return remember(made, state)


def _numbers(x: np.ndarray, name: str) -> bool:
    """Return whether the table has such a column, of numbers."""
    return name in (x.dtype.names or ()) and x.dtype[name].kind in "iuf"
