"""Prepare a picture for the network: this file travels with the export and needs NumPy alone.

`input.json` beside it holds the settings. A picture of the network's own size is taken as it is, as
in training (dark ink on light paper is turned about). Any other is brought to that size first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LARGEST = 40_000_000  # pixels of a picture that is accepted
_FAINT = 0.25  # of the darkest ink: below it is paper


class Refused(ValueError):
    """The input is none that the network can be asked about; the message says why, in plain words."""


def prepare(picture: Any, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Return the network's input, a batch of one.

    Args:
        picture: (height, width), or with 3 or 4 channels, from 0 to 255.
        settings: `size` (height, width) and `channels` of the training's pictures; `ink`: whether they are
            ink on paper, 255 for ink, fitted as MNIST's digits were; `layout`: "rows" (1, pixels) or "maps"
            (1, channels, height, width); a value v becomes (v - `offset`) / `scale`, each one number or one
            a channel.

    Raises:
        Refused: it is no picture, too large, or empty where ink is wanted.
    """
    pixels = fitted(picture, settings)
    first = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    x = first[None].astype(np.float32)
    offset, scale = (np.asarray(settings[key], np.float32).reshape(-1, 1, 1) for key in ("offset", "scale"))
    x = (x - offset) / scale if offset.any() else x / scale
    return (np.ascontiguousarray(x.reshape(1, -1) if settings["layout"] == "rows" else x),)


def fitted(picture: Any, settings: dict[str, Any]) -> np.ndarray:
    """Return the picture as bytes of the size and with the channels that training had.

    Raises:
        Refused: as `prepare` does.
    """
    array = np.asarray(picture)
    if array.dtype.kind not in "biuf" or array.ndim not in (2, 3) or not array.size:
        raise Refused("This is no picture.")
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4):
        raise Refused(f"A picture has 1, 3 or 4 channels, this has {array.shape[2]}.")
    if array.shape[0] * array.shape[1] > LARGEST:
        raise Refused(f"This picture has {array.shape[0] * array.shape[1]:,} pixels; at most {LARGEST:,} go.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Refused("This picture holds values that are no numbers.")
    size, channels = tuple(settings["size"]), settings["channels"]
    plain = _on_white(array.astype(np.float64))
    if channels == 3:
        plain = np.stack([plain] * 3, axis=2) if plain.ndim == 2 else plain
    elif plain.ndim == 3:
        plain = plain @ np.array([0.299, 0.587, 0.114])
    if plain.shape[:2] == size:
        return _bytes(255 - plain if settings["ink"] and _paper(plain) >= 128 else plain)
    if settings["ink"]:
        return as_mnist(plain, size)
    if channels == 1:
        return _bytes(resized(plain, size))
    return _bytes(np.stack([resized(plain[:, :, c], size) for c in range(3)], axis=2))


def as_mnist(grey: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return ink on paper as MNIST's digits were made: 20 of 28 pixels high or wide, its mass in the middle.

    Args:
        grey: (height, width), 0 for black; light ink on dark paper is turned about.
        size: of the result.

    Raises:
        Refused: there is no ink.
    """
    paper = _paper(grey)
    ink = np.maximum(paper - grey if paper >= 128 else grey - paper, 0)
    most = float(ink.max())
    if most < 16:
        raise Refused("There is nothing drawn here.")
    ink = np.where(ink < _FAINT * most, 0, ink * (255 / most))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ratio = min(size) * 20 / 28 / max(ink.shape)
    high, wide = (max(1, int(np.floor(n * ratio + 0.5))) for n in ink.shape)
    small = resized(ink, (high, wide))
    mass = small.sum()
    top = size[0] / 2 - float((small.sum(axis=1) * (np.arange(high) + 0.5)).sum() / mass)
    left = size[1] / 2 - float((small.sum(axis=0) * (np.arange(wide) + 0.5)).sum() / mass)
    at = (
        min(max(int(np.floor(top + 0.5)), 0), size[0] - high),
        min(max(int(np.floor(left + 0.5)), 0), size[1] - wide),
    )
    made = np.zeros(size)
    made[at[0] : at[0] + high, at[1] : at[1] + wide] = small
    return _bytes(made)


def resized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a plane at another size: every new pixel is the mean of the area that it covers."""
    made: np.ndarray = _shares(plane.shape[0], size[0]) @ plane @ _shares(plane.shape[1], size[1]).T
    return made


def _shares(old: int, new: int) -> np.ndarray:
    """Return (new, old): how much of each new pixel every old one covers; rows add up to 1."""
    low = np.arange(new)[:, None] * old / new
    high = (np.arange(new)[:, None] + 1) * old / new
    cells = np.arange(old)[None]
    shares: np.ndarray = np.clip(np.minimum(high, cells + 1) - np.maximum(low, cells), 0, None) * new / old
    return shares


def _paper(grey: np.ndarray) -> float:
    """Return how bright the paper is: the median along the edges."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _on_white(array: np.ndarray) -> np.ndarray:
    """Return a picture without transparency: what shines through is white."""
    if array.ndim == 3 and array.shape[2] == 4:
        alpha = array[:, :, 3:] / 255
        return array[:, :, :3] * alpha + 255 * (1 - alpha)
    return array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array


def _bytes(array: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(array + 0.5), 0, 255).astype(np.uint8)
