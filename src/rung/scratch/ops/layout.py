"""How images lie in memory, and helpers for the fast forms that care."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CACHE = 1 << 20  # bytes that a buffer may take


def chunks(n: int, size: int) -> Iterator[slice]:
    """Part n images into slices whose columns, `size` bytes an image, fit into the cache."""
    step = max(1, CACHE // max(size, 1))
    return (slice(i, min(i + step, n)) for i in range(0, n, step))


class ChannelsLast:
    """A way of convolving whose output lies in memory as (N, OH, OW, F)."""

    def prepared(self, g):
        """g: (N, F, OH, OW) -> the same as (N, OH, OW, F) in one piece, and the gradient of the bias."""
        g = channels_last(g)
        rows = g.reshape(-1, g.shape[3])
        return g, np.ones(len(rows), rows.dtype) @ rows  # a product adds columns 2 times as fast as sum


def channels_last(x):
    """Return x (N, C, H, W) as (N, H, W, C), in one piece; nothing is copied if it lies so already."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def bordered(a, padding, channel_axis):
    """Return images in one piece with a border of zeros around height and width."""
    top, left = padding
    if not (top or left):
        return np.ascontiguousarray(a)
    height = 1 if channel_axis == 3 else 2
    shape, inside = list(a.shape), [slice(None)] * 4
    for axis, border in ((height, top), (height + 1, left)):
        inside[axis] = slice(border, border + a.shape[axis])
        shape[axis] += 2 * border
    wide = np.empty(shape, a.dtype)
    for axis, border in (
        (height, top),
        (height + 1, left),
    ):  # clear the border alone, not what is overwritten
        for edge in (slice(0, border), slice(shape[axis] - border, None)):
            wide[(slice(None),) * axis + (edge,)] = 0
    wide[tuple(inside)] = a
    return wide


def strided(a, shape, strides):
    """Return a view with these strides: as_strided without its 10 microseconds."""
    return np.ndarray(shape, a.dtype, a, 0, strides)
