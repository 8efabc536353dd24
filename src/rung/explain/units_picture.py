"""The units of every layer over a batch as histograms and bars, told and drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.explain.sheet import ACCENT, HIGH, Sheet, short
from rung.explain.table import Table


@dataclass(frozen=True)
class LayerUnits:
    """One layer's units over the batch.

    Attributes:
        layer: its name; a function called in a module is named behind it: "layers.0 relu".
        kind: of what made the values: "Linear", "relu".
        units: how many; of a convolution its channels, each over all places.
        silent: numbers of those that are never above 0.
        rectified: whether no value is below 0: a silent unit is then dead, 0 on everything.
        saturated: numbers of those that lie within 1 % of an end of a sigmoid or a tanh in 95 % of their
            values; None of other kinds.
        zeros: share of the values that are 0.
        mean, std, low, high: of all values.
        edges: of the histogram's bins (bins + 1,).
        counts: how many values lie in each; those beyond the edges in the first and the last.
    """

    layer: str
    kind: str
    units: int
    silent: tuple[int, ...]
    rectified: bool
    saturated: tuple[int, ...] | None
    zeros: float
    mean: float
    std: float
    low: float
    high: float
    edges: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Units:
    """Every layer over the batch, in the order of the pass.

    Attributes:
        layers: they.
        of: how many examples the batch had.
    """

    layers: tuple[LayerUnits, ...]
    of: int

    @property
    def dead(self) -> tuple[LayerUnits, ...]:
        """The layers with dead units, the largest share first."""
        some = [each for each in self.layers if each.rectified and each.silent]
        return tuple(sorted(some, key=lambda each: -len(each.silent) / each.units))

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        text = (
            f"What {len(self.layers)} layers make of {self.of:,} examples: how their values lie, from the "
            "least to the greatest, each histogram on its own scale, 0 as a line (a bar of more "
            "zeros than fit is cut off); and the share of units "
            "that are never above 0. "
        )
        if self.dead:
            most = self.dead[0]
            text += (
                f"Dead, 0 on every one of these examples: {sum(len(d.silent) for d in self.dead)} units "
                f"behind a ReLU, most of them in “{most.layer}”, {len(most.silent)} of {most.units}. No "
                "gradient flows through a dead unit. On other examples it may fire: take a batch that "
                "is like the data. "
            )
        else:
            text += "No unit behind a ReLU is dead. "
        stuck = [each for each in self.layers if each.saturated]
        if stuck:
            worst = max(stuck, key=lambda each: len(each.saturated or ()) / each.units)
            text += (
                f"Saturated, at an end of their range nearly always: {len(worst.saturated or ())} of "
                f"{worst.units} units of “{worst.layer}”, where the slope is almost 0. "
            )
        return text.rstrip()

    def table(self) -> Table:
        """Return a row a layer."""
        rows = [
            (
                each.layer,
                each.kind,
                each.units,
                len(each.silent),
                len(each.silent) if each.rectified else "",
                "" if each.saturated is None else len(each.saturated),
                each.zeros,
                each.mean,
                each.std,
                each.low,
                each.high,
            )
            for each in self.layers
        ]
        heads = (
            "layer",
            "kind",
            "units",
            "never above 0",
            "dead",
            "saturated",
            "zeros",
            "mean",
            "std",
            "low",
            "high",
        )
        return Table(heads, rows)

    def histogram_table(self) -> Table:
        """Return a row a bin of each layer: its edges and how many values it holds."""
        rows = [
            (each.layer, float(low), float(high), int(count))
            for each in self.layers
            for low, high, count in zip(each.edges, each.edges[1:], each.counts, strict=False)
        ]
        return Table(("layer", "from", "to", "count"), rows)

    def svg(self) -> str:
        """Draw a row a layer: its histogram, and the share of its units that are never above 0."""
        left, row, wide, bar = 150.0, 46.0, 230.0, 120.0
        sheet = Sheet(
            left + wide + bar + 60, 26 + row * len(self.layers), f"units of {len(self.layers)} layers"
        )
        sheet.text(left, 14, "values", bold=True)
        sheet.text(left + wide + 24, 14, "units never above 0", bold=True)
        for i, each in enumerate(self.layers):
            y = 24 + row * i
            base = y + row - 16
            sheet.text(left - 8, y + 14, short(each.layer or each.kind, 21), anchor="end")
            sheet.text(left - 8, y + 28, f"{each.kind}, {each.units}", anchor="end", size=10, soft=True)
            counts, step = each.counts, wide / len(each.counts)
            # Behind a ReLU most values are 0: one bar that high would flatten the rest, and is cut off.
            spike = int(counts.argmax()) if each.zeros > 0.3 else -1
            most = max(int(np.delete(counts, spike).max() if spike >= 0 else counts.max()), 1)
            tall = (row - 20) * np.minimum(1, counts / most)
            d = "".join(
                f"M{left + step * b:.1f} {base:.1f}v{-tall[b]:.1f}h{step:.1f}V{base:.1f}z"
                for b in np.flatnonzero(counts)
            )
            told = (
                f"{each.layer}: {each.low:.3g} to {each.high:.3g}, mean {each.mean:.3g}, spread "
                f"{each.std:.3g}, {each.zeros:.0%} are 0"
            )
            sheet.shape(d or "M0 0", opacity=0.75)
            sheet.line([(left, base), (left + wide, base)], opacity=0.3)
            first, last = float(each.edges[0]), float(each.edges[-1])
            if first <= 0 <= last and last > first:
                x = left - wide * first / (last - first)
                sheet.line([(x, base + 3), (x, y)], opacity=0.5, dash="2 2")
            sheet.text(left, base + 12, f"{first:.2g}", size=10, soft=True)
            sheet.text(left + wide, base + 12, f"{last:.2g}", size=10, soft=True, anchor="end")
            sheet.hover(left, y, wide, row - 12, told)
            share, x = len(each.silent) / max(each.units, 1), left + wide + 24
            sheet.rect(x, y + 8, bar, 14, fill="currentColor", opacity=0.1)
            sheet.rect(x, y + 8, bar * share, 14, fill=HIGH if each.rectified else ACCENT)
            word = " dead" if each.rectified and each.silent else ""
            word += f", {len(each.saturated)} saturated" if each.saturated else ""
            sheet.text(x, y + 35, f"{len(each.silent)} of {each.units}{word}", size=11)
        return sheet.svg()
