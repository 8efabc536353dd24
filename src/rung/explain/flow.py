"""How gradients flow back through the layers during training, and how far each step moves the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rung.explain.sheet import COLOURS, Sheet, short
from rung.explain.table import Table
from rung.scratch.errors import SettingError, ShapeError

USUAL = (1e-4, 1e-2)  # of the update to the weight; about 1e-3 is the rule of thumb
_DASHES = ("", "6 3", "2 3")


@dataclass(frozen=True)
class FlowRow:
    """One layer at one step.

    Attributes:
        step: of training.
        layer: the module whose parameters these are.
        gradient: norm of the gradient of all its parameters together.
        ratio: norm of the update over the norm of the weights, of its matrices and filters; nan if it has
            none. Biases are left out: they start at 0, where a ratio tells nothing.
    """

    step: int
    layer: str
    gradient: float
    ratio: float


def measure(
    step: int,
    gradients: Mapping[str, np.ndarray],
    before: Mapping[str, np.ndarray],
    after: Mapping[str, np.ndarray],
) -> tuple[FlowRow, ...]:
    """Measure one step of training, a row a layer, in the order of the parameters.

    Args:
        step: its number.
        gradients: by parameter, after backward() (`rung.explain.weights.gradients`).
        before: the weights before the optimiser's step (`rung.explain.weights.weights`).
        after: and after it.

    Raises:
        ShapeError: a gradient has no weight beside it, or one of another shape.

    Source: karpathy2016cs231n, "ratio of weights:updates".

    Example:
        >>> w = {"0.weight": np.ones((2, 2)), "0.bias": np.zeros(2)}
        >>> after = {"0.weight": 0.999 * np.ones((2, 2)), "0.bias": np.ones(2)}
        >>> round(measure(1, w, w, after)[0].ratio, 6)
        0.001
    """
    squares: dict[str, float] = {}
    moved: dict[str, list[float]] = {}
    for name, gradient in gradients.items():
        shapes = [np.shape(each[name]) if name in each else None for each in (before, after)]
        if shapes != [np.shape(gradient)] * 2:
            raise ShapeError(
                f"flow: the gradient of {name!r} has shape {np.shape(gradient)}, its weights before and "
                f"after {shapes[0]} and {shapes[1]}.",
                rule="Gradients, weights before and weights after have the same names and shapes.",
            )
        layer = name.rpartition(".")[0]
        squares[layer] = squares.get(layer, 0.0) + _square(gradient)
        sums = moved.setdefault(layer, [0.0, 0.0])
        if np.ndim(gradient) > 1:
            sums[0] += _square(np.asarray(after[name], np.float64) - before[name])
            sums[1] += _square(before[name])
    return tuple(
        FlowRow(
            step,
            layer,
            float(np.sqrt(square)),
            float(np.sqrt(moved[layer][0] / moved[layer][1])) if moved[layer][1] else float("nan"),
        )
        for layer, square in squares.items()
    )


def _square(array: np.ndarray) -> float:
    return float((np.asarray(array, dtype=np.float64) ** 2).sum())


@dataclass(frozen=True)
class Flow:
    """Rows of many steps.

    Attributes:
        rows: in the order of training.
    """

    rows: Sequence[FlowRow]

    @property
    def layers(self) -> list[str]:
        """Names of the layers, from the input on."""
        return list(dict.fromkeys(row.layer for row in self.rows))

    def lines(self, which: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Return of each layer its steps and values.

        Args:
            which: "gradient" or "ratio".

        Raises:
            SettingError: another word.
        """
        if which not in ("gradient", "ratio"):
            raise SettingError(f"flow: {which!r} is not recorded.", rule='It is "gradient" or "ratio".')
        found = {}
        for layer in self.layers:
            mine = [(row.step, getattr(row, which)) for row in self.rows if row.layer == layer]
            found[layer] = (np.array([s for s, _ in mine]), np.array([v for _, v in mine], dtype=float))
        return found

    def caption(self, which: str = "gradient") -> str:
        """Return what the drawing of gradients or ratios shows and how to read it.

        Args:
            which: "gradient" or "ratio".

        Raises:
            SettingError: another word.
        """
        lines = self.lines(which)
        if not lines:
            return "No step was recorded."
        late = {layer: _late(values) for layer, (_, values) in lines.items()}
        late = {layer: value for layer, value in late.items() if np.isfinite(value)}
        steps = max(int(s[-1]) for s, _ in lines.values())
        if which == "gradient":
            text = (
                f"Norm of the gradient of each layer over {steps:,} steps, each grid line ten times the one "
                "below. Lines that run level and near each other are healthy. "
            )
            if len(late) < 2:
                return text.rstrip()
            (first, a), *_, (last, b) = late.items()
            text += f"At the end {_named(first)} next to the input has {a:.2g}, {_named(last)} {b:.2g}"
            if a == 0:
                return text + ": nothing reaches the first layer."
            if a < b / 100:
                return text + f": {b / a:,.0f} times less, the gradient vanishes on its way back."
            return text + (": the gradient grows on its way back." if a > 100 * b else ".")
        text = (
            "How far a step moves each layer's weights, as a share of their size, each grid line ten times "
            "the one below. About 0.001 is usual (Karpathy's rule of thumb, no law). "
        )
        slow = [layer for layer, value in late.items() if value < USUAL[0]]
        fast = [layer for layer, value in late.items() if value > USUAL[1]]
        if late:
            text += f"At the end it is {min(late.values()):.1g} to {max(late.values()):.1g}. "
        if slow:
            text += f"Hardly moved: {', '.join(map(_named, slow))}. "
        if fast:
            text += f"Thrown about: {', '.join(map(_named, fast))}; a lower learning rate may help. "
        return text.rstrip()

    def table(self) -> Table:
        """Return a row a step and layer."""
        rows = [(row.step, row.layer, row.gradient, row.ratio) for row in self.rows]
        return Table(("step", "layer", "gradient", "ratio"), rows)

    def svg(self, which: str = "gradient") -> str:
        """Draw a line a layer over the steps, powers of ten equally far apart.

        Args:
            which: "gradient" or "ratio".

        Raises:
            SettingError: another word.
        """
        lines = self.lines(which)
        values = np.concatenate([v for _, v in lines.values()]) if lines else np.array([])
        values = values[np.isfinite(values) & (values > 0)]
        low, high = (
            (np.floor(np.log10(values.min())), np.ceil(np.log10(values.max()))) if values.size else (-1, 0)
        )
        high = max(high, low + 1)
        first = min((int(s[0]) for s, _ in lines.values()), default=0)
        last = max((int(s[-1]) for s, _ in lines.values()), default=1)
        left, top, wide, tall = 52.0, 12.0, 360.0, 240.0
        rows = max(1, len(lines))
        sheet = Sheet(
            left + wide + 130, max(top + tall + 40, 24 + 16 * rows), f"{which} of {rows} layers over steps"
        )

        def at(step: float, value: float) -> tuple[float, float]:
            share = (np.log10(max(value, 10.0**low)) - low) / (high - low)
            return left + wide * (step - first) / max(1, last - first), top + tall * (1 - float(share))

        if which == "ratio":
            (_, above), (_, below) = at(first, min(USUAL[1], 10.0**high)), at(first, max(USUAL[0], 10.0**low))
            if below > above:
                sheet.rect(left, above, wide, below - above, fill="currentColor", opacity=0.06, title="usual")
        for power in range(int(low), int(high) + 1):
            y = at(first, 10.0**power)[1]
            sheet.line([(left, y), (left + wide, y)], opacity=0.12)
            sheet.text(left - 6, y + 4, f"{10.0**power:g}", anchor="end", size=11, soft=True)
        for step, anchor in ((first, "start"), (last, "end")):
            sheet.text(at(step, 1)[0], top + tall + 16, f"{step:,}", anchor=anchor, size=11, soft=True)
        sheet.text(left + wide / 2, top + tall + 34, "step", anchor="middle")
        for i, (layer, (steps, each)) in enumerate(lines.items()):
            colour, dash = COLOURS[i % len(COLOURS)], _DASHES[i // len(COLOURS) % len(_DASHES)]
            there = np.isfinite(each)
            points = [at(s, v) for s, v in zip(steps[there], each[there], strict=True)]
            told = f"{_named(layer)}: {_late(each):.2g} at the end"
            if points:
                sheet.line(points, stroke=colour, width=1.8, dash=dash, title=told)
            y = top + 10 + 16 * i
            sheet.line(
                [(left + wide + 12, y - 4), (left + wide + 30, y - 4)], stroke=colour, width=2.5, dash=dash
            )
            sheet.text(left + wide + 35, y, short(_named(layer), 14), size=11, title=told)
        sheet.frame(left, top, wide, tall)
        return sheet.svg()


def _late(values: np.ndarray) -> float:
    """Return the median of the last tenth, of 5 steps at least: one step alone is noise."""
    last = values[-max(5, len(values) // 10) :]
    last = last[np.isfinite(last)]
    return float(np.median(last)) if last.size else float("nan")


def _named(layer: str) -> str:
    return layer or "the model"
