"""Weights as pictures: what a first layer looks for, seen in the space of its input, and all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rung.explain.colors import colored, tiled
from rung.explain.subject import Subject

MOST = 64  # filters that are drawn
SIDE = 128  # rows and columns of a matrix that are drawn


@dataclass(frozen=True, eq=False)
class Filters:
    """The weights of one layer, as pictures.

    Attributes:
        layer: its name; of one with several weights with the weight's: "read.weight_hh_l0".
        values: filters (filters, channels, h, w), or a matrix (outputs, inputs).
        is_first: whether a picture meets these weights first, so that they are seen in its own space.
    """

    layer: str
    values: np.ndarray
    is_first: bool = False

    def picture(self) -> np.ndarray:
        """Draw the weights, (h, w, 4) bytes: three channels in their colours, others channel by channel.

        Colours are stretched filter by filter, since a weak filter can be as telling as a strong one.
        """
        if self.values.ndim == 2:
            return colored(self.values[:SIDE, :SIDE].astype(np.float64))
        few = self.values[:MOST].astype(np.float64)
        if few.shape[1] != 3 or not self.is_first:
            rows = few.reshape(-1, *few.shape[2:])[:MOST]
            return colored(tiled(rows / np.abs(rows).max(axis=(1, 2), keepdims=True).clip(1e-12)), 1.0)
        size = np.abs(few).max(axis=(1, 2, 3), keepdims=True).clip(1e-12)
        sheets = [tiled(channel) for channel in np.moveaxis(0.5 + few / size / 2, 1, 0)]
        rgb = np.rint(255 * np.nan_to_num(np.stack(sheets, axis=-1)))
        solid = np.where(np.isnan(sheets[0]), 0, 255)[..., None]
        return np.concatenate([rgb, solid], axis=-1).astype(np.uint8)

    def caption(self) -> str:
        """Say what is seen."""
        strongest = np.abs(self.values).max()
        if self.values.ndim == 2:
            rows, columns = self.values.shape
            most = f", the first {min(SIDE, rows)} and {min(SIDE, columns)} shown"
            return (
                f"A matrix of {rows:,} outputs, a row each, by {columns:,} inputs"
                f"{most if max(rows, columns) > SIDE else ''}; orange adds, blue takes away, the strongest "
                f"shade is {strongest:.3g}."
            )
        n, channels, h, w = self.values.shape
        if not self.is_first:
            shown = f"; the first {MOST} of these {n * channels:,} are shown" if n * channels > MOST else ""
            return (
                f"{n} filters of {channels} channel{'s' * (channels > 1)} of {h} x {w} in {self.layer}, a "
                f"square for each channel of each filter{shown}. What they look for are patterns in the maps "
                "of the layer before, not in the picture; each is stretched to its own range."
            )
        how = (
            "grey is 0, a colour what it looks for"
            if channels == 3
            else "orange looks for ink, blue for paper, white does not care"
        )
        shown = f", the first {MOST} shown" if n > MOST else ""
        return f"{n} filters of {h} x {w} in {self.layer}{shown}; {how}; each stretched to its own range."


def filters(subject: Subject, shape: tuple[int, ...] | None = None) -> list[Filters]:
    """Return the weights of every layer that has some, in the order of the layers.

    Args:
        subject: the model.
        shape: (h, w) or (h, w, channels) of the picture that goes in, if it is one; a first linear layer
            that takes it as a row of numbers is seen in its form.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(6, 3, rng=0), nn.ReLU(), nn.Linear(3, 2, rng=1))
        >>> [(f.layer, f.values.shape, f.is_first) for f in filters(Subject(model), (2, 3))]
        [('0', (3, 1, 2, 3), True), ('2', (2, 3), False)]
    """
    found: list[Filters] = []
    for name, values in _weights(subject):
        if values.ndim == 4 and values.shape[2:] == (1, 1):
            values = values[:, :, 0, 0]
        first = not found and shape is not None
        if values.ndim == 4:
            found.append(Filters(name, values, first))
        elif first and shape and values.shape[1] == int(np.prod(shape)):
            seen = values.reshape(len(values), *shape)
            found.append(Filters(name, seen[:, None] if seen.ndim == 3 else np.moveaxis(seen, -1, 1), True))
        else:
            found.append(Filters(name, values))
    return found


def _weights(subject: Subject) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the weights of every layer: those of 2 or 4 axes, each array once."""
    engine, seen = subject.engine, set[int]()
    for name, parameter in subject.model.named_parameters():
        layer, _, own = name.rpartition(".")
        values = engine.array(parameter)
        if not own.startswith("weight") or values.ndim not in (2, 4) or id(parameter) in seen:
            continue
        seen.add(id(parameter))
        yield layer if own == "weight" else name, np.array(values)
