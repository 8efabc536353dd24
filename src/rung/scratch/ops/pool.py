"""Pooling: one number for each window, its largest or its mean."""

from __future__ import annotations

import numpy as np

from rung.scratch.function import Function
from rung.scratch.ops.windows import offsets, pad, windows


class MaxPool2d(Function):
    """The largest number of each window; its gradient goes to that one place (the first, where several are
    equal).

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)
    """

    def forward(self, x, kernel=(2, 2), stride=(2, 2), padding=(0, 0), dilation=(1, 1)):
        """x: (N, C, H, W) -> (N, C, OH, OW). Keep which place of each window won."""
        self.kernel, self.stride, self.padding, self.dilation = kernel, stride, padding, dilation
        padded = pad(x, padding, -np.inf)
        self.shape = padded.shape
        look = windows(padded, kernel, stride, dilation)  # (N, C, OH, OW, kh, kw)
        flat = look.reshape(*look.shape[:4], -1)  # (N, C, OH, OW, kh kw)
        self.winner = flat.argmax(axis=-1)  # (N, C, OH, OW)
        return np.take_along_axis(flat, self.winner[..., None], axis=-1)[..., 0]

    def backward(self, g):
        """g: (N, C, OH, OW) -> the gradient of x."""
        gx = np.zeros(self.shape, dtype=g.dtype)
        for (i, j), (rows, columns) in offsets(self.kernel, self.stride, self.dilation, g.shape[2:]):
            gx[:, :, rows, columns] += g * (self.winner == i * self.kernel[1] + j)
        return _unpad(gx, self.padding)


class AvgPool2d(Function):
    """The mean of each window; its gradient is shared out evenly. Padding counts as zeros, as in PyTorch.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)
    """

    def forward(self, x, kernel=(2, 2), stride=(2, 2), padding=(0, 0)):
        """x: (N, C, H, W) -> (N, C, OH, OW)."""
        self.kernel, self.stride, self.padding = kernel, stride, padding
        padded = pad(x, padding)
        self.shape = padded.shape
        return windows(padded, kernel, stride).mean(axis=(4, 5))

    def backward(self, g):
        """g: (N, C, OH, OW) -> the gradient of x."""
        gx = np.zeros(self.shape, dtype=g.dtype)
        share = g / (self.kernel[0] * self.kernel[1])
        for _, (rows, columns) in offsets(self.kernel, self.stride, (1, 1), g.shape[2:]):
            gx[:, :, rows, columns] += share
        return _unpad(gx, self.padding)


class AdaptiveAvgPool2d(Function):
    """The means of a grid of (OH, OW) cells that cover the image, whatever its size.

    Cell i of an axis of H pixels reaches from floor(i H / OH) to ceil((i + 1) H / OH); cells may overlap by
    a pixel.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)
    """

    def forward(self, x, size=(1, 1)):
        """x: (N, C, H, W) -> (N, C, OH, OW)."""
        # As a matrix product with one row of equal weights a cell; a 1 x 1 grid is the mean over the image.
        self.rows = cells(x.shape[2], size[0], x.dtype)  # (OH, H)
        self.columns = cells(x.shape[3], size[1], x.dtype)  # (OW, W)
        return self.rows @ x @ self.columns.T

    def backward(self, g):
        """g: (N, C, OH, OW) -> the gradient of x."""
        return self.rows.T @ g @ self.columns


def cells(size: int, parts: int, dtype) -> np.ndarray:
    """Return the weights that average an axis into cells: (parts, size), each row sums to 1."""
    weights = np.zeros((parts, size), dtype=dtype)
    for i in range(parts):
        start, end = i * size // parts, -(-(i + 1) * size // parts)
        weights[i, start:end] = 1 / (end - start)
    return weights


def _unpad(g, padding):
    """Cut the border off again."""
    top, left = padding
    return g[:, :, top : g.shape[2] - top, left : g.shape[3] - left]
