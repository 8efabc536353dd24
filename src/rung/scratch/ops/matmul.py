"""The matrix product, with leading axes that broadcast."""

import numpy as np

from rung.scratch.function import Function


class MatMul(Function):
    """a @ b.    dL/da = g b^T,    dL/db = a^T g.

    Shape:
        a (..., n, k), b (..., k, m) -> (..., n, m); a vector is a row on the left, a column on the right.
    """

    def forward(self, a, b):
        """a: (..., n, k), b: (..., k, m) -> (..., n, m)."""
        self.a, self.b = a, b
        return a @ b

    def backward(self, g):
        """g: (..., n, m) -> the gradients of a and of b."""
        a, b = self.a, self.b
        row, column = a.ndim == 1, b.ndim == 1
        a = a[None, :] if row else a  # (..., n, k)
        b = b[:, None] if column else b  # (..., k, m)
        g = np.expand_dims(g, -1) if column else g
        g = np.expand_dims(g, -2) if row else g  # (..., n, m)
        ga = gb = None
        if self.needs[0]:
            ga = g @ b.swapaxes(-1, -2)  # (..., n, k); the engine sums a row's extra axes away
        if self.needs[1]:
            gb = a.swapaxes(-1, -2) @ g
            gb = gb[..., 0] if column else gb
        return ga, gb
