"""A figure's state: attributes by name, always plain values, and nothing that was not declared."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from rung.errors import did_you_mean
from rung.learn.figures.wire import FigureError, plain


class State:
    """The state that `draw` reads and an event changes in place.

    Reading or writing a key that was not declared is an error that says which are. What is written is made
    plain: a NumPy array is stored as nested lists.
    """

    __slots__ = ("_figure", "_values")

    def __init__(self, figure: str, values: dict[str, Any]) -> None:
        object.__setattr__(self, "_figure", figure)
        object.__setattr__(
            self, "_values", {key: plain(value, f"state.{key}") for key, value in values.items()}
        )

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):  # copy and pickle look for hooks before there are any values
            raise AttributeError(key)
        try:
            return self._values[key]
        except KeyError:
            raise self._unknown(key) from None

    def __setattr__(self, key: str, value: Any) -> None:
        if key not in self._values:
            raise self._unknown(key)
        self._values[key] = plain(value, f"state.{key}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __repr__(self) -> str:
        return f"State({', '.join(f'{k}={v!r}' for k, v in self._values.items())})"

    def __dir__(self) -> list[str]:
        return list(self._values)

    def _unknown(self, key: str) -> FigureError:
        guess = did_you_mean(key, list(self._values))
        return FigureError(
            f"figure {self._figure!r}: the state has no {key!r}",
            rule=f"It has {', '.join(self._values) or 'nothing'}.",
            fix=guess or f"declare it: state=dict({key}=...)",
        )

    def snapshot(self) -> dict[str, Any]:
        """Return a deep copy of the values."""
        return copy.deepcopy(self._values)

    def restore(self, values: dict[str, Any]) -> None:
        """Go back to values that `snapshot` returned."""
        object.__setattr__(self, "_values", copy.deepcopy(values))
