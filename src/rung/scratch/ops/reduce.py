"""Reductions: many numbers into one, along some axes."""

from typing import Any

import numpy as np

from rung.scratch.function import Function


class Sum(Function):
    """The sum along `dim`. Every number it added gets the gradient of the sum."""

    def forward(self, x, dim=None, keepdim=False):
        self.shape, self.dim, self.keepdim = x.shape, dim, keepdim
        return x.sum(axis=dim, keepdims=keepdim)

    def backward(self, g):
        return spread(g, self.shape, self.dim, self.keepdim)


class Mean(Function):
    """The mean along `dim`. Every number gets the gradient divided by their count."""

    def forward(self, x, dim=None, keepdim=False):
        self.shape, self.dim, self.keepdim = x.shape, dim, keepdim
        y = x.mean(axis=dim, keepdims=keepdim)
        self.count = x.size // max(y.size, 1)
        return y

    def backward(self, g):
        return spread(g / self.count, self.shape, self.dim, self.keepdim)


class Var(Function):
    """The variance along `dim`: the mean squared distance from the mean, in two passes.

        var = sum (x - mean)^2 / (n - correction)          dx = 2 (x - mean) / (n - correction) * g

    E[x^2] - E[x]^2 would take one pass and lose every digit when the mean is large.
    """

    def forward(self, x, dim=None, correction=1, keepdim=False):
        self.dim, self.keepdim = dim, keepdim
        self.centred = x - x.mean(axis=dim, keepdims=True)
        y = (self.centred**2).sum(axis=dim, keepdims=keepdim)
        self.freedom = x.size // max(y.size, 1) - correction
        return y / self.freedom

    def backward(self, g):
        return spread(g, self.centred.shape, self.dim, self.keepdim) * self.centred * (2 / self.freedom)


class Extreme(Function):
    """The largest (or smallest) along `dim`; those that tie share its gradient, as in PyTorch's amax."""

    abstract = True
    pick: Any = staticmethod(np.max)

    def forward(self, x, dim=None, keepdim=False):
        self.dim, self.keepdim = dim, keepdim
        y = self.pick(x, axis=dim, keepdims=True)
        ties = x == y
        self.share = ties / ties.sum(axis=dim, keepdims=True, dtype=x.dtype)
        return y if keepdim else np.squeeze(y, axis=dim)

    def backward(self, g):
        return spread(g, self.share.shape, self.dim, self.keepdim) * self.share


class Amax(Extreme):
    """The largest along `dim`."""


class Amin(Extreme):
    """The smallest along `dim`."""

    pick = staticmethod(np.min)


class Prod(Function):
    """The product along one axis, or of all numbers. Each factor's gradient is the product of the others.

    The others are multiplied, not divided out, so that a factor of 0 does no harm.
    """

    def forward(self, x, dim=None, keepdim=False):
        self.x, self.dim, self.keepdim = x, dim, keepdim
        return x.prod(axis=dim, keepdims=keepdim)

    def backward(self, g):
        x = self.x.reshape(-1) if self.dim is None else np.moveaxis(self.x, self.dim, -1)  # (..., n)
        one = np.ones((*x.shape[:-1], 1), dtype=x.dtype)
        before = np.cumprod(np.concatenate([one, x[..., :-1]], axis=-1), axis=-1)  # (..., n)
        after = np.cumprod(np.concatenate([one, x[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]  # (..., n)
        others = before * after  # (..., n)
        others = others.reshape(self.x.shape) if self.dim is None else np.moveaxis(others, -1, self.dim)
        return spread(g, self.x.shape, self.dim, self.keepdim) * others


class LogSumExp(Function):
    """log sum e^x along `dim`, a smooth maximum; the largest is taken out first so that exp cannot overflow.

    dx = softmax(x) * g
    """

    def forward(self, x, dim, keepdim=False):
        self.dim, self.keepdim = dim, keepdim
        top = x.max(axis=dim, keepdims=True)
        exp = np.exp(x - top)
        total = exp.sum(axis=dim, keepdims=True)
        self.softmax = exp / total
        y = top + np.log(total)
        return y if keepdim else np.squeeze(y, axis=dim)

    def backward(self, g):
        return spread(g, self.softmax.shape, self.dim, self.keepdim) * self.softmax


class Norm(Function):
    """The length of the vectors along `dim`: y = (sum |x|^p)^(1/p), for p of 1 or more.

    dx = sign(x) (|x| / y)^(p-1) g, and 0 for a vector of length 0
    """

    def forward(self, x, p, dim=None, keepdim=False):
        self.x, self.p, self.dim, self.keepdim = x, p, dim, keepdim
        size = np.abs(x)
        self.y = (size**p).sum(axis=dim, keepdims=True) ** (1 / p)
        return self.y if keepdim else np.squeeze(self.y, axis=dim)

    def backward(self, g):
        share = np.abs(self.x) / np.where(self.y > 0, self.y, 1)  # |x| / y, and 0 where y is 0
        return spread(g, self.x.shape, self.dim, self.keepdim) * np.sign(self.x) * share ** (self.p - 1)


class CumSum(Function):
    """The running sum along `dim`. A number is in every sum from its place on: backward sums from the end."""

    def forward(self, x, dim):
        self.dim = dim
        return np.cumsum(x, axis=dim, dtype=x.dtype)

    def backward(self, g):
        return np.flip(np.cumsum(np.flip(g, self.dim), axis=self.dim, dtype=g.dtype), self.dim)


def spread(g, shape, dim, keepdim):
    """Give every number that a reduction along `dim` met the gradient of its result (a read-only view)."""
    if dim is not None and not keepdim:
        g = np.expand_dims(g, dim)
    return np.broadcast_to(g, shape)
