"""Panels of marks, numbers and words: plots, tables, readouts, text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rung.learn.figures import wire
from rung.learn.figures.marks import Mark
from rung.learn.figures.wire import FigureError, Scene


class Panel:
    """One part of what a figure shows."""

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        raise NotImplementedError(f"{type(self).__name__}.scene")


@dataclass
class Plot(Panel):
    """Draw marks on a pair of axes.

    Args:
        marks: drawn in this order, the first at the back.
        x, y: (low, high) of the axes; from the marks when left out.
        xlabel, ylabel: what the axes measure, with the unit.
        title: a few words above.
        equal: one unit is as long on x as on y.
        height: in pixels, the same in every state.
        xlog, ylog: logarithmic axes.
        alt: what a person who cannot see the plot should know.
    """

    marks: Sequence[Mark]
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None
    xlabel: str = ""
    ylabel: str = ""
    title: str | None = None
    equal: bool = False
    height: int = 320
    xlog: bool = False
    ylog: bool = False
    alt: str = ""

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        for mark in self.marks:
            if not isinstance(mark, Mark):
                raise FigureError(
                    f"a Plot holds a {type(mark).__name__}",
                    rule="A Plot holds marks: Points, Curve, Handle ...",
                )
        marks = [mark.scene() for mark in self.marks]
        return {
            "panel": "plot",
            "marks": marks,
            "x": self._range("x", marks),
            "y": self._range("y", marks),
            "xlabel": self.xlabel,
            "ylabel": self.ylabel,
            "title": self.title,
            "equal": self.equal,
            "height": int(self.height),
            "xlog": self.xlog,
            "ylog": self.ylog,
            "alt": self.alt,
        }

    def _range(self, axis: str, marks: list[Scene]) -> list[float]:
        span, log = getattr(self, axis), getattr(self, f"{axis}log")
        if span is None:
            low, high = _extent(marks, axis, log)
        else:
            low, high = (float(v) if v is not None else np.nan for v in wire.point(span, f"Plot.{axis}"))
            if not low < high:
                raise FigureError(
                    f"Plot.{axis} is {tuple(span)}", rule="A range is (low, high) with low below high."
                )
        if log and low <= 0:
            raise FigureError(
                f"Plot.{axis} begins at {low:g} on a logarithmic axis",
                rule="A logarithmic axis begins above 0.",
                fix=f"give {axis}=(1e-3, 1)",
            )
        return [low, high]


def _extent(marks: list[Scene], axis: str, log: bool) -> tuple[float, float]:
    """Return a range that holds every mark, with a margin."""
    i, found = "xy".index(axis), []
    for mark in marks:
        if mark["mark"] in ("points",):
            found += [p[i] for p in mark["xy"]]
        elif mark["mark"] in ("handle", "label"):
            found.append(mark["xy"][i])
        elif mark["mark"] == "curve":
            found += mark[axis]
        elif mark["mark"] == "arrow":
            found += [mark["start"][i], mark["end"][i]]
        elif mark["mark"] == "bars":
            count = len(mark["labels"])
            if axis == "x":
                return -0.6, count - 0.4
            found += [0, *(h for row in mark["heights"] for h in row)]
        elif mark["mark"] == ("hline" if axis == "y" else "vline"):
            found.append(mark["at"])
        elif mark["mark"] == "field" and axis in mark:
            found += mark[axis]
    values = [v for v in found if v is not None and (v > 0 or not log)]
    if not values:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(values), max(values)
    if log:
        return low / 1.3, high * 1.3
    margin = 0.06 * (high - low) or max(abs(high) * 0.1, 0.5)
    rests_on_zero = low == 0 and any(m["mark"] == "bars" for m in marks)
    return (low if rests_on_zero else low - margin), high + margin


@dataclass
class Table(Panel):
    """Show rows of numbers and words; numbers are shown to 4 significant digits.

    Args:
        columns: the headings.
        rows: one list a row, as long as `columns`.
        highlight: indices of rows, or (row, column) pairs of cells, that stand out.
        title: a few words above.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]] | ArrayLike
    highlight: Sequence[int | tuple[int, int]] = ()
    title: str | None = None

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        columns = [str(c) for c in self.columns]
        rows = [[cell(v) for v in row] for row in self.rows]  # type: ignore[union-attr]
        for i, row in enumerate(rows):
            if len(row) != len(columns):
                raise FigureError(
                    f"Table: row {i} has {len(row)} cells for {len(columns)} columns",
                    rule="One cell a column.",
                )
        marks = [int(m) if isinstance(m, int | np.integer) else [int(v) for v in m] for m in self.highlight]
        return {"panel": "table", "columns": columns, "rows": rows, "highlight": marks, "title": self.title}


@dataclass
class Numbers(Panel):
    """Show a few numbers large, each with its name and a note: `[("mistakes", 3, "of 100"), ...]`."""

    items: Sequence[Sequence[Any]]

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        out = []
        for item in self.items:
            if isinstance(item, str) or not 2 <= len(item) <= 3:
                raise FigureError(
                    f"Numbers holds {item!r}", rule='Each item is (label, value) or (label, value, "note").'
                )
            label, value, *note = item
            out.append({"label": str(label), "value": cell(value), "note": str(note[0]) if note else ""})
        return {"panel": "numbers", "items": out}


@dataclass
class Say(Panel):
    """Say something in markdown with `$math$`: the arithmetic of this very step."""

    markdown: str

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        from rung.learn.render import markdown

        return {"panel": "say", "html": markdown(self.markdown, ids=False)}


def cell(value: Any) -> Any:
    """Return one cell for JSON: a number to 7 digits, a text, or None; inf and nan as words."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.number) or (isinstance(value, np.ndarray) and value.ndim == 0):
        short = wire.number(value.item() if isinstance(value, np.generic | np.ndarray) else value)
        return str(float(value)) if short is None else short
    return str(value)
