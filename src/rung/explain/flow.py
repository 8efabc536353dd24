"""How gradients flow back through the layers during training, and how far each step moves the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rung.explain.flow_picture import DECADES, FEW, USUAL, as_cells, as_lines, late, named, shown
from rung.explain.table import Table
from rung.scratch.errors import SettingError, ShapeError


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
        ends = {layer: late(values) for layer, (_, values) in lines.items()}
        ends = {layer: value for layer, value in ends.items() if np.isfinite(value)}
        steps = max(int(s[-1]) for s, _ in lines.values())
        drawn = self._drawn(which, steps)
        if which == "gradient":
            text = drawn
            if len(ends) < 2:
                return text.rstrip()
            (first, a), *_, (last, b) = ends.items()
            text += f"At the end {named(first)} next to the input has {a:.2g}, {named(last)} {b:.2g}"
            if a == 0:
                return text + ": nothing reaches the first layer."
            if a < b / 100:
                return text + f": {b / a:,.0f} times less, the gradient vanishes on its way back."
            return text + (": the gradient grows on its way back." if a > 100 * b else ".")
        text = drawn
        # Over all steps: at the end of a schedule that falls to 0 every layer stands still, and rightly so.
        usual = {layer: float(np.nanmedian(lines[layer][1])) for layer in ends}
        slow = [layer for layer, value in usual.items() if value < USUAL[0]]
        fast = [layer for layer, value in usual.items() if value > USUAL[1]]
        if usual:
            text += (
                f"Over the training a layer's median is {_range(usual)}; at the end it is {_range(ends)}, "
                "which falls with the learning rate. "
            )
        if slow:
            text += f"Hardly moved: {_listed(slow)}. "
        if fast:
            text += f"Thrown about: {_listed(fast)}; a lower learning rate may help. "
        return text.rstrip()

    def _drawn(self, which: str, steps: int) -> str:
        """Say what is drawn and how to read it."""
        lines = self.lines(which)
        cells = len(shown(lines)) > FEW
        if which == "gradient":
            text = f"Norm of the gradient of each layer over {steps:,} steps, as backward() gave it"
            if not cells:
                return text + (
                    ", each grid line ten times the one below: faint the single steps, strong their running "
                    "median. Lines that run level and near each other are healthy. "
                )
            text += (
                f": a row a layer, from the input down, the stronger the larger, over {DECADES} powers of "
                "ten at most. Rows of like shade are healthy; one that fades out learns nothing. "
            )
        else:
            text = (
                f"How far a step moves each layer's weights, as a share of their size, over {steps:,} steps"
            )
            if not cells:
                return text + (
                    ", each grid line ten times the one below: faint the single steps, strong their running "
                    "median. About 0.001 is usual (Karpathy's rule of thumb, no law). "
                )
            text += (
                ": a row a layer, from the input down. Nothing is drawn at 0.001, which is usual (Karpathy's "
                "rule of thumb, no law); orange is more, blue less, full at a hundred times. "
            )
        text += "The columns are the measured steps, closer together at the beginning. "
        if len(shown(lines)) < sum(bool(np.isfinite(v).any()) for _, v in lines.values()):
            text += f"{len(shown(lines))} of {len(lines)} layers are drawn; the numbers have all. "
        return text

    def table(self) -> Table:
        """Return a row a step and layer."""
        rows = [(row.step, row.layer, row.gradient, row.ratio) for row in self.rows]
        return Table(("step", "layer", "gradient", "ratio"), rows)

    def svg(self, which: str = "gradient") -> str:
        """Draw lines over the steps, powers of ten equally far apart; of more layers than lines can tell
        apart, rows of cells.

        Args:
            which: "gradient" or "ratio".

        Raises:
            SettingError: another word.
        """
        lines = self.lines(which)
        layers = shown(lines)
        drawn = {layer: lines[layer] for layer in layers}
        return as_cells(drawn, which) if len(layers) > FEW else as_lines(drawn, which)


def _listed(layers: Sequence[str]) -> str:
    """Name a few layers, and say how many more there are."""
    told = ", ".join(map(named, layers[:4]))
    return told if len(layers) <= 4 else f"{told} and {len(layers) - 4} more"


def _range(values: Mapping[str, float]) -> str:
    """Say between which numbers values lie, to a digit."""
    low, high = f"{min(values.values()):.1g}", f"{max(values.values()):.1g}"
    return low if low == high else f"{low} to {high}"
