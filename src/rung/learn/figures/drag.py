"""What may be dragged on a plot, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rung.learn.figures.wire import FigureError


class Target:
    """What may be dragged: a handle or a list of points, kept within its plot."""

    def __init__(self, x: list[float], y: list[float], count: int | None) -> None:
        self.x, self.y, self.count = x, y, count

    def accept(self, figure: str, key: str, value: Any, held: Any) -> Any:
        """Return [x, y] of a handle, or the whole list with the points in {index: [x, y]} moved."""
        if self.count is None:
            return self._inside(figure, key, value)
        if not isinstance(value, Mapping):
            raise FigureError(
                f"figure {figure!r}: {key!r} was given {value!r}"[:200],
                rule="Dragged points come as {index: [x, y]}.",
            )
        out = [list(p) for p in held]
        for index, xy in value.items():
            if not str(index).isdecimal() or int(index) >= self.count:
                raise FigureError(
                    f"figure {figure!r}: {key!r} has no point {index!r}",
                    rule=f"Points are numbered 0 to {self.count - 1}.",
                )
            out[int(index)] = self._inside(figure, key, xy)
        return out

    def _inside(self, figure: str, key: str, xy: Any) -> list[float]:
        fits = isinstance(xy, list | tuple) and len(xy) == 2
        if not fits or not all(isinstance(v, int | float) and not isinstance(v, bool) and v == v for v in xy):
            raise FigureError(
                f"figure {figure!r}: {key!r} was given {xy!r}"[:200], rule="A point is [x, y], two numbers."
            )
        return [float(min(max(v, low), high)) for v, (low, high) in zip(xy, (self.x, self.y), strict=True)]
