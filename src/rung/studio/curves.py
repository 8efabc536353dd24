"""Curves as HTML and SVG that stretch with the page: lines in a unit square, words beside it, all made here.

The square is drawn with `preserveAspectRatio="none"`, so that it fills any width, and strokes keep their
width; words and ticks are HTML at percentages, so that they stay readable at 390 pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

SIDE = 1000  # units of the square
MOST = 400  # points a line is thinned to


@dataclass(frozen=True)
class Series:
    """One line.

    Attributes:
        x, y: its points.
        label: what it is, for the legend and the readout.
        color: a token: "a", "b", "accent", "muted".
        kind: "line", "faint" (noise behind a line) or "dots" (few points, joined).
    """

    x: Sequence[float]
    y: Sequence[float]
    label: str
    color: str = "a"
    kind: str = "line"


@dataclass(frozen=True)
class Level:
    """A horizontal line to compare with."""

    y: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A word at an axis, `at` percent along it."""

    at: float
    text: str


@dataclass(frozen=True)
class Path:
    """A line's `d`, ready for SVG, and that of the dots on it, if it has any."""

    d: str
    dots: str
    color: str
    kind: str
    label: str


@dataclass(frozen=True)
class Plot:
    """Everything a template needs to draw a plot.

    Attributes:
        title, xlabel: what stands above and below.
        paths: the lines; levels: (percent from the top, label) of lines to compare with.
        xticks, yticks: words at the axes.
        points: [x percent, label of x, text] of what a pointer reads out.
        summary: one sentence for those who cannot see it.
    """

    title: str
    xlabel: str
    paths: list[Path]
    levels: list[Tick]
    xticks: list[Tick]
    yticks: list[Tick]
    points: list[tuple[float, str]] = field(default_factory=list)
    summary: str = ""


def plot(
    title: str,
    series: Sequence[Series],
    *,
    xlabel: str,
    xmax: float,
    log: bool = False,
    percent: bool = False,
    levels: Sequence[Level] = (),
) -> Plot:
    """Lay out a plot.

    Args:
        title: what is shown.
        series: the lines; the first that is not "faint" is read out by the pointer.
        xlabel: what x counts.
        xmax: where the x axis ends; it begins at 0.
        log: powers of ten are equally far apart on the y axis.
        percent: y is a share.
        levels: lines to compare with.
    """
    ys = [y for s in series for y in s.y] + [level.y for level in levels]
    low, high, ticks = _log_axis(ys) if log else _axis(ys, percent)

    def across(x: float) -> float:
        return 100 * min(1.0, x / xmax) if xmax else 0.0

    def down(y: float) -> float:
        if log:
            y = log10(max(y, 10**low))
        return 100 * (1 - (y - low) / (high - low))

    def say(y: float) -> str:
        return f"{y:.1%}" if percent else f"{y:.3g}"

    paths = [Path(*_path(s, across, down), s.color, s.kind, s.label) for s in series if len(s.x)]
    main = next((s for s in series if s.kind != "faint" and len(s.x)), None)
    points, summary = [], f"{title}: no numbers yet."
    if main is not None:
        points = [
            (round(across(x), 2), f"{xlabel} {x:.4g}: {main.label} {say(y)}") for x, y in _thinned(main)
        ]
        summary = f"{title}, from {say(main.y[0])} to {say(main.y[-1])} after {main.x[-1]:.3g} {xlabel}s."
    step = max(1, ceil(_nice(xmax / 6)))
    return Plot(
        title,
        xlabel,
        paths,
        [Tick(round(down(level.y), 2), level.label) for level in levels],
        [Tick(round(across(x), 2), f"{x:g}") for x in range(0, floor(xmax) + 1, step)],
        [Tick(round(down(y), 2), text) for y, text in ticks],
        points,
        summary,
    )


def smooth(y: Sequence[float], keep: float = 0.85) -> list[float]:
    """Return the running mean that forgets: `keep` of the last and the rest new, unbiased from the start."""
    out, mean, weight = [], 0.0, 0.0
    for value in y:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + (1 - keep)
        out.append(mean / weight)
    return out


def _thinned(s: Series) -> list[tuple[float, float]]:
    every = max(1, len(s.x) // MOST)
    points = list(zip(s.x, s.y, strict=True))
    return points[::every] + ([points[-1]] if (len(points) - 1) % every else [])


def _path(s: Series, across: Callable[[float], float], down: Callable[[float], float]) -> tuple[str, str]:
    points = [(across(x) * SIDE / 100, down(y) * SIDE / 100) for x, y in _thinned(s)]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    # A line of no length with round ends is a dot, and one that does not stretch with the square.
    return line, "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points) if s.kind == "dots" else ""


def _axis(ys: list[float], percent: bool) -> tuple[float, float, list[tuple[float, str]]]:
    low, high = (min(ys), max(ys)) if ys else (0.0, 1.0)
    if percent:
        high = 1.0
    if high - low < 1e-9:
        low -= 0.05
    step = _nice((high - low) / 4)
    low = floor(low / step) * step
    high = high if percent else ceil(high / step) * step
    count = round((high - low) / step)
    # 12 digits hide that 0.1 is not a tenth.
    marks = [round(low + i * step, 12) for i in range(count + 1)]
    digits = max(0, -floor(log10(step * 100 if percent else step)))
    return (
        low,
        high,
        [(y, f"{100 * y:.{digits}f} %" if percent else f"{y:g}") for y in marks if y <= high + 1e-9],
    )


def _log_axis(ys: list[float]) -> tuple[float, float, list[tuple[float, str]]]:
    positive = [y for y in ys if y > 0] or [0.1, 1.0]
    low, high = log10(min(positive)), log10(max(positive))
    low, high = floor(low * 2) / 2, ceil(high * 2) / 2
    high = max(high, low + 1)
    marks = [10.0**p for p in range(ceil(low), floor(high) + 1)]
    return low, high, [(y, f"{y:g}") for y in marks]


def _nice(step: float) -> float:
    """Return the next of 1, 2, 2.5, 5, 10 times a power of ten."""
    power = 10.0 ** floor(log10(step))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= step - 1e-12)
