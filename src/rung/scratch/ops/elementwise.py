"""Arithmetic, element by element. Broadcasting is undone by the engine, so no backward mentions it."""

import numpy as np

from rung.scratch.function import Function


class Add(Function):
    """a + b. The gradient goes to both, unchanged."""

    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return g, g


class Sub(Function):
    """a - b."""

    def forward(self, a, b):
        return a - b

    def backward(self, g):
        return g, -g if self.needs[1] else None


class Mul(Function):
    """a * b. Each factor's gradient is scaled by the other factor."""

    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, g):
        return g * self.b if self.needs[0] else None, g * self.a if self.needs[1] else None


class Div(Function):
    """a / b.    d(a/b)/da = 1/b,    d(a/b)/db = -a/b^2."""

    def forward(self, a, b):
        self.b = b
        self.y = a / b
        return self.y

    def backward(self, g):
        ga = g / self.b
        return ga, -ga * self.y if self.needs[1] else None


class Neg(Function):
    """-x."""

    def forward(self, x):
        return -x

    def backward(self, g):
        return -g


class Pow(Function):
    """a ** b.    d/da = b a^(b-1),    d/db = a^b ln a, taken as 0 where a is 0."""

    def forward(self, a, b):
        self.a, self.b = a, b
        self.y = a**b
        return self.y

    def backward(self, g):
        a, b = self.a, self.b
        ga = gb = None
        if self.needs[0]:
            ga = g * b * a ** np.where(b == 0, 1, b - 1).astype(a.dtype)  # x^0 is constant, also at x = 0
        if self.needs[1]:
            gb = g * self.y * np.log(np.where(a > 0, a, 1))
        return ga, gb


class Exp(Function):
    """e^x, its own derivative."""

    def forward(self, x):
        self.y = np.exp(x)
        return self.y

    def backward(self, g):
        return g * self.y


class Log(Function):
    """ln x.    d/dx = 1/x."""

    def forward(self, x):
        self.x = x
        return np.log(x)

    def backward(self, g):
        return g / self.x


class Sqrt(Function):
    """The square root.    d/dx = 1 / (2 sqrt x)."""

    def forward(self, x):
        self.y = np.sqrt(x)
        return self.y

    def backward(self, g):
        return g / (2 * self.y)


class Square(Function):
    """x^2.    d/dx = 2x."""

    def forward(self, x):
        self.x = x
        return x * x

    def backward(self, g):
        return 2 * g * self.x


class Abs(Function):
    """|x|.    d/dx = sign(x), taken as 0 at x = 0."""

    def forward(self, x):
        self.x = x
        return np.abs(x)

    def backward(self, g):
        return g * np.sign(self.x)


class Sin(Function):
    """sin x, x in radians."""

    def forward(self, x):
        self.x = x
        return np.sin(x)

    def backward(self, g):
        return g * np.cos(self.x)


class Cos(Function):
    """cos x, x in radians."""

    def forward(self, x):
        self.x = x
        return np.cos(x)

    def backward(self, g):
        return -g * np.sin(self.x)


class Log1p(Function):
    """ln(1 + x), exact also where x is so small that 1 + x would round to 1.    d/dx = 1 / (1 + x)."""

    def forward(self, x):
        self.x = x
        return np.log1p(x)

    def backward(self, g):
        return g / (1 + self.x)


class Maximum(Function):
    """The larger of a and b; where they are equal, each gets half of the gradient."""

    def forward(self, a, b):
        self.share = 0.5 * (
            (a > b).astype(a.dtype) + (a >= b)
        )  # 1 where a wins, 1/2 at a tie, 0 where b wins
        return np.maximum(a, b)

    def backward(self, g):
        return g * self.share, g * (1 - self.share)


class Minimum(Function):
    """The smaller of a and b; where they are equal, each gets half of the gradient."""

    def forward(self, a, b):
        self.share = 0.5 * ((a < b).astype(a.dtype) + (a <= b))
        return np.minimum(a, b)

    def backward(self, g):
        return g * self.share, g * (1 - self.share)


class Clip(Function):
    """x held between low and high; None leaves a side open. The gradient passes within, bounds included."""

    def forward(self, x, low=None, high=None):
        y = np.clip(x, low, high)
        self.within = y == x
        return y

    def backward(self, g):
        return g * self.within


class Where(Function):
    """a where the condition holds, b elsewhere; each gets the gradient of the places it filled."""

    def forward(self, condition, a, b):
        self.condition = condition
        return np.where(condition, a, b)

    def backward(self, g):
        zero = np.zeros((), dtype=g.dtype)
        return None, np.where(self.condition, g, zero), np.where(self.condition, zero, g)


class Cast(Function):
    """The same numbers in another dtype; the gradient is cast back."""

    def forward(self, x, dtype):
        self.dtype = x.dtype
        return x.astype(dtype)

    def backward(self, g):
        return g.astype(self.dtype)


class Clone(Function):
    """A copy."""

    def forward(self, x):
        return x.copy(order="C")

    def backward(self, g):
        return g
