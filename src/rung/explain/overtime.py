"""Histograms over time: how a layer's weights, or what it makes of the same examples, lie while it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rung.explain.axes import told
from rung.explain.flow_picture import named, tail
from rung.explain.sheet import ACCENT, Sheet, ticks
from rung.explain.table import Table
from rung.scratch.errors import SettingError

BINS = 48
REACH = 4.0  # standard deviations to either side of the mean that a picture reaches, at most
_MANY = 24  # layers that are drawn
_COLUMNS = 3
_SPIKE = 0.3  # share of exact zeros from which their bin is cut off, as behind a ReLU


@dataclass(frozen=True)
class History:
    """One layer's values at several moments.

    Attributes:
        layer: its name.
        edges: of the bins (bins + 1,), the same at every moment.
        counts: how many values lie in each, (moments, bins); those beyond in the first and the last.
        mean, std, zeros: of all values, at each moment (moments,); zeros as a share.
    """

    layer: str
    edges: np.ndarray
    counts: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    zeros: np.ndarray


@dataclass(frozen=True)
class Histories:
    """Every layer's histograms over time.

    Attributes:
        steps: the moments, steps of training.
        layers: in the order of the network.
        what: "weights", or what the values are.
        of: how many examples the values are of; 0 of weights.
    """

    steps: tuple[int, ...]
    layers: tuple[History, ...]
    what: str = "weights"
    of: int = 0

    @property
    def drawn(self) -> list[History]:
        """The layers that a picture has: all, or some spread over them."""
        if len(self.layers) <= _MANY:
            return list(self.layers)
        places = np.unique(np.linspace(0, len(self.layers) - 1, _MANY).round().astype(int))
        return [self.layers[i] for i in places]

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        if not self.layers:
            return "No moment was kept."
        of = f" on the same {self.of:,} examples" if self.of else ""
        subject = f"The {self.what} of each layer" if not self.of else f"What each layer makes{of}"
        text = (
            f"{subject}, as a histogram at each of {len(self.steps)} moments of the training: the first "
            f"(step {self.steps[0]:,}) behind, the last (step {self.steps[-1]:,}) in front, each as high as "
            "its tallest bin. The scale of values is a layer's own and the same at all moments; what lies "
            f"beyond {REACH:g} standard deviations is in the outermost bins. "
        )
        if any(each.zeros.max() > _SPIKE for each in self.drawn):
            text += "Where many values are 0, as behind a ReLU, their bin is cut off. "
        grown = {each.layer: _growth(each) for each in self.layers if _growth(each)}
        most = max(grown, key=lambda layer: abs(np.log(grown[layer])), default=None)
        if most is not None:
            text += (
                f"The spread changed most in {named(most)}, to {_times(grown[most])} what it was. "
                if abs(np.log(grown[most])) > np.log(1.1)
                else "No layer's spread changed by more than a tenth. "
            )
        if len(self.drawn) < len(self.layers):
            text += f"{len(self.drawn)} of {len(self.layers)} layers are drawn; the numbers have all. "
        return text.rstrip()

    def table(self) -> Table:
        """Return a row a bin of each layer at each moment that holds a value."""
        rows = [
            (each.layer, step, float(each.edges[b]), float(each.edges[b + 1]), int(each.counts[m, b]))
            for each in self.layers
            for m, step in enumerate(self.steps)
            for b in np.flatnonzero(each.counts[m])
        ]
        return Table(("layer", "step", "from", "to", "count"), rows)

    def svg(self) -> str:
        """Draw a panel a layer: its histograms one before the other, the first moment behind."""
        layers = self.drawn
        wide, tall, gap, head = 138.0, 132.0, 14.0, 24.0
        columns = min(_COLUMNS, max(1, len(layers)))
        rows = -(-max(1, len(layers)) // columns)
        sheet = Sheet(
            columns * (wide + gap) + 12,
            rows * (tall + head + 30),
            f"histograms of {len(layers)} layers at {len(self.steps)} moments",
        )
        for i, each in enumerate(layers):
            left, top = 12 + (wide + gap) * (i % columns), (tall + head + 30) * (i // columns)
            sheet.text(left, top + 14, tail(named(each.layer), 23), size=11, bold=True, title=each.layer)
            self._ridges(sheet, each, left, top + head, wide, tall)
        return sheet.svg()

    def _ridges(self, sheet: Sheet, each: History, left: float, top: float, wide: float, tall: float) -> None:
        count = len(self.steps)
        lift = tall / 3  # how high the tallest bin of a histogram rises
        apart = (tall - lift) / max(1, count - 1)
        low, high = float(each.edges[0]), float(each.edges[-1])
        middles = left + wide * (np.arange(each.counts.shape[1]) + 0.5) / each.counts.shape[1]
        for m, step in enumerate(self.steps):
            base = top + lift + apart * m
            counts = each.counts[m].astype(float)
            spike = int(np.clip(np.searchsorted(each.edges, 0, "right") - 1, 0, len(counts) - 1))
            if each.zeros[m] > _SPIKE:
                counts[spike] = min(counts[spike], np.delete(counts, spike).max(initial=0.0))
            ys = base - lift * counts / max(1.0, counts.max())
            points = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(middles, ys, strict=True))
            shape = f"M{middles[0]:.1f} {base:.1f}L{points}L{middles[-1]:.1f} {base:.1f}z"
            title = f"step {step:,}: mean {each.mean[m]:.3g}, spread {each.std[m]:.3g}" + (
                f", {each.zeros[m]:.0%} are 0" if each.zeros[m] > 0.01 else ""
            )
            # The page's own colour first, so that what stands behind does not shine through.
            sheet.shape(shape, fill="var(--paper, Canvas)", title=title)
            share = m / max(1, count - 1)
            sheet.shape(shape, opacity=0.12 + 0.5 * share, title=title)
            sheet.line(
                list(zip(middles.tolist(), ys.tolist(), strict=True)), stroke=ACCENT, width=1.1,
                opacity=0.55 + 0.45 * share, title=title,
            )  # fmt: skip
        foot = top + tall
        sheet.line([(left, foot), (left + wide, foot)], opacity=0.4)
        for value in ticks(low, high, 3):
            x = left + wide * (value - low) / (high - low)
            sheet.line([(x, foot), (x, foot + 4)], opacity=0.5)
            anchor = "start" if x < left + 12 else "end" if x > left + wide - 12 else "middle"
            sheet.text(x, foot + 16, told(value), anchor=anchor, size=11, soft=True)


def _growth(each: History) -> float:
    """Return how many times as wide the values lie at the end as at the beginning; 0 where none can say."""
    return float(each.std[-1] / each.std[0]) if each.std[0] > 0 and np.isfinite(each.std).all() else 0.0


def _times(factor: float) -> str:
    return f"{factor:,.0f} times" if factor >= 10 else f"{factor:.2g} times"


def edges_of(low: float, high: float, means: np.ndarray, stds: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Return the edges of bins that hold all moments: no further than REACH deviations from a mean.

    Args:
        low, high: the least and the greatest value of all moments.
        means, stds: at each moment.
        bins: how many.

    Example:
        >>> edges_of(-100.0, 100.0, np.zeros(3), np.array([0.5, 1.0, 2.0]), bins=4).tolist()
        [-8.0, -4.0, 0.0, 4.0, 8.0]
    """
    low = max(low, float((means - REACH * stds).min()))
    high = min(high, float((means + REACH * stds).max()))
    if not high > low:
        low, high = low - 0.5, low + 0.5
    return np.linspace(low, high, bins + 1)


