"""How far off answers are that are numbers: beside their truths, and the worst of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.sheet import ACCENT, HIGH, Sheet, mark
from rung.explain.table import Table
from rung.scratch.errors import ShapeError

DRAWN = 1000  # points at most


@dataclass(frozen=True)
class Misses:
    """Answers beside their truths.

    Attributes:
        answers, truth: (N,).
        worst: numbers of the examples that are furthest off, the worst first.

    Raises:
        ShapeError: the two are not equally long, or empty.

    Example:
        >>> Misses(np.array([1.0, 5.0, 3.0]), np.array([1.0, 2.0, 4.0])).worst.tolist()
        [1, 2, 0]
    """

    answers: np.ndarray
    truth: np.ndarray

    def __post_init__(self) -> None:
        if self.answers.shape != self.truth.shape or self.answers.ndim != 1 or not len(self.answers):
            raise ShapeError(
                f"Misses: answers {self.answers.shape}, truths {self.truth.shape}.",
                rule="Both are (N,), of one example at least.",
            )

    @property
    def off(self) -> np.ndarray:
        """How far each answer is above its truth (N,)."""
        return np.asarray(self.answers, np.float64) - self.truth

    @property
    def worst(self) -> np.ndarray:
        """Numbers of all examples, the one that is furthest off first."""
        return np.argsort(-np.abs(self.off), kind="stable")

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        off, n, first = self.off, len(self.off), int(self.worst[0])
        few = f" {DRAWN:,} of them are drawn." if n > DRAWN else ""
        return (
            f"Across what was true, upwards what was answered, of {n:,} test examples; on the diagonal an "
            f"answer is right. Half of them are less than {np.median(np.abs(off)):.3g} off; on average an "
            f"answer is {abs(off.mean()):.3g} too {'high' if off.mean() >= 0 else 'low'}. The worst is "
            f"example {first}: {self.truth[first]:.4g}, answered {self.answers[first]:.4g}.{few}"
        )

    def table(self) -> Table:
        """Return a row an example, the worst first."""
        rows = [
            (int(i), float(self.truth[i]), float(self.answers[i]), float(self.off[i])) for i in self.worst
        ]
        return Table(("example", "truth", "answer", "off by"), rows)

    def svg(self) -> str:
        """Draw answers over truths; a point tells its numbers on hover."""
        side, edge = 460.0, 46.0
        both = np.concatenate([self.answers, self.truth])
        low, high = float(both.min()), float(both.max())
        scale = (side - 2 * edge) / (high - low or 1.0)
        sheet = Sheet(side, side, f"answers beside truths of {len(self.answers)} examples")
        sheet.line([(edge, side - edge), (side - edge, edge)], opacity=0.5, dash="4 4")
        chosen = np.unique(np.linspace(0, len(self.answers) - 1, min(DRAWN, len(self.answers))).astype(int))
        furthest = set(self.worst[:10].tolist())
        for i in sorted({*chosen.tolist(), *furthest}):
            x, y = edge + scale * (self.truth[i] - low), side - edge - scale * (self.answers[i] - low)
            told = f"example {i}: {self.truth[i]:.4g}, answered {self.answers[i]:.4g}"
            kind, colour = ("diamond", HIGH) if i in furthest else ("circle", ACCENT)
            sheet.shape(mark(kind, float(x), float(y), 3.5), fill=colour, opacity=0.7, title=told)
        for value, at in ((low, edge), (high, side - edge)):
            sheet.text(at, side - edge + 18, f"{value:.3g}", anchor="middle", size=11, soft=True)
            sheet.text(edge - 6, side - at + 4, f"{value:.3g}", anchor="end", size=11, soft=True)
        sheet.text(side / 2, side - 8, "what was true", anchor="middle", size=11)
        sheet.text(edge, 20, "what was answered", size=11)
        sheet.frame(edge, edge, side - 2 * edge, side - 2 * edge)
        return sheet.svg()
