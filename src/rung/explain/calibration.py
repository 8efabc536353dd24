"""Whether a model is as often right as it is sure: the reliability diagram and its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.data.interval import wilson
from rung.explain.answers import Answers
from rung.explain.sheet import ACCENT, HIGH, Sheet, ticks
from rung.explain.table import Table

_DRAWS = 400  # of a model that is calibrated, to know what chance alone shows


@dataclass(frozen=True)
class Bin:
    """Answers of which the model was about equally sure.

    Attributes:
        low, high: of how sure it was.
        sure: mean of that.
        right: share of them that are right.
        count: how many there are.
        interval: of the share that is right, 95 %.
    """

    low: float
    high: float
    sure: float
    right: float
    count: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """How sure, and how often right.

    Attributes:
        bins: of equal count, from the least to the most sure.
        ece: the expected calibration error: mean over the answers of the gap between sure and right.
        by_chance: what a perfectly calibrated model's `ece` stays below in 95 % of draws, on as many answers.
        sure, right: means over all.
        of: how many answers.
    """

    bins: tuple[Bin, ...]
    ece: float
    by_chance: float
    sure: float
    right: float
    of: int

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        gap = self.sure - self.right
        text = (
            f"How sure the model was (across) and how often it was right (up), in {len(self.bins)} bins of "
            f"about {self.of // len(self.bins):,} answers each, with 95 % intervals. On the diagonal it is "
            "as often right as it says; below, it is too sure. On average it was "
            f"{self.sure:.1%} sure and right in {self.right:.1%}: "
            f"{'too sure' if gap > 0 else 'not sure enough'} by {abs(gap):.1%}. "
            f"The calibration error (ECE) is {self.ece:.3f}; "
        )
        if self.ece <= self.by_chance:
            return text + (
                f"a perfectly calibrated model shows up to {self.by_chance:.3f} on so many answers by "
                "chance, so this is no sign of a fault."
            )
        return text + f"a perfectly calibrated model stays below {self.by_chance:.3f} in 95 % of draws."

    def table(self) -> Table:
        """Return a row a bin."""
        rows = [(b.low, b.high, b.sure, b.right, *b.interval, b.count) for b in self.bins]
        return Table(("from", "to", "sure", "right", "right, low", "right, high", "count"), rows)

    def svg(self) -> str:
        """Draw the diagram; a bin tells its numbers on hover."""
        left, top, side = 46.0, 12.0, 380.0
        floor = min([b.interval[0] for b in self.bins] + [b.low for b in self.bins])
        low = max(0.0, np.floor(10 * floor) / 10)
        scale = side / (1 - low)
        sheet = Sheet(
            left + side + 16, top + side + 44, f"calibration: ECE {self.ece:.3f} over {self.of} answers"
        )

        def at(sure: float, right: float) -> tuple[float, float]:
            return left + scale * (sure - low), top + side - scale * (right - low)

        for tick in ticks(low, 1.0, 5):
            x, y = at(tick, tick)
            sheet.line([(left, y), (left + side, y)], opacity=0.12)
            sheet.text(left - 6, y + 4, f"{tick:.0%}", anchor="end", size=11, soft=True)
            sheet.text(x, top + side + 16, f"{tick:.0%}", anchor="middle", size=11, soft=True)
        sheet.text(left + side / 2, top + side + 36, "how sure it was", anchor="middle")
        sheet.text(left + 6, top + 14, "how often it was right", anchor="start")
        sheet.line([at(low, low), at(1, 1)], opacity=0.5, dash="4 4")
        sheet.line([at(b.sure, b.right) for b in self.bins], stroke=ACCENT, width=1.5)
        for b in self.bins:
            x, y = at(b.sure, b.right)
            sheet.line(
                [at(b.sure, b.interval[0]), at(b.sure, b.interval[1])], stroke=ACCENT, width=2, opacity=0.6
            )
            off = not b.interval[0] <= b.sure <= b.interval[1]
            sheet.rect(x - 4, y - 4, 8, 8, fill=HIGH if off else ACCENT)
            told = (
                f"{b.count} answers, {b.low:.1%} to {b.high:.1%} sure, {b.sure:.1%} on average; "
                f"{b.right:.1%} right ({b.interval[0]:.1%} to {b.interval[1]:.1%})"
            )
            sheet.hover(x - 9, top, 18, side, told)
        sheet.frame(left, top, side, side)
        return sheet.svg()


def calibration(answers: Answers, bins: int = 12, seed: int = 0) -> Calibration:
    """Hold how sure the model was of its answers against how often they are right.

    Bins of equal count, since most answers of a good model are sure ones and would leave bins of equal width
    nearly empty. Equal probabilities stay in one bin.

    Args:
        answers: of the model.
        bins: at most; fewer where there are fewer than 10 answers a bin.
        seed: of the draws that tell what chance alone would show.

    Source: guo2017, eq. 3; nixon2019 for bins of equal count.

    Example:
        >>> p = np.tile([0.75, 0.25], (40, 1))
        >>> found = calibration(Answers(p, np.arange(40) % 4 == 0))
        >>> found.ece, found.right, len(found.bins)
        (0.0, 0.75, 1)
    """
    sure, right = answers.probabilities.max(axis=1), answers.right.astype(np.float64)
    n = len(sure)
    edges = np.unique(np.quantile(sure, np.linspace(0, 1, max(1, min(bins, n // 10)) + 1)))
    which = np.clip(np.searchsorted(edges, sure, side="right") - 1, 0, max(0, len(edges) - 2))
    which = np.unique(which, return_inverse=True)[1]
    counts = np.bincount(which)
    means = np.bincount(which, sure) / counts

    def error(right: np.ndarray) -> float:
        return float((np.abs(np.bincount(which, right) / counts - means) * counts).sum() / n)

    rng = np.random.default_rng(seed)
    chance = [error((rng.random(n) < sure).astype(np.float64)) for _ in range(_DRAWS)]
    found = []
    for i, count in enumerate(counts):
        mine = which == i
        good = float(right[mine].sum())
        low, high = float(sure[mine].min()), float(sure[mine].max())
        found.append(Bin(low, high, float(means[i]), good / count, int(count), wilson(good, int(count))))
    return Calibration(
        tuple(found),
        error(right),
        float(np.quantile(chance, 0.95)),
        float(sure.mean()),
        float(right.mean()),
        n,
    )
