"""Panels of pixels: one image, or several on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rung.learn.figures import wire
from rung.learn.figures.panels import Panel
from rung.learn.figures.wire import FigureError, Scene


@dataclass
class Picture(Panel):
    """Show one image, each pixel a crisp square with its value under the pointer.

    Args:
        array: (H, W) grey, any range, or (H, W, 3) colour, 0..255 ints or 0..1 floats.
        title: a few words above.
        diverging: two hues meeting at 0.
        low, high: values at the ends of the grey scale; the data's own when left out.
        width: in pixels on the page; it shrinks on a narrow page.
        alt: what a person who cannot see it should know.
    """

    array: ArrayLike
    title: str | None = None
    diverging: bool = False
    low: float | None = None
    high: float | None = None
    width: int | None = None
    alt: str = ""

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        image = image_scene(self.array, self.low, self.high, self.diverging, "Picture")
        return {"panel": "picture", "image": image, "title": self.title, "width": self.width, "alt": self.alt}


@dataclass
class Pictures(Panel):
    """Show several images side by side, all on one grey scale.

    Args:
        arrays: images as for Picture.
        titles: one short text an image.
        columns: how many stand in a row; as many as fit when left out.
        diverging, low, high: as for Picture, shared by all.
        title: a few words above.
        alt: what a person who cannot see them should know.
    """

    arrays: Sequence[ArrayLike]
    titles: Sequence[str] | None = None
    columns: int | None = None
    diverging: bool = False
    low: float | None = None
    high: float | None = None
    title: str | None = None
    alt: str = ""

    def scene(self) -> Scene:
        """Return the panel as JSON-able data for the page."""
        if self.titles is not None and len(self.titles) != len(self.arrays):
            raise FigureError(
                f"Pictures has {len(self.titles)} titles for {len(self.arrays)} images",
                rule="One title an image.",
            )
        low, high = self.low, self.high
        grey = [np.asarray(a) for a in self.arrays if np.ndim(a) == 2]
        if grey and (low is None or high is None):
            low, high = wire.limits(np.concatenate([g.ravel() for g in grey]), low, high, self.diverging)
        return {
            "panel": "pictures",
            "images": [
                image_scene(a, low, high, self.diverging, f"Pictures[{i}]") for i, a in enumerate(self.arrays)
            ],
            "titles": None if self.titles is None else [str(t) for t in self.titles],
            "columns": self.columns,
            "title": self.title,
            "alt": self.alt,
        }


def image_scene(
    values: ArrayLike, low: float | None, high: float | None, diverging: bool, what: str
) -> Scene:
    """Return one image as JSON-able data.

    Raises:
        FigureError: neither (H, W) nor (H, W, 3) numbers.
    """
    image: NDArray[Any] = np.asarray(values)
    if (
        image.dtype.kind not in "biuf"
        or image.size == 0
        or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3))
    ):
        raise FigureError(
            f"{what} has shape {image.shape}", rule="An image is (H, W) grey or (H, W, 3) colour, of numbers."
        )
    if image.ndim == 3:
        if image.dtype.kind == "f":
            image = np.clip(np.nan_to_num(image) * 255 + 0.5, 0, 255)
        return {"values": wire.packed(image.astype(np.uint8))}
    start, end = wire.limits(image, low, high, diverging)
    keep = image if image.dtype == np.uint8 else image.astype(np.float32)
    return {"values": wire.packed(keep), "low": start, "high": end, "diverging": diverging}
