"""Attention: every query takes a weighted mean of the values, weighted by how well the keys match it."""

from __future__ import annotations

import numpy as np

from rung.scratch.function import Function


class Attention(Function):
    """Scaled dot-product attention.

        P = softmax(q k^T / sqrt(d) + mask)          y = P v

        dv = P^T g          dS = P (g v^T - rowsum(g y)) / sqrt(d)          dq = dS k          dk = dS^T q

    The row sum of g v^T * P is the row sum of g * y, which is smaller: (T, d) in place of (T, S).

    Shape:
        q (..., T, d), k (..., S, d), v (..., S, e), mask that broadcasts to (..., T, S) -> (..., T, e)

    Cost:
        about 2 T S (d + e) flops a head forward, twice that backward; keeps P, T S numbers a head.

    Source: vaswani2017attention, eq. 1. Here: a mask of -inf where a query may not look.
    """

    def forward(self, q, k, v, mask=None, scale=None):
        """q: (..., T, d), k: (..., S, d), v: (..., S, e) -> (..., T, e). Keep the weights P."""
        self.q, self.k, self.v = q, k, v
        self.scale = np.asarray(q.shape[-1] ** -0.5 if scale is None else scale, dtype=q.dtype)
        scores = (q * self.scale) @ k.swapaxes(-1, -2)  # (..., T, S)
        if mask is not None:
            scores = scores + mask
        top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
        # A query that may look nowhere has only -inf: its weights are 0, not nan.
        weights = np.exp(scores - np.where(np.isneginf(top), 0, top))
        total = weights.sum(axis=-1, keepdims=True)
        self.weights = weights / np.where(total == 0, 1, total)  # (..., T, S)
        self.y = self.weights @ v
        return self.y

    def backward(self, g):
        """g: (..., T, e). Return the gradients of q, k and v."""
        dv = self.weights.swapaxes(-1, -2) @ g  # (..., S, e)
        centre = (g * self.y).sum(axis=-1, keepdims=True)  # (..., T, 1)
        ds = self.weights * (g @ self.v.swapaxes(-1, -2) - centre) * self.scale  # (..., T, S)
        return ds @ self.k, ds.swapaxes(-1, -2) @ self.q, dv
