"""Groups of examples on which a model is worse than on the rest, beyond what chance would show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.data.interval import wilson
from rung.explain.sheet import ACCENT, HIGH, Sheet, short, ticks
from rung.explain.table import Table
from rung.scratch.errors import ShapeError


@dataclass(frozen=True)
class Slice:
    """One group, held against all others.

    Attributes:
        attribute: the column that it comes from.
        group: its words, or a range of numbers.
        count: how many examples.
        right: share that is right.
        interval: of that, 95 %.
        rest: share that is right among the others.
        p: how probable so many mistakes are, or more, if the group were like the others.
        p_corrected: the same, corrected for how many groups were looked at.
        worse: whether that is below the level.
        examples: numbers of its mistakes.
    """

    attribute: str
    group: str
    count: int
    right: float
    interval: tuple[float, float]
    rest: float
    p: float
    p_corrected: float
    worse: bool
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Slices:
    """Every group that was looked at, the least like chance first.

    Attributes:
        slices: they.
        right: share that is right among all.
        of: how many examples.
        level: how often all of it may be a false alarm.
        fewest: groups of fewer were not looked at.
    """

    slices: tuple[Slice, ...]
    right: float
    of: int
    level: float
    fewest: int

    @property
    def found(self) -> tuple[Slice, ...]:
        """The groups that are worse beyond chance."""
        return tuple(s for s in self.slices if s.worse)

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        looked = len(self.slices)
        if not looked:
            return f"There is no group of at least {self.fewest} examples to look at, among {self.of:,}."
        text = (
            f"{looked} groups of at least {self.fewest} among {self.of:,} examples, of which "
            f"{self.right:.1%} are right. A mark is the share that is right in a group, with its "
            "95 % interval; the line is all. "
        )
        if not self.found:
            return text + (
                "None is worse than the rest beyond chance (Fisher's exact test, corrected by Holm for "
                f"having looked {looked} times, {self.level:.0%}): differences as large as these "
                "come up by luck."
            )
        first = self.found[0]
        many = f"{len(self.found)} groups are" if len(self.found) > 1 else "One group is"
        return text + (
            f"{many} worse than the rest beyond chance (Fisher's exact test, corrected by Holm for having "
            f"looked {looked} times, {self.level:.0%}); most clearly {first.attribute} {first.group}: "
            f"{first.right:.1%} of {first.count} are right, of the rest {first.rest:.1%}. That tells where, "
            "not why; and a group that is not marked may be too small to tell."
        )

    def table(self) -> Table:
        """Return a row a group."""
        rows = [
            (s.attribute, s.group, s.count, s.right, *s.interval, s.rest, s.p, s.p_corrected, s.worse)
            for s in self.slices
        ]
        heads = ("attribute", "group", "count", "right", "low", "high", "rest", "p", "p corrected", "worse")
        return Table(heads, rows)

    def svg(self, most: int = 24) -> str:
        """Draw the groups, those that are worse in orange; each tells its numbers on hover.

        Args:
            most: groups that are drawn.
        """
        drawn = self.slices[:most]
        left, top, row, wide = 190.0, 10.0, 22.0, 330.0
        floor = min([s.interval[0] for s in drawn], default=0.0)
        low = max(0.0, np.floor(10 * min(floor, self.right)) / 10)
        bottom = top + row * len(drawn)
        sheet = Sheet(
            left + wide + 24, bottom + 40, f"{len(self.found)} of {len(self.slices)} groups are worse"
        )

        def at(share: float) -> float:
            return left + wide * (share - low) / max(1 - low, 1e-9)

        for tick in ticks(low, 1.0, 4):
            sheet.line([(at(tick), top), (at(tick), bottom)], opacity=0.12)
            sheet.text(at(tick), bottom + 16, f"{tick:.0%}", anchor="middle", size=11, soft=True)
        sheet.text(left + wide / 2, bottom + 34, "share that is right", anchor="middle")
        sheet.line([(at(self.right), top), (at(self.right), bottom)], opacity=0.7, dash="4 4")
        for i, s in enumerate(drawn):
            y, colour = top + row * (i + 0.5), HIGH if s.worse else ACCENT
            sheet.text(left - 10, y + 4, short(f"{s.attribute}: {s.group}", 28), anchor="end", bold=s.worse)
            sheet.line([(at(s.interval[0]), y), (at(s.interval[1]), y)], stroke=colour, width=2, opacity=0.7)
            sheet.rect(at(s.right) - 4, y - 4, 8, 8, fill=colour)
            told = (
                f"{s.attribute} {s.group}: {s.right:.1%} of {s.count} right ({s.interval[0]:.1%} to "
                f"{s.interval[1]:.1%}), of the rest {s.rest:.1%}; p {s.p:.2g}, corrected {s.p_corrected:.2g}"
            )
            sheet.hover(0, y - row / 2, left + wide, row, told)
        return sheet.svg()


def slices(
    right: np.ndarray,
    attributes: Mapping[str, Sequence[Any] | np.ndarray],
    *,
    level: float = 0.05,
    fewest: int = 30,
    most: int = 20,
) -> Slices:
    """Look at every group of every attribute for more mistakes than among the other examples.

    A group is a word of a column, one of few whole numbers, a quarter of a column of numbers, or what is
    missing. The test is Fisher's exact one, to one side; Holm's correction keeps the probability that any
    group is marked by chance below the level, however many were looked at.

    Args:
        right: whether each answer is right (N,).
        attributes: columns (N,) by name: of the table, or anything known of the examples.
        level: of the whole.
        fewest: groups with fewer examples, or that leave fewer, are not looked at.
        most: groups of a column of words: the most frequent ones.

    Raises:
        ShapeError: a column is about another number of examples.

    Source: holm1979; wilson1927 for the intervals.

    Example:
        >>> right = np.arange(200) % 10 > 0
        >>> right[:40] = np.arange(40) % 2 == 0
        >>> town = np.where(np.arange(200) < 40, "Ulm", "Bonn")
        >>> [(s.group, s.right) for s in slices(right, {"town": town}).found]
        [('Ulm', 0.5)]
    """
    right = np.asarray(right, dtype=bool)
    n, wrong = len(right), int((~right).sum())
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    looked = []
    for name, column in attributes.items():
        column = np.asarray(column)
        if column.shape != (n,):
            raise ShapeError(
                f"slices: the column {name!r} has shape {column.shape}, there are {n} answers.",
                rule="A column has one value an example.",
            )
        for group, mask in _groups(column, most):
            count = int(mask.sum())
            if fewest <= count <= n - fewest:
                bad = int((~right[mask]).sum())
                looked.append((name, group, mask, count, bad, _tail(n, wrong, count, bad, factorials)))
    corrected = holm(np.array([each[-1] for each in looked]))
    made = [
        Slice(
            name,
            group,
            count,
            1 - bad / count,
            wilson(count - bad, count),
            1 - (wrong - bad) / (n - count),
            p,
            float(adjusted),
            bool(adjusted < level),
            tuple(int(i) for i in np.flatnonzero(mask & ~right)),
        )
        for (name, group, mask, count, bad, p), adjusted in zip(looked, corrected, strict=True)
    ]
    made.sort(key=lambda s: (s.p, s.attribute, s.group))
    return Slices(tuple(made), float(right.mean()) if n else 0.0, n, level, fewest)


def holm(p: np.ndarray) -> np.ndarray:
    """Correct probabilities for how many there are, so that any false alarm stays as rare as the level.

    Source: holm1979.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    stepped = p[order] * np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(stepped)) if len(p) else stepped
    return corrected


