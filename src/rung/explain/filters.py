"""Weights as pictures: what a first layer looks for, seen in the space of its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.colors import colored, tiled
from rung.explain.subject import Subject

MOST = 64  # filters that are drawn


@dataclass(frozen=True, eq=False)
class Filters:
    """The weights of one layer that can be seen as pictures.

    Attributes:
        layer: its name.
        values: (filters, channels, h, w).
    """

    layer: str
    values: np.ndarray

    def picture(self) -> np.ndarray:
        """Draw the filters, (h, w, 4) bytes: three channels in their colours, others channel by channel.

        Colours are stretched filter by filter, since a weak filter can be as telling as a strong one.
        """
        few = self.values[:MOST].astype(np.float64)
        if few.shape[1] != 3:
            rows = few.reshape(-1, *few.shape[2:])[:MOST]
            return colored(tiled(rows / np.abs(rows).max(axis=(1, 2), keepdims=True).clip(1e-12)), 1.0)
        size = np.abs(few).max(axis=(1, 2, 3), keepdims=True).clip(1e-12)
        sheets = [tiled(channel) for channel in np.moveaxis(0.5 + few / size / 2, 1, 0)]
        rgb = np.rint(255 * np.nan_to_num(np.stack(sheets, axis=-1)))
        solid = np.where(np.isnan(sheets[0]), 0, 255)[..., None]
        return np.concatenate([rgb, solid], axis=-1).astype(np.uint8)

    def caption(self) -> str:
        """Say what is seen."""
        n, channels, h, w = self.values.shape
        how = (
            "grey is 0, a colour what it looks for"
            if channels == 3
            else "orange looks for ink, blue for paper, white does not care"
        )
        shown = f", the first {MOST} shown" if n > MOST else ""
        return f"{n} filters of {h} x {w} in {self.layer}{shown}; {how}; each stretched to its own range."


def filters(subject: Subject, shape: tuple[int, ...] | None = None) -> Filters | None:
    """Return the first weights that a picture meets; None where they cannot be seen as pictures.

    Args:
        subject: the model.
        shape: (h, w) or (h, w, channels) of an input that goes in as a row of numbers; for a first linear
            layer on pictures.
    """
    engine = subject.engine
    for name, module in subject.layers().items():
        weight: Any = getattr(module, "weight", None) if name or not any(module.named_children()) else None
        if weight is None:
            continue
        values = np.array(engine.array(weight))
        if values.ndim == 4:
            return Filters(name, values)
        if values.ndim == 2 and shape and values.shape[1] == int(np.prod(shape)):
            seen = values.reshape(len(values), *shape)
            return Filters(name, seen[:, None] if seen.ndim == 3 else np.moveaxis(seen, -1, 1))
        return None
    return None
