"""Smooth relatives of ReLU, and its other variants."""

import math

import numpy as np

from rung.scratch.function import Function
from rung.scratch.ops.activation import sigmoid


class PReLU(Function):
    """x where x > 0, else slope * x, with a slope that is learned.

    dL/dx = g where x > 0, else slope g          dL/dslope = g x where x <= 0, else 0
    """

    def forward(self, x, slope):
        """x: (...), slope: of a shape that broadcasts to x's -> (...)."""
        self.x, self.slope = x, slope
        return np.maximum(x, 0) + slope * np.minimum(x, 0)

    def backward(self, g):
        """g: (...) -> the gradients of x and slope."""
        return g * np.where(self.x > 0, 1, self.slope).astype(g.dtype), g * np.minimum(self.x, 0)


class ELU(Function):
    """x where x > 0, else alpha (e^x - 1): smooth, and negative for negative x.

    dy/dx = 1 where x > 0, else alpha e^x
    """

    def forward(self, x, alpha=1.0):
        """x: (...) -> (...). alpha: minus the value far on the left, unitless."""
        self.alpha, self.x = alpha, x
        self.below = alpha * np.expm1(np.minimum(x, 0))  # (...), 0 where x > 0
        return np.maximum(x, 0) + self.below

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return np.where(self.x > 0, g, g * (self.below + self.alpha))


class SELU(Function):
    """scale * ELU(x), with the two constants for which mean 0 and variance 1 are kept from layer to layer.

        dy/dx = scale where x > 0, else scale alpha e^x

    Source:
        klambauer2017selu, eq. 14.
    """

    alpha, scale = 1.6732632423543772, 1.0507009873554805

    def forward(self, x):
        """x: (...) -> (...)."""
        self.x = x
        self.below = self.scale * self.alpha * np.expm1(np.minimum(x, 0))  # (...), 0 where x > 0
        return self.scale * np.maximum(x, 0) + self.below

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return np.where(self.x > 0, self.scale * g, g * (self.below + self.scale * self.alpha))


class SiLU(Function):
    """x sigmoid(x), also called swish.

    dy/dx = s + x s (1 - s)          s = sigmoid(x)
    """

    def forward(self, x):
        """x: (...) -> (...)."""
        self.x, self.s = x, sigmoid(x)
        return x * self.s

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * self.s * (1 + self.x * (1 - self.s))


class Softplus(Function):
    """log(1 + e^(beta x)) / beta: ReLU with its corner rounded.

    dy/dx = sigmoid(beta x)
    """

    def forward(self, x, beta=1.0):
        """x: (...) -> (...). beta: how sharp the corner is. max(z, 0) + log(1 + e^-|z|) cannot overflow."""
        self.z, z = beta * x, beta * x
        return (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))) / beta

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * sigmoid(self.z)


class Hardtanh(Function):
    """x held between low and high: a tanh of straight lines.

    dy/dx = 1 where low < x < high, else 0
    """

    def forward(self, x, low=-1.0, high=1.0):
        """x: (...) -> (...)."""
        self.open = (x > low) & (x < high)
        return np.clip(x, low, high)

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * self.open


class GELU(Function):
    """x times the probability that a standard normal number is below x.

        y = x P(x)          dy/dx = P(x) + x p(x)
        P(x) = (1 + erf(x / sqrt 2)) / 2          p(x) = e^(-x^2/2) / sqrt(2 pi)

    Source:
        hendrycks2016gelu, section 2.
    """

    def forward(self, x):
        """x: (...) -> (...)."""
        self.x = x
        self.below = 0.5 * (1 + erf(x * math.sqrt(0.5)))
        return x * self.below

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        density = np.exp(-0.5 * self.x**2) * (1 / math.sqrt(2 * math.pi))
        return g * (self.below + self.x * density)


class GELUTanh(Function):
    """GELU with tanh in place of erf, as GPT-2 has it: off by at most 0.0005.

        y = x (1 + t) / 2          t = tanh(u),   u = sqrt(2/pi) (x + 0.044715 x^3)
        dy/dx = (1 + t) / 2 + x (1 - t^2) u' / 2          u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2)

    Source:
        hendrycks2016gelu, section 2, the approximation.
    """

    def forward(self, x):
        """x: (...) -> (...). The derivative is made here too: backward is one product."""
        c = math.sqrt(2 / math.pi)
        square = x * x
        t = np.tanh(c * x * (1 + 0.044715 * square))
        self.slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (c * (1 + 3 * 0.044715 * square))
        return 0.5 * x * (1 + t)

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * self.slope


STEP, EDGE = 1 / 64, 6.0  # beyond 6, erf is 1 to the last bit
GRID = np.arange(-EDGE, EDGE + STEP, STEP)
ERF_GRID = np.array([math.erf(x) for x in GRID])
SLOPE_GRID = 2 / math.sqrt(math.pi) * np.exp(-GRID * GRID)


def erf(x):
    """Return the error function, which NumPy does not have, exact to the last bits of x's dtype.

    A table of exact values every 1/64, and from the nearest one the Taylor series:
    erf(a + d) = erf(a) + erf'(a) (d - a d^2 + (4a^2 - 2) d^3/6 - ...).
    """
    x = np.clip(x, -EDGE, EDGE)
    i = np.rint((x + EDGE) * (1 / STEP)).astype(np.intp)
    a = GRID.astype(x.dtype)[i]
    d = x - a  # at most 1/128
    # Coefficients of the series: (-1)^n H_n(a) / (n + 1)!, by the recurrence of the Hermite polynomials.
    h_before, h, power, factorial = np.ones_like(a), 2 * a, d, 1
    series = d.copy()
    for n in range(1, 7 if x.dtype == np.float64 else 3):
        power, factorial = power * -d, factorial * (n + 1)
        series += h * power / factorial
        h_before, h = h, 2 * a * h - 2 * n * h_before
    return ERF_GRID.astype(x.dtype)[i] + SLOPE_GRID.astype(x.dtype)[i] * series
