"""Windows of an image: the patches that convolution and pooling look at, as a view that copies nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

Pair = tuple[int, int]


def output_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Return how many windows fit along an axis.

    floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1

    Example:
        >>> output_size(28, kernel=5, stride=1, padding=0, dilation=1)
        24
    """
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def pad(x: np.ndarray, padding: Pair, value: float = 0.0) -> np.ndarray:
    """Put a border around the last two axes: (..., H, W) -> (..., H + 2 top, W + 2 left)."""
    top, left = padding
    if not (top or left):
        return x
    border = ((0, 0),) * (x.ndim - 2) + ((top, top), (left, left))
    return np.pad(x, border, constant_values=value)


def windows(x: np.ndarray, kernel: Pair, stride: Pair, dilation: Pair = (1, 1)) -> np.ndarray:
    """Return every window of the last two axes, as a view.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW, kh, kw): the window at (oh, ow) reads x[..., oh sh + i dh, ow sw +
        j dw]
    """
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
    spread = (dh * (kh - 1) + 1, dw * (kw - 1) + 1)
    every = np.lib.stride_tricks.sliding_window_view(x, spread, axis=(2, 3))
    return every[:, :, ::sh, ::sw, ::dh, ::dw]


def offsets(
    kernel: Pair, stride: Pair, dilation: Pair, size: Pair
) -> Iterator[tuple[tuple[int, int], tuple[slice, slice]]]:
    """Walk over the places (i, j) of a window, each with the slices of the image that it reads in all
    windows.

    It turns "add each window's gradient back to where the window was" into kh kw additions of whole arrays.

    Args:
        kernel: (kh, kw).
        stride: (sh, sw).
        dilation: (dh, dw).
        size: (OH, OW), how many windows there are.
    """
    (kh, kw), (sh, sw), (dh, dw), (oh, ow) = kernel, stride, dilation, size
    for i in range(kh):
        for j in range(kw):
            yield (
                (i, j),
                (
                    slice(i * dh, i * dh + sh * (oh - 1) + 1, sh),
                    slice(j * dw, j * dw + sw * (ow - 1) + 1, sw),
                ),
            )