def _tail(n: int, wrong: int, count: int, bad: int, factorials: np.ndarray) -> float:
    """Return how probable at least `bad` mistakes are among `count` of n that hold `wrong`: Fisher's test."""
    k = np.arange(bad, min(count, wrong) + 1)
    k = k[k >= count - (n - wrong)]

    def choose(a: int, b: np.ndarray | int) -> Any:
        return factorials[a] - factorials[b] - factorials[a - b]

    logs = choose(wrong, k) + choose(n - wrong, count - k) - choose(n, count)
    return float(min(1.0, np.exp(logs).sum()))


def _groups(column: np.ndarray, most: int) -> Iterator[tuple[str, np.ndarray]]:
    """Give the groups of a column, each with a mask (N,)."""
    if column.dtype.kind == "f":
        missing = np.isnan(column)
        if missing.any():
            yield "missing", missing
        yield from _quarters(column, ~missing)
        return
    if column.dtype.kind not in "iub":
        column = np.array(["" if v is None or v != v else str(v) for v in column.tolist()])
    values, counts = np.unique(column, return_counts=True)
    if column.dtype.kind in "iu" and len(values) > most:
        yield from _quarters(column, np.ones(len(column), dtype=bool))
        return
    for value in values[np.argsort(-counts, kind="stable")][:most]:
        yield str(value) or "missing", column == value


def _quarters(column: np.ndarray, there: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Give four groups of a column of numbers, equally large but for ties."""
    if not there.any():
        return
    edges = np.unique(np.quantile(column[there], [0, 0.25, 0.5, 0.75, 1]))
    for i, low in enumerate(edges[:-1]):
        high, last = edges[i + 1], i == len(edges) - 2
        mask = there & (column >= low) & ((column <= high) if last else (column < high))
        yield f"{low:.4g} to {'' if last else 'below '}{high:.4g}", mask
