"""Activation functions: what stands between two linear layers so that they are not one."""

import numpy as np

from rung.scratch.function import Function


class ReLU(Function):
    """max(0, x), element by element.

        y = max(0, x)          dy/dx = 1 where x > 0, else 0

    The gradient passes where x > 0 and stops elsewhere (also at x = 0, as in PyTorch).
    """

    def forward(self, x):
        """x: (...) -> (...). Keep what backward will need."""
        self.open = x > 0
        return np.maximum(x, 0)  # not x * open: -inf * 0 is nan

    def backward(self, g):
        """g: the gradient of the output, (...). Return the gradient of x, (...)."""
        return g * self.open


class LeakyReLU(Function):
    """x where x > 0, else slope * x: a ReLU that never closes quite.

    dy/dx = 1 where x > 0, else slope
    """

    def forward(self, x, slope=0.01):
        """x: (...) -> (...). slope: the small gradient on the negative side, unitless."""
        self.gradient = np.where(x > 0, 1, slope).astype(x.dtype)
        return x * self.gradient

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * self.gradient


class Sigmoid(Function):
    """The S-curve from 0 to 1.

    y = 1 / (1 + e^-x)          dy/dx = y (1 - y)
    """

    def forward(self, x):
        """x: (...) -> (...), each in (0, 1)."""
        self.y = sigmoid(x)
        return self.y

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * self.y * (1 - self.y)


class Tanh(Function):
    """The S-curve from -1 to 1.

    y = (e^x - e^-x) / (e^x + e^-x)          dy/dx = 1 - y^2
    """

    def forward(self, x):
        """x: (...) -> (...), each in (-1, 1)."""
        self.y = np.tanh(x)
        return self.y

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * (1 - self.y**2)


class Softmax(Function):
    """Scores into probabilities that are positive and sum to 1 along `dim`.

    y_i = e^x_i / sum_j e^x_j          dL/dx = y (g - sum_j g_j y_j)
    """

    def forward(self, x, dim=-1):
        """x: (...) scores -> (...) probabilities. The largest is taken off first: exp cannot overflow."""
        self.dim = dim
        e = np.exp(x - x.max(axis=dim, keepdims=True))
        self.y = e / e.sum(axis=dim, keepdims=True)
        return self.y

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return self.y * (g - (g * self.y).sum(axis=self.dim, keepdims=True))


class LogSoftmax(Function):
    """The logarithm of softmax, computed without ever taking the logarithm of a rounded 0.

    y_i = x_i - log sum_j e^x_j          dL/dx = g - softmax(x) sum_j g_j
    """

    def forward(self, x, dim=-1):
        """x: (...) scores -> (...) log-probabilities, each at most 0."""
        self.dim = dim
        shifted = x - x.max(axis=dim, keepdims=True)
        self.y = shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))
        return self.y

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g - np.exp(self.y) * g.sum(axis=self.dim, keepdims=True)


def sigmoid(x):
    """Return 1 / (1 + e^-x), written as e^min(x, 0) / (1 + e^-|x|), where no exponent is above 0."""
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
