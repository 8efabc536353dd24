"""Gradients and updates over training, drawn: few layers as lines, many as rows of cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rung.explain.axes import Axes, Axis, told
from rung.explain.sheet import ACCENT, COLOURS, HIGH, LOW, Sheet, short

USUAL = (1e-4, 1e-2)  # of the update to the weight; about 1e-3 is the rule of thumb
FEW = len(COLOURS)  # layers that lines can tell apart
MANY = 60  # rows of cells that fit
DECADES = 5  # of a gradient that the shades span
_AROUND = 5  # measured steps whose median the strong line shows
Lines = Mapping[str, tuple[np.ndarray, np.ndarray]]


def late(values: np.ndarray) -> float:
    """Return the median of the last tenth, of 5 steps at least: one step alone is noise."""
    last = values[-max(5, len(values) // 10) :]
    last = last[np.isfinite(last)]
    return float(np.median(last)) if last.size else float("nan")


def named(layer: str) -> str:
    """Return what to call a layer."""
    return layer or "the model"


def as_lines(lines: Lines, which: str) -> str:
    """Draw a line a layer over the steps, faint, and its running median, strong.

    Args:
        lines: of each layer its steps and values, FEW layers at most.
        which: "gradient" or "ratio".
    """
    values = np.concatenate([v for _, v in lines.values()]) if lines else np.array([])
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (-1.0, 0.0)
    if values.size:
        # A last step at a rate of nearly 0 alone would press all others together: it leaves the picture.
        low, high = np.floor(np.log10(np.quantile(values, 0.02))), np.ceil(np.log10(values.max()))
    first = min((int(s[0]) for s, _ in lines.values()), default=0)
    last = max((int(s[-1]) for s, _ in lines.values()), default=1)
    word = {"gradient": "norm of the gradient", "ratio": "update / weights"}[which]
    rows = -(-max(1, len(lines)) // 2)
    sheet = Sheet(440, 312 + 18 * rows, f"{word} of {len(lines)} layers over training")
    x, y = Axis(first, max(last, first + 1), "step"), Axis(10.0**low, 10.0 ** max(high, low + 1), word, True)
    axes = Axes(sheet, 66, 12, 362, 240, x, y)
    if which == "ratio":
        (left, above), (_, below) = (axes.at(first, value) for value in reversed(USUAL))
        if below > above:
            sheet.rect(left, above, axes.wide, below - above, fill="currentColor", opacity=0.07)
            sheet.text(left + 6, below - 6, "usual", size=11, soft=True)
    axes.draw(rows=5)
    for i, (layer, (steps, each)) in enumerate(lines.items()):
        title = f"{named(layer)}: {late(each):.2g} at the end"
        if faint := axes.curve(steps.tolist(), each.tolist()):
            sheet.line(faint, stroke=COLOURS[i], width=1, opacity=0.3)
        if strong := axes.curve(steps.tolist(), running_median(each).tolist()):
            sheet.line(strong, stroke=COLOURS[i], width=2.2, title=title)
        x0, y0 = 66 + 185 * (i % 2), 312 + 18 * (i // 2)
        sheet.line([(x0, y0 - 4), (x0 + 18, y0 - 4)], stroke=COLOURS[i], width=3)
        sheet.text(x0 + 24, y0, short(named(layer), 24), title=title)
    return sheet.svg()


def running_median(values: np.ndarray) -> np.ndarray:
    """Return at each place the median of the _AROUND values around it; NaN is passed over.

    Example:
        >>> running_median(np.array([1.0, 1.0, 9.0, 1.0, 1.0])).tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    reach = _AROUND // 2
    windows = [values[max(0, i - reach) : i + reach + 1] for i in range(len(values))]
    finite = [window[np.isfinite(window)] for window in windows]
    return np.array([np.median(window) if window.size else np.nan for window in finite])


def span(lines: Lines) -> tuple[float, float]:
    """Return the exponents between which the shades of gradients lie: DECADES at most, down from the most."""
    values = np.concatenate([v for _, v in lines.values()])
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return -1.0, 0.0
    high = float(np.ceil(np.log10(values.max())))
    return max(high - DECADES, min(float(np.floor(np.log10(values.min()))), high - 1)), high


