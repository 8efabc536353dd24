"""What can stand inside a Plot: points, curves, handles, fields, arrows, labels, lines, bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rung.learn.figures import wire
from rung.learn.figures.wire import FigureError, Scene


class Mark:
    """One thing drawn inside a Plot."""

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        raise NotImplementedError(f"{type(self).__name__}.scene")


@dataclass
class Points(Mark):
    """Draw a cloud of points.

    Args:
        xy: (n, 2), one row a point.
        group: n ints from 0 that choose colour and shape together: groups differ without colour too.
        size: radius in pixels.
        drag: key of a list in the state; dragging point i writes `state.key[i] = [x, y]`.
        labels: n short texts, shown under the pointer.
        highlight: indices drawn with a ring.
        fade: n numbers 0..1, or one; 1 is fully faded.
        label: name for the legend; a list names each group.
    """

    xy: ArrayLike
    group: Sequence[int] | ArrayLike | None = None
    size: float = 5
    drag: str | None = None
    labels: Sequence[str] | None = None
    highlight: Sequence[int] = ()
    fade: ArrayLike | None = None
    label: str | Sequence[str] | None = None

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        xy = wire.points(self.xy, "Points.xy")
        out: Scene = {"mark": "points", "xy": xy, "size": wire.number(self.size)}
        if self.group is not None:
            out["group"] = [int(g) for g in _per_point(self.group, len(xy), "Points.group")]
        if self.fade is not None:
            fade = np.broadcast_to(np.asarray(self.fade, dtype=float), (len(xy),))
            out["fade"] = wire.numbers(fade, "Points.fade")
        if self.labels is not None:
            if len(self.labels) != len(xy):
                raise FigureError(
                    f"Points.labels has {len(self.labels)} texts for {len(xy)} points",
                    rule="One text a point.",
                )
            out["labels"] = [str(text) for text in self.labels]
        marked = [int(i) for i in self.highlight]
        if any(not 0 <= i < len(xy) for i in marked):
            raise FigureError(
                f"Points.highlight is {marked} for {len(xy)} points", rule="Indices run from 0 to n - 1."
            )
        out["highlight"] = marked
        if self.drag is not None:
            out["drag"] = self.drag
        if self.label is not None:
            out["label"] = self.label if isinstance(self.label, str) else [str(text) for text in self.label]
        return out


@dataclass
class Curve(Mark):
    """Draw a line through (x[i], y[i]); a nan leaves a gap.

    Args:
        x, y: two sequences of the same length.
        label: name written beside the line's end.
        color: a colour token.
        dash: draw it dashed.
        width: in pixels.
    """

    x: ArrayLike
    y: ArrayLike
    label: str | None = None
    color: str = "a"
    dash: bool = False
    width: float = 2

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        x, y = wire.numbers(self.x, "Curve.x"), wire.numbers(self.y, "Curve.y")
        if len(x) != len(y):
            raise FigureError(
                f"Curve.x has {len(x)} numbers, y has {len(y)}", rule="x and y are of the same length."
            )
        return {
            "mark": "curve",
            "x": x,
            "y": y,
            "label": self.label,
            "color": wire.color(self.color, "Curve"),
            "dash": bool(self.dash),
            "width": wire.number(self.width),
        }


@dataclass
class Handle(Mark):
    """Draw a point that can be dragged by mouse, touch and arrow keys; it writes `state.key = [x, y]`.

    Args:
        key: a key of the state.
        xy: where it stands now.
        label: what it is, for the eye and for a screen reader.
    """

    key: str
    xy: Any
    label: str

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        return {
            "mark": "handle",
            "key": self.key,
            "xy": wire.point(self.xy, f"Handle {self.key!r}"),
            "label": self.label,
        }


@dataclass
class Field(Mark):
    """Colour the plane by a grid of values.

    Args:
        values: (rows, cols); row 0 is at the bottom, as on a graph.
        diverging: two hues meeting at 0, else one hue from low to high.
        low, high: values at the ends of the colour scale; the data's own when left out.
        bands: draw this many flat steps in place of a smooth scale; 2 shows a decision.
        x, y: (low, high) of the grid; the plot's own when left out.
    """

    values: ArrayLike
    diverging: bool = False
    low: float | None = None
    high: float | None = None
    bands: int | None = None
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        values = wire.array(self.values, "Field.values", ndim=2).astype(np.float32)
        if values.size == 0:
            raise FigureError(
                f"Field.values has shape {values.shape}", rule="A field has at least one row and one column."
            )
        low, high = wire.limits(values, self.low, self.high, self.diverging)
        out: Scene = {
            "mark": "field",
            "values": wire.packed(values),
            "low": low,
            "high": high,
            "diverging": self.diverging,
        }
        if self.bands is not None:
            if self.bands < 2:
                raise FigureError(f"Field.bands is {self.bands}", rule="There are at least 2 bands.")
            out["bands"] = int(self.bands)
        for axis in ("x", "y"):
            span = getattr(self, axis)
            if span is not None:
                out[axis] = wire.point(span, f"Field.{axis}")
        return out


@dataclass
class Arrow(Mark):
    """Draw an arrow from `start` to `end`."""

    start: Any
    end: Any
    label: str | None = None
    color: str = "accent"

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        return {
            "mark": "arrow",
            "start": wire.point(self.start, "Arrow.start"),
            "end": wire.point(self.end, "Arrow.end"),
            "label": self.label,
            "color": wire.color(self.color, "Arrow"),
        }


@dataclass
class Label(Mark):
    """Write a short text at a point."""

    xy: Any
    text: str
    color: str = "muted"

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        return {
            "mark": "label",
            "xy": wire.point(self.xy, "Label.xy"),
            "text": str(self.text),
            "color": wire.color(self.color, "Label"),
        }


@dataclass
class HLine(Mark):
    """Draw a level across the plot at height `y`."""

    y: float
    label: str | None = None
    color: str = "muted"

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        return {
            "mark": "hline",
            "at": wire.number(self.y),
            "label": self.label,
            "color": wire.color(self.color, "HLine"),
        }


@dataclass
class VLine(Mark):
    """Draw an upright line at `x`."""

    x: float
    label: str | None = None
    color: str = "muted"

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        return {
            "mark": "vline",
            "at": wire.number(self.x),
            "label": self.label,
            "color": wire.color(self.color, "VLine"),
        }


@dataclass
class Bars(Mark):
    """Draw bars that stand side by side, one a label; bar i is centred at x = i.

    Args:
        labels: n names under the bars.
        heights: n numbers, or (groups, n) for bars side by side.
        group: n ints that choose the colour of each bar; with (groups, n) heights, the names of the groups.
    """

    labels: Sequence[str]
    heights: ArrayLike
    group: Sequence[int] | Sequence[str] | ArrayLike | None = None

    def scene(self) -> Scene:
        """Return the mark as JSON-able data for the page."""
        heights = np.asarray(self.heights)
        if heights.ndim == 1:
            heights = heights[None, :]
        heights = wire.array(heights, "Bars.heights", ndim=2)
        if heights.shape[1] != len(self.labels):
            raise FigureError(
                f"Bars has {len(self.labels)} labels for {heights.shape[1]} heights", rule="One label a bar."
            )
        out: Scene = {
            "mark": "bars",
            "labels": [str(text) for text in self.labels],
            "heights": [wire.numbers(row, "Bars.heights") for row in heights],
        }
        if self.group is not None:
            if len(heights) > 1:
                out["names"] = [str(name) for name in _per_point(self.group, len(heights), "Bars.group")]
            else:
                out["group"] = [int(g) for g in _per_point(self.group, len(self.labels), "Bars.group")]
        return out


def _per_point(values: Any, count: int, what: str) -> list[Any]:
    out = np.asarray(values).tolist()
    if not isinstance(out, list) or len(out) != count:
        raise FigureError(
            f"{what} has {len(out) if isinstance(out, list) else 1} values for {count}",
            rule="One value each.",
        )
    return out
