"""Preparations: what is fitted on training rows alone, and then does the same to every other row.

Each remembers which rows it was fitted on, and becomes JSON and back, so that an exported program prepares
its inputs as training did. `Scaler` is for numbers, `Categories` for strings, `Columns` for a table of both.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from rung.data.categories import Categories as Categories
from rung.data.fingerprint import rows_sample
from rung.data.preparation import Preparation as Preparation
from rung.data.preparation import PrepareError as PrepareError
from rung.data.preparation import memory, need_fit, remember
from rung.data.scaler import Scaler as Scaler
from rung.scratch.errors import DTypeError


class Columns:
    """Prepare a table whose columns are of different kinds: numbers standardised, strings numbered.

    Args:
        indicators: also give a column of 0 and 1 for each number column with gaps in the training rows.
        least: strings that occur less often than this in the training rows count as never seen.

    Attributes:
        numbers: names of the number columns, in the order of the result; the indicators after them.
        strings: names of the string columns.
        sizes: how many ids each string column has, the 0 for what was never seen included.

    Shape: a structured array (n,) becomes numbers (n, len(numbers)) float32 and ids (n, len(strings)) int64.

    Example:
        >>> import numpy as np
        >>> x = np.array([(20.0, "tea"), (40.0, "milk")], dtype=[("age", "f8"), ("drinks", "U4")])
        >>> columns = Columns().fit(x)
        >>> numbers, ids = columns.transform(x)
        >>> numbers.ravel().tolist(), ids.ravel().tolist(), columns.sizes
        ([-1.0, 1.0], [2, 1], (3,))
        >>> columns.onehot(x)[1]
        ['age', 'drinks = milk', 'drinks = tea']
    """

    def __init__(self, indicators: bool = False, least: int = 1) -> None:
        self.scaler, self.categories = Scaler(indicators), Categories(least)
        self.fitted_on: str = ""
        self.sample: tuple[int, ...] = ()
        self.columns: dict[str, str] = {}

    @property
    def numbers(self) -> list[str]:
        """Names of the number columns, and of the indicators after them."""
        names = [name for name, kind in self.columns.items() if kind == "number"]
        gaps = self.scaler.gaps.tolist() if self.scaler.indicators else []
        return names + [f"{names[i]} is missing" for i in gaps]

    @property
    def strings(self) -> list[str]:
        """Names of the string columns."""
        return [name for name, kind in self.columns.items() if kind == "string"]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many ids each string column has: the rows an embedding needs."""
        return self.categories.sizes

    def fit(self, x: np.ndarray) -> Self:
        """Learn scales and categories from the training rows (n,).

        Raises:
            DTypeError: x is not a structured array, or a column holds neither numbers nor strings.
            PrepareError: x has no rows, or a number is infinite.
        """
        self.columns = _kinds(x)
        numbers, strings = self._parted(x)
        if not len(x):
            raise PrepareError("no rows to fit on", rule="A mean needs at least one number.")
        self.scaler.fit(numbers)
        self.categories.fit(strings)
        self.fitted_on, self.sample = rows_sample(x)
        return self

    def transform(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows' numbers, standardised, and the ids of their strings.

        Columns are found by name, so they may stand in another order than in the fit.

        Raises:
            DTypeError: a column holds something else than it did in the fit.
            PrepareError: it was not fitted, or x has other columns.
        """
        need_fit(self)
        found = _kinds(x)
        if found.keys() != self.columns.keys():
            gone = sorted(self.columns.keys() - found.keys())
            more = sorted(found.keys() - self.columns.keys())
            told = [f"without {', '.join(gone)}"] if gone else []
            told += [f"with {', '.join(more)} besides"] if more else []
            raise PrepareError(
                f"a table {' and '.join(told)}",
                rule=f"It was fitted on {', '.join(self.columns)}.",
            )
        for name, kind in self.columns.items():
            if found[name] != kind:
                raise DTypeError(
                    f"the column {name} holds {x.dtype[name]}",
                    rule=f"In the rows it was fitted on it was a {kind} column.",
                )
        numbers, strings = self._parted(x)
        return self.scaler.transform(numbers), self.categories.transform(strings)

    def onehot(self, x: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """Return one matrix for linear models, and what each of its columns means.

        A string column becomes a column of 0 and 1 for each string of the training rows; all are 0 where the
        string was never seen.

        Raises:
            DTypeError, PrepareError: as `transform` does.
        """
        numbers, ids = self.transform(x)
        parts, names = [numbers], self.numbers
        for column, name, values in zip(ids.T, self.strings, self.categories.values, strict=True):
            parts.append(column[:, None] == np.arange(1, len(values) + 1))
            names += [f"{name} = {value or '(missing)'}" for value in values]
        return np.concatenate(parts, axis=1, dtype=np.float32), names

    def _parted(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the number columns (n, d) float64 and the string columns (n, k), in the order of the fit."""
        numbers = [x[name].astype(np.float64) for name, kind in self.columns.items() if kind == "number"]
        strings = [x[name] for name, kind in self.columns.items() if kind == "string"]
        return (
            np.stack(numbers, axis=1) if numbers else np.zeros((len(x), 0)),
            np.stack(strings, axis=1) if strings else np.zeros((len(x), 0), dtype="U1"),
        )

    def state(self) -> dict[str, Any]:
        """Return all that was fitted, as what JSON can hold."""
        inner = {"scaler": self.scaler.state(), "categories": self.categories.state()}
        return {"what": "columns", "columns": self.columns, **inner, **memory(self)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Return the preparation that `state` describes."""
        made = cls()
        made.columns = dict(state["columns"])
        made.scaler = Scaler.from_state(state["scaler"])
        made.categories = Categories.from_state(state["categories"])
        return remember(made, state)


def restore(state: dict[str, Any]) -> Scaler | Categories | Columns:
    """Return the preparation that a `state()` describes, whichever of the three it is.

    Raises:
        PrepareError: it is the state of none of them.
    """
    made = {"scaler": Scaler, "categories": Categories, "columns": Columns}.get(state.get("what", ""))
    if made is None:
        raise PrepareError(
            f"a state of {state.get('what', 'nothing')!r}",
            rule='It is what state() of a Scaler, Categories or Columns gave: {"what": "scaler", ...}.',
        )
    return made.from_state(state)  # type: ignore[attr-defined]


def _kinds(x: np.ndarray) -> dict[str, str]:
    """Return whether each column is a "number" or a "string" one."""
    if not x.dtype.names:
        raise DTypeError(
            f"an array of {x.dtype} {x.shape}",
            rule="Columns of different kinds are a structured array (n,), as Dataset.x is.",
            fix="Scaler, for a matrix of numbers; Categories, for one of strings",
        )
    kinds = {}
    for name in x.dtype.names:
        column = x[name]
        text = column.dtype == object and all(isinstance(value, str) for value in column)
        if column.ndim != 1 or not (text or column.dtype.kind in "biufU"):
            raise DTypeError(
                f"the column {name} holds {column.dtype}", rule="A column is numbers or strings."
            )
        kinds[name] = "string" if text or column.dtype.kind == "U" else "number"
    return kinds