def bins_of(values: int) -> int:
    """Return how many bins so many values fill: of few, fewer ones, else all is noise.

    Example:
        >>> bins_of(10), bins_of(144), bins_of(100_000)
        (12, 24, 48)
    """
    return int(np.clip(2 * values**0.5, 12, BINS))


def weights_over_time(snapshots: Mapping[int, Mapping[str, np.ndarray]], names: Sequence[str]) -> Histories:
    """Return the histograms of every layer's matrices and filters; biases and norms are left out.

    Args:
        snapshots: weights by name, by step.
        names: of the learned parameters.

    Raises:
        SettingError: there is no snapshot.

    Example:
        >>> kept = {s: {"0.weight": np.full((2, 2), s / 10), "0.bias": np.zeros(2)} for s in (0, 10)}
        >>> found = weights_over_time(kept, ["0.weight", "0.bias"])
        >>> [each.layer for each in found.layers], found.layers[0].mean.tolist()
        (['0'], [0.0, 1.0])
    """
    if not snapshots:
        raise SettingError("histograms over time: there are no snapshots.", rule="At least one moment.")
    first = next(iter(snapshots.values()))
    matrices = [name for name in names if name in first and first[name].ndim > 1]
    layers: dict[str, list[str]] = {}
    for name in matrices:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    found = []
    for layer, mine in layers.items():
        values = [np.concatenate([kept[n].ravel() for n in mine]) for kept in snapshots.values()]
        found.append(history(layer, values))
    return Histories(tuple(snapshots), tuple(found))


def history(layer: str, values: Sequence[np.ndarray]) -> History:
    """Return one layer's histograms of its values at each moment."""
    finite = [np.asarray(v, dtype=np.float64)[np.isfinite(v)] for v in values]
    mean = np.array([v.mean() if v.size else np.nan for v in finite])
    std = np.array([v.std() if v.size else np.nan for v in finite])
    low = min((float(v.min()) for v in finite if v.size), default=0.0)
    high = max((float(v.max()) for v in finite if v.size), default=1.0)
    some = np.isfinite(mean)
    edges = edges_of(low, high, mean[some], std[some], bins_of(finite[0].size))
    ends = float(edges[0]), float(edges[-1])
    counts = np.stack([np.histogram(np.clip(v, *ends), len(edges) - 1, ends)[0] for v in finite])
    zeros = np.array([(v == 0).mean() if v.size else 0.0 for v in finite])
    return History(layer, edges, counts, mean, std, zeros)
