"""A loss surface as lines of equal loss, with the path of training across it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from rung.explain.contour import contour
from rung.explain.sheet import ACCENT, HIGH, Sheet
from rung.explain.table import Table

_LEVELS = 10


@dataclass(frozen=True)
class Surface:
    """The loss in a plane through the weights.

    Attributes:
        across, up: (size,) how far along either direction; the present weights are at (0, 0).
        losses: (size, size), rows along `up`.
        centre: the loss of the present weights.
        path: where training passed, seen in this plane, the present weights last; empty for random
            directions.
        explained: share of the path's squared lengths, seen from the present weights, that each direction
            holds; empty for random directions.
        of: how many examples the loss is a mean over.
        own: the loss at each snapshot itself, which may lie beside the plane; empty where it was not asked.
        steps: of the snapshots, to name them by; empty where nobody knows.
        of_batch: whether batch norms took the statistics of the batch.
    """

    across: np.ndarray
    up: np.ndarray
    losses: np.ndarray
    centre: float
    path: tuple[tuple[float, float], ...]
    explained: tuple[float, ...]
    of: int
    own: tuple[float, ...] = ()
    steps: tuple[int, ...] = ()
    of_batch: bool = False

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        finite = self.losses[np.isfinite(self.losses)]
        if not finite.size:
            return "The loss is no finite number anywhere in this plane."
        step = "and grows by a like factor" if finite.min() > 0 else "and grows by a like step"
        text = (
            f"The loss on {self.of:,} fixed examples around the weights, from {finite.min():.3g} to "
            f"{finite.max():.3g}; along a line it is the same, {step} from line to line. The cross is the "
            f"present weights, {self.centre:.3g}. "
        )
        if self.path:
            text += (
                f"The path is that of training, {len(self.path) - 1} snapshots and the present weights, in "
                "the two directions along which the weights moved most: they hold "
                f"{self.explained[0]:.0%} and {self.explained[1]:.0%} of its squared lengths, which is no "
                "finding by itself, as of a random walk they would hold 81% and 9% (after Antognini and "
                "Sohl-Dickstein, 2018). Between snapshots, and beside the plane, the loss may differ. "
            )
            if self.own:
                text += (
                    f"At the snapshots themselves it goes from {self.own[0]:.3g} to {self.own[-1]:.3g}, in "
                    f"the plane under them from {self.under(0):.3g} to {self.under(len(self.own) - 1):.3g}. "
                )
        else:
            text += (
                "The two directions are random, every filter as long as the model's own, so that pictures of "
                "two models can be compared: 1 is as far as the weights are long. "
            )
        better = float(finite.min())
        if better < 0.95 * self.centre:
            text += f"There is a lower loss in this plane, {better:.3g}: the weights are no minimum of it. "
        if self.of_batch:
            text += "Batch norms take the statistics of these examples. "
        return text + "Two directions of very many are a thin slice; a valley here may be a saddle."

    def under(self, number: int) -> float:
        """Return the loss at the point of the grid that is next to a snapshot."""
        x, y = self.path[number]
        return float(self.losses[np.abs(self.up - y).argmin(), np.abs(self.across - x).argmin()])

    def named(self, number: int) -> str:
        """Return what to call a snapshot."""
        step = f", step {self.steps[number]:,}" if self.steps else ""
        loss = f": loss {self.own[number]:.3g}" if self.own else ""
        return f"snapshot {number + 1} of {len(self.path)}{step}{loss}"

    def table(self) -> Table:
        """Return a row a point."""
        rows = [
            (float(x), float(y), float(self.losses[i, j]))
            for i, y in enumerate(self.up)
            for j, x in enumerate(self.across)
        ]
        return Table(("across", "up", "loss"), rows)

    def levels(self) -> np.ndarray:
        """Return the losses along which lines are drawn: a like factor apart; a like step where one is 0."""
        finite = self.losses[np.isfinite(self.losses)]
        if not finite.size or finite.min() == finite.max():
            return np.zeros(0)
        if finite.min() > 0:
            return np.geomspace(finite.min(), finite.max(), _LEVELS + 2)[1:-1]
        return np.linspace(finite.min(), finite.max(), _LEVELS + 2)[1:-1]

    def svg(self) -> str:
        """Draw the surface; lines tell their loss and snapshots their number on hover."""
        side, left, top = 420.0, 12.0, 12.0
        finite = self.losses[np.isfinite(self.losses)]
        low, high = (finite.min(), finite.max()) if finite.size else (np.nan, np.nan)
        sheet = Sheet(side + 24, side + 60, f"loss from {low:.3g} to {high:.3g}")
        levels = self.levels()
        # Between the points of the grid the loss is taken to go straight, by equal factors where it can.
        logs = bool(len(levels)) and finite.min() > 0
        heights = finer(np.log(self.losses) if logs else self.losses)
        lines = np.log(levels) if logs else levels
        # Shades step at the lines: how many lines lie below a point.
        deep = np.searchsorted(lines, np.where(np.isfinite(heights), heights, np.inf))
        rows, columns = heights.shape
        cell = side / (columns - 1), side / (rows - 1)
        sheet.marks.append(f'<svg x="{left}" y="{top}" width="{side}" height="{side}" overflow="hidden">')
        shades = 0.5 * deep[::-1] / max(1, len(levels))
        sheet.cells(-cell[0] / 2, -cell[1] / 2, *cell, shades)
        for number, level in enumerate(levels):
            d = "".join(
                "M" + "L".join(f"{p[0] * cell[0]:.1f} {side - p[1] * cell[1]:.1f}" for p in piece)
                for piece in contour(heights, float(lines[number]))
            )
            if d:
                opacity = 0.9 if number % 3 == 0 else 0.5
                sheet.stroke(d, stroke=ACCENT, width=1.2, opacity=opacity, title=f"loss {level:.3g}")
        points = [self._at(x, y, side) for x, y in self.path]
        if points:
            sheet.line(points, stroke=HIGH, width=2)
        for i, (x, y) in enumerate(points[:-1]):
            sheet.rect(x - 3, y - 3, 6, 6, fill=HIGH, title=self.named(i))
        for i in self._told(points):
            x, y = points[i]
            right = x < 0.8 * side
            sheet.text(
                x + (7 if right else -7), y + 4, f"step {self.steps[i]:,}",
                anchor="start" if right else "end", size=12, bold=True, title=self.named(i),
            )  # fmt: skip
        x, y = self._at(0, 0, side)
        cross = f"M{x - 7:.1f} {y:.1f}h14M{x:.1f} {y - 7:.1f}v14"
        sheet.stroke(cross, width=2.5, title=f"the present weights: loss {self.centre:.3g}")
        sheet.marks.append("</svg>")
        sheet.frame(left, top, side, side)
        names = ("first direction", "second direction")
        if self.explained:
            names = (
                f"{names[0]}, {self.explained[0]:.0%} of the path",
                f"{names[1]}, {self.explained[1]:.0%}",
            )
        sheet.text(left + side, top + side + 16, f"{names[0]} →", anchor="end", size=11, soft=True)
        sheet.text(left, top + side + 16, f"↑ {names[1]}", size=11, soft=True)
        sheet.text(left, top + side + 36, f"loss {low:.3g} (faint) to {high:.3g} (strong)")
        return sheet.svg()

    def _told(self, points: list[tuple[float, float]]) -> list[int]:
        """Return the snapshots that bear their steps: the first, and others that are far from all such."""
        told: list[int] = []
        for i in range(len(self.steps)):
            x, y = points[i]
            if all(np.hypot(x - points[j][0], y - points[j][1]) > 60 for j in [*told, len(points) - 1]):
                told.append(i)
        return told

    def _at(self, x: float, y: float, side: float) -> tuple[float, float]:
        (left, right), (low, high) = self.across[[0, -1]], self.up[[0, -1]]
        return side * (x - left) / (right - left), side * (1 - (y - low) / (high - low))


def finer(values: np.ndarray, times: int = 3) -> np.ndarray:
    """Return a grid with points between its points, on the straight line between them.

    Args:
        values: (rows, columns).
        times: how many steps each step becomes.

    Example:
        >>> finer(np.array([[0.0, 2.0], [4.0, 6.0]]), 2).tolist()
        [[0.0, 1.0, 2.0], [2.0, 3.0, 4.0], [4.0, 5.0, 6.0]]
    """
    share = (np.arange(times) / times)[:, None]
    with np.errstate(invalid="ignore"):  # beside an infinite loss there is none to be told
        for _ in range(2):
            parts = [a * (1 - share) + b * share for a, b in itertools.pairwise(values)]
            values = np.vstack([*parts, values[-1:]]).T
    return values
