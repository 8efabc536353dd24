"""A learning-rate range test, drawn: the loss at each rate, where it falls fastest, where it runs away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.axes import Axes, Axis
from rung.explain.sheet import ACCENT, HIGH, Sheet
from rung.explain.table import Table

_ABOVE = 0.3  # how much of its fall the loss may rise again before it leaves the picture


@dataclass(frozen=True)
class RateTest:
    """What a search for a learning rate saw.

    Attributes:
        rates: that were tried, ascending (n,).
        losses: running mean of the batches' losses (n,).
        suggested: where the loss fell fastest; None if it never fell.
        diverged: whether the loss ran away before the last rate.
        used: the rate of the run beside which it is shown; None for none.

    Source: smith2017, section 3.3.
    """

    rates: np.ndarray
    losses: np.ndarray
    suggested: float | None
    diverged: bool
    used: float | None = None

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        if not len(self.rates):
            return "The loss was no number from the first step on."
        text = (
            f"Learning-rate range test: a short training from the first weights, {len(self.rates)} steps, "
            f"with a rate that grows from {self.rates[0]:.0e} to {self.rates[-1]:.2g}, a step a rate; the "
            "line is the running mean of the loss. Too small a rate leaves it level, a good one makes it "
            "fall, too large a one makes it leap. "
        )
        text += (
            "It fell at no rate. "
            if self.suggested is None
            else f"It fell fastest at {self.suggested:g}, which is the suggestion: the right power of ten, "
            "not the best rate. "
        )
        if self.diverged:
            text += f"It ran away at about {self.rates[-1]:.2g}. "
        if self.used is not None:
            text += f"This run was trained with {self.used:g} at its highest. "
        return text.rstrip()

    def table(self) -> Table:
        """Return a row a rate."""
        return Table(
            ("rate", "loss"), [(float(r), float(v)) for r, v in zip(self.rates, self.losses, strict=True)]
        )

    def svg(self) -> str:
        """Draw the losses over the rates, powers of ten equally far apart."""
        sheet = Sheet(440, 322, "loss over learning rate")
        if not len(self.rates):
            return sheet.svg()
        lowest = int(np.argmin(self.losses))
        low, high = float(self.losses[lowest]), float(self.losses[: lowest + 1].max())
        reach = max(high - low, 0.05 * abs(high), 1e-9)
        # What ran away would flatten the rest: it leaves the picture at its upper edge.
        y = Axis(low - 0.08 * reach, high + _ABOVE * reach, "loss")
        x = Axis(
            float(self.rates[0]), max(float(self.rates[-1]), 10 * float(self.rates[0])), "learning rate", True
        )
        axes = Axes(sheet, 66, 12, 362, 240, x, y)
        axes.draw(columns=5)
        marks = [("suggested", self.suggested, HIGH), ("this run", self.used, "currentColor")]
        for place, (word, rate, colour) in enumerate(marks):
            if rate is not None and x.low <= rate <= x.high:
                at, left = axes.at(rate, y.low)[0], 66 + 185 * place
                title = f"{word}: {rate:g}"
                sheet.line([(at, 12), (at, 252)], stroke=colour, width=1.8, dash="5 3", title=title)
                sheet.line([(left, 308), (left + 24, 308)], stroke=colour, width=1.8, dash="5 3")
                sheet.text(left + 30, 312, title)
        sheet.line(axes.curve(self.rates.tolist(), self.losses.tolist()), stroke=ACCENT, width=2.2)
        return sheet.svg()
