"""Two axes on a sheet: grid lines, round numbers and words beside them; straight or in powers of ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rung.explain.sheet import Sheet, ticks


@dataclass(frozen=True)
class Axis:
    """One direction.

    Attributes:
        low, high: its ends, in its own numbers; low < high, and above 0 if `log`.
        words: what is measured along it.
        log: whether equal distances are equal factors.
    """

    low: float
    high: float
    words: str = ""
    log: bool = False

    def share(self, value: float) -> float:
        """Return how far along a value lies, from 0 to 1 within the ends."""
        if self.log:
            low, high = np.log10(self.low), np.log10(self.high)
            return float((np.log10(max(value, 1e-300)) - low) / (high - low))
        return (value - self.low) / (self.high - self.low)

    def marks(self, about: int) -> list[float]:
        """Return round numbers along it: of powers of ten every one, or every second or third ..."""
        if not self.log:
            return ticks(self.low, self.high, about)
        low, high = int(np.ceil(np.log10(self.low) - 1e-9)), int(np.floor(np.log10(self.high) + 1e-9))
        every = max(1, -(-(high - low) // max(1, about)))
        return [10.0**power for power in range(low, high + 1) if power % every == 0]


@dataclass(frozen=True)
class Axes:
    """A rectangle of a sheet, with an axis along its foot and one up its left side.

    Attributes:
        sheet: drawn on.
        left, top, wide, tall: the rectangle, px.
        x, y: the axes.

    Example:
        >>> axes = Axes(Sheet(200, 100, "a plot"), 40, 10, 150, 60, Axis(0, 10), Axis(1e-3, 1, log=True))
        >>> axes.at(5, 1)
        (115.0, 10.0)
    """

    sheet: Sheet
    left: float
    top: float
    wide: float
    tall: float
    x: Axis
    y: Axis

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies, px; one beyond an end lies at the end."""
        across, up = (min(1.0, max(0.0, share)) for share in (self.x.share(x), self.y.share(y)))
        return self.left + self.wide * across, self.top + self.tall * (1 - up)

    def draw(self, columns: int = 4, rows: int = 4) -> None:
        """Draw the frame, the grid and the words: about so many numbers along either axis."""
        foot = self.top + self.tall
        for value in self.y.marks(rows):
            y = self.at(self.x.low, value)[1]
            self.sheet.line([(self.left, y), (self.left + self.wide, y)], opacity=0.12)
            self.sheet.text(self.left - 6, y + 4, told(value), anchor="end", size=11, soft=True)
        for value in self.x.marks(columns):
            x = self.at(value, self.y.low)[0]
            self.sheet.line([(x, foot), (x, foot + 4)], opacity=0.5)
            self.sheet.text(x, foot + 17, told(value), anchor="middle", size=11, soft=True)
        self.sheet.frame(self.left, self.top, self.wide, self.tall)
        if self.x.words:
            self.sheet.text(self.left + self.wide / 2, foot + 35, self.x.words, anchor="middle")
        if self.y.words:
            self.sheet.text(12, self.top + self.tall / 2, self.y.words, anchor="middle", turn=-90)

    def curve(self, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        """Return the points of a curve, px; what is no finite number is left out."""
        return [self.at(x, y) for x, y in zip(xs, ys, strict=True) if np.isfinite(y)]


def told(value: float) -> str:
    """Say a number on an axis in few letters.

    Example:
        >>> [told(v) for v in (0.0001, 0.25, 10, 12000)]
        ['1e-4', '0.25', '10', '12,000']
    """
    if value and (abs(value) < 1e-3 or abs(value) >= 1e6):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"
