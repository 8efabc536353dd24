"""Activations as layers."""

from __future__ import annotations

from rung.scratch.nn import functional as F
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor


class Activation(Module):
    """What the activations share: they print their settings.

    Attributes:
        settings: the names of the attributes to print.
    """

    abstract = True
    settings: tuple[str, ...] = ()

    def extra_repr(self) -> str:
        """Return the settings."""
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)


class ReLU(Activation):
    """Return max(x, 0), element by element."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.relu(x)


class LeakyReLU(Activation):
    """Return x where x > 0, else negative_slope * x.

    Args:
        negative_slope: the slope on the negative side, unitless.
    """

    settings = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.leaky_relu(x, self.negative_slope)


class PReLU(Activation):
    """Return x where x > 0, else weight * x, with a weight that is learned.

    Args:
        num_parameters: 1, or one slope for each channel (axis 1).
        init: the first slope.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        self.weight = Parameter([init] * num_parameters)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, ...) -> (N, C, ...)."""
        return F.prelu(x, self.weight)

    def extra_repr(self) -> str:
        """Return the number of slopes."""
        return f"num_parameters={self.weight.numel()}"


class ELU(Activation):
    """Return x where x > 0, else alpha (e^x - 1).

    Args:
        alpha: minus the value far on the left, unitless.
    """

    settings = ("alpha",)

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.elu(x, self.alpha)


class SELU(Activation):
    """Return ELU with the scales that keep mean 0 and variance 1 from layer to layer."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.selu(x)


class GELU(Activation):
    """Return x times the chance that a standard normal number is below x.

    Args:
        approximate: "none" for the exact form, "tanh" for GPT-2's quicker one.
    """

    settings = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.gelu(x, self.approximate)


class SiLU(Activation):
    """Return x sigmoid(x), also called swish."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.silu(x)


class Softplus(Activation):
    """Return log(1 + e^(beta x)) / beta, a ReLU with its corner rounded.

    Args:
        beta: how sharp the corner is, unitless.
    """

    settings = ("beta",)

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        self.beta = beta

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.softplus(x, self.beta)


class Hardtanh(Activation):
    """Return x held between min_val and max_val.

    Args:
        min_val: the lower end, in the units of x.
        max_val: the upper end, in the units of x.
    """

    settings = (
        "min_val",
        "max_val",
    )

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        super().__init__()
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.hardtanh(x, self.min_val, self.max_val)


class Sigmoid(Activation):
    """Return 1 / (1 + e^-x), element by element."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.sigmoid(x)


class Tanh(Activation):
    """Return the hyperbolic tangent, element by element."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.tanh(x)


class Softmax(Activation):
    """Turn scores into probabilities along `dim`.

    Args:
        dim: the axis along which they sum to 1.
    """

    settings = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.softmax(x, self.dim)


class LogSoftmax(Activation):
    """Return the logarithm of softmax along `dim`.

    Args:
        dim: the axis along which the probabilities sum to 1.
    """

    settings = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.log_softmax(x, self.dim)