def shown(lines: Lines) -> list[str]:
    """Return the layers that have a row: all that were measured, or MANY spread over them."""
    some = [layer for layer, (_, values) in lines.items() if np.isfinite(values).any()]
    if len(some) <= MANY:
        return some
    return [some[i] for i in np.unique(np.linspace(0, len(some) - 1, MANY).round().astype(int))]


def as_cells(lines: Lines, which: str) -> str:
    """Draw a row of cells a layer, from the input down, a column a measured step.

    Args:
        lines: of each layer its steps and values; those of `shown`.
        which: "gradient", the stronger the larger; or "ratio", orange above 0.001, blue below.
    """
    layers = list(lines)
    steps = max((s for s, _ in lines.values()), key=len)
    longest = (
        max(24 if which == "gradient" else 18, *(len(named(layer)) for layer in layers)) if layers else 24
    )
    left, top, wide, row = 14 + 6.1 * min(longest, 24), 12.0, 280.0, 16.0
    tall = row * len(layers)
    cell = wide / len(steps)
    sheet = Sheet(left + wide + 14, top + tall + 84, f"{which} of {len(layers)} layers over training")
    low, high = span(lines)
    for i, layer in enumerate(layers):
        values = running_median(np.interp(steps, *lines[layer]))
        logs = np.log10(np.where(values > 0, values, 10.0**low if which == "gradient" else 1e-9))
        y = top + row * i
        if which == "gradient":
            sheet.cells(left, y, cell, row - 1.5, ((logs - low) / (high - low))[None])
        else:
            sheet.signed(left, y, cell, row - 1.5, ((logs + 3) / 2)[None])
        title = f"{named(layer)}: {late(lines[layer][1]):.2g} at the end"
        sheet.text(left - 8, y + 11.5, tail(named(layer), 24), anchor="end", size=11, title=title)
        sheet.hover(left, y, wide, row, title)
    sheet.frame(left, top, wide, tall)
    for place in np.unique(np.linspace(0, len(steps) - 1, 5).round().astype(int)):
        x = left + cell * (place + 0.5)
        sheet.line([(x, top + tall), (x, top + tall + 4)], opacity=0.5)
        sheet.text(x, top + tall + 17, told(float(steps[place])), anchor="middle", size=11, soft=True)
    sheet.text(left - 8, top + tall + 17, "step", anchor="end", size=11, soft=True)
    _shades(sheet, left, top + tall + 40, wide, which, (low, high))
    return sheet.svg()


def tail(words: str, most: int) -> str:
    """Cut a name at its beginning: the end tells layers of a block apart.

    Example:
        >>> tail("encoder.layers.0.attention.query", 20)
        '….0.attention.query'
    """
    return words if len(words) <= most else "…" + words[-(most - 2) :]


def _shades(sheet: Sheet, left: float, y: float, wide: float, which: str, ends: tuple[float, float]) -> None:
    """Draw what the shades mean."""
    count = 32
    if which == "gradient":
        sheet.cells(left, y, wide / count, 10, np.linspace(0, 1, count)[None], fill=ACCENT)
        marks = {0.0: ends[0], 0.5: sum(ends) / 2, 1.0: ends[1]}
        words = {share: told(float(f"{10.0**power:.1g}")) for share, power in marks.items()}
    else:
        level = np.linspace(-1, 1, count)
        sheet.cells(left, y, wide / count, 10, level[None], fill=HIGH)
        sheet.cells(left, y, wide / count, 10, -level[None], fill=LOW)
        words = {0.0: "1e-5 and less", 0.5: "0.001", 1.0: "0.1 and more"}
    sheet.frame(left, y, wide, 10)
    for share, word in words.items():
        anchor = {0.0: "start", 1.0: "end"}.get(share, "middle")
        sheet.text(left + share * wide, y + 25, word, anchor=anchor, size=11, soft=True)
    head = {"gradient": "norm of the gradient", "ratio": "update / weights"}[which]
    sheet.text(left - 8, y + 10, head, anchor="end", size=11)
