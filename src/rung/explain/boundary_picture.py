"""A decision boundary at several moments: the last one large, with axes, the others small below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.axes import Axes, Axis
from rung.explain.contour import contour
from rung.explain.sheet import COLOURS, Sheet, legend, look_of, mark
from rung.explain.table import Table

_LEVELS = 8
_SMALL = 12  # small pictures
_COLUMNS = 4
_POINTS = 400  # that are drawn


@dataclass(frozen=True)
class Boundary:
    """What a network answers in a plane, at several moments.

    Attributes:
        steps: the moments (m,), steps of training.
        across, up: (size,) where the grid lies, in units that a person knows.
        probabilities: (m, size, size, classes), rows along `up`.
        points: examples (n, 2) in the same units.
        truth: their classes (n,).
        names: of the classes.
        columns: what the two axes are.
        right: share of the points that are answered rightly, at each moment (m,).
    """

    steps: tuple[int, ...]
    across: np.ndarray
    up: np.ndarray
    probabilities: np.ndarray
    points: np.ndarray
    truth: np.ndarray
    names: tuple[str, ...]
    columns: tuple[str, str]
    right: np.ndarray

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        settled = self._settled()
        drawn = min(len(self.points), _POINTS)
        return (
            f"What the network would answer all over the plane of its two inputs, after {self.steps[-1]:,} "
            f"steps and, small, at {len(self._small())} moments on the way: colour says which class, "
            "strength how sure it is, the line is the decision boundary. The points are "
            f"{drawn:,} training examples with their true classes; one that stands in another colour is "
            f"answered wrongly. Of {len(self.points):,} training examples {self.right[0]:.0%} are right "
            f"before the first step and {self.right[-1]:.0%} at the end; from step {settled:,} on, less "
            "than 2% of the plane changes sides until the end. Away from the points nothing was ever "
            "learned: what is coloured there is the network's own habit."
        )

    def _settled(self) -> int:
        """Return the first moment from which on the answers are nearly those of the end."""
        answers = self.probabilities.argmax(axis=-1)
        changed = (answers != answers[-1]).mean(axis=(1, 2))
        later = [step for i, step in enumerate(self.steps) if (changed[i:] < 0.02).all()]
        return later[0] if later else self.steps[-1]

    def table(self) -> Table:
        """Return a row a point of the grid and moment: the answer and how sure it is."""
        answers, sure = self.probabilities.argmax(axis=-1), self.probabilities.max(axis=-1)
        rows = [
            (step, float(x), float(y), self.names[answers[m, i, j]], float(sure[m, i, j]))
            for m, step in enumerate(self.steps)
            for i, y in enumerate(self.up)
            for j, x in enumerate(self.across)
        ]
        return Table(("step", *self.columns, "answer", "probability"), rows)

    def svg(self) -> str:
        """Draw the last moment large, with axes and points, and moments on the way small below it."""
        small = self._small()
        gap, side = 10.0, 102.0
        rows = -(-len(small) // _COLUMNS)
        used = sorted(set(self.truth.tolist()))
        sheet = Sheet(460, 372 + rows * (side + 26) + 24, f"decision boundary at {len(self.steps)} moments")
        x = Axis(float(self.across[0]), float(self.across[-1]), self.columns[0])
        y = Axis(float(self.up[0]), float(self.up[-1]), self.columns[1])
        axes = Axes(sheet, 56, 30, 392, 290, x, y)
        sheet.text(56, 18, f"step {self.steps[-1]:,}: {self.right[-1]:.0%} right", bold=True)
        self._plane(axes, len(self.steps) - 1, 3.6)
        axes.draw()
        top = 362 + legend(sheet, 362, [self.names[c] for c in used], used, left=56)
        for place, m in enumerate(small):
            left, head = 12 + (side + gap) * (place % _COLUMNS), top + (side + 26) * (place // _COLUMNS)
            sheet.text(left, head + 12, f"step {self.steps[m]:,}: {self.right[m]:.0%}", size=11)
            panel = Axes(sheet, left, head + 18, side, side, x, y)
            self._plane(panel, m, 1.5)
            sheet.frame(panel.left, panel.top, panel.wide, panel.tall)
        sheet.height = top + rows * (side + 26) + 8
        return sheet.svg()

    def _small(self) -> list[int]:
        before = len(self.steps) - 1
        return sorted({round(i) for i in np.linspace(0, before - 1, min(_SMALL, before))}) if before else []

    def _plane(self, axes: Axes, m: int, radius: float) -> None:
        """Draw the answers of one moment, their boundary, and the points."""
        p = self.probabilities[m].astype(float)
        classes, size = p.shape[-1], p.shape[0]
        answers = p.argmax(axis=-1)
        strength = (p.max(axis=-1) - 1 / classes) / (1 - 1 / classes)
        shades = np.ceil(np.clip(np.nan_to_num(strength), 0, 1) * _LEVELS).astype(int)
        for c in range(classes):
            for shade in range(1, _LEVELS + 1):
                if d := _runs((answers == c) & (shades == shade), axes):
                    axes.sheet.shape(d, fill=COLOURS[c % len(COLOURS)], opacity=0.06 + 0.44 * shade / _LEVELS)
        for c in range(1 if classes == 2 else 0, classes):
            margin = p[..., c] - np.delete(p, c, axis=-1).max(axis=-1)
            step = axes.wide / (size - 1), axes.tall / (size - 1)
            d = "".join(
                "M"
                + "L".join(
                    f"{axes.left + j * step[0]:.1f} {axes.top + axes.tall - i * step[1]:.1f}"
                    for j, i in piece
                )
                for piece in contour(margin, 0.0)
            )
            if d:
                axes.sheet.stroke(d, width=1.6 if radius > 2 else 1)
        for c in range(classes):
            colour, shape = look_of(c)
            mine = self.points[:_POINTS][self.truth[:_POINTS] == c]
            if len(mine):
                d = "".join(mark(shape, *axes.at(float(x), float(y)), radius) for x, y in mine)
                axes.sheet.shape(d, fill=colour)


def _runs(chosen: np.ndarray, axes: Axes) -> str:
    """Return a path over the chosen points of a grid whose first row lies lowest; neighbours become one.

    A point stands for what is nearer to it than to others: those at an edge for half of that.
    """
    rows, columns = chosen.shape
    xs = axes.left + axes.wide * np.clip(np.arange(columns + 1) - 0.5, 0, columns - 1) / (columns - 1)
    ys = axes.top + axes.tall * (1 - np.clip(np.arange(rows + 1) - 0.5, 0, rows - 1) / (rows - 1))
    parts = []
    for i, row in enumerate(chosen):
        turns = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(int)))
        for a, b in zip(turns[::2], turns[1::2], strict=True):
            parts.append(f"M{xs[a]:.2f} {ys[i + 1]:.2f}H{xs[b]:.2f}V{ys[i]:.2f}H{xs[a]:.2f}z")
    return "".join(parts)
