"""Activations as functions."""

from __future__ import annotations

from rung.scratch import ops
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.tensor import Tensor, apply


def relu(x: Tensor) -> Tensor:
    """Return max(x, 0)."""
    return apply(ops.ReLU, x)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Return x where x > 0, else negative_slope * x."""
    return apply(ops.LeakyReLU, x, slope=negative_slope)


def prelu(x: Tensor, weight: Tensor) -> Tensor:
    """Return x where x > 0, else weight * x.

    Shape:
        x (N, C, ...) or (C,) or (N,), weight (1,) or (C,) -> that of x

    Raises:
        ShapeError: the weight has neither one number nor one for each channel.
    """
    channels = x.shape[1] if x.ndim > 1 else 1
    if weight.data.size not in (1, channels):
        raise ShapeError(
            f"prelu: x has shape {x.shape}, the weight {weight.shape}.",
            rule=f"There is one slope for all, or one for each channel (axis 1), {channels}.",
        )
    return apply(ops.PReLU, x, weight.reshape(-1, *[1] * (x.ndim - 2)) if x.ndim > 2 else weight)


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """Return x where x > 0, else alpha (e^x - 1)."""
    return apply(ops.ELU, x, alpha=alpha)


def selu(x: Tensor) -> Tensor:
    """Return ELU with the scales that keep mean 0 and variance 1."""
    return apply(ops.SELU, x)


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """Return x times the probability that a standard normal number is below x.

    Args:
        x: any shape.
        approximate: "none" for the exact form, "tanh" for GPT-2's quicker one.

    Raises:
        SettingError: approximate is something else.
    """
    if approximate not in ("none", "tanh"):
        raise SettingError(f"gelu: approximate is {approximate!r}.", rule='It is "none" or "tanh".')
    return apply(ops.GELU if approximate == "none" else ops.GELUTanh, x)


def silu(x: Tensor) -> Tensor:
    """Return x sigmoid(x)."""
    return apply(ops.SiLU, x)


def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    """Return log(1 + e^(beta x)) / beta, a rounded ReLU."""
    return apply(ops.Softplus, x, beta=beta)


def hardtanh(x: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Return x held between min_val and max_val; the gradient at the two ends is 0, unlike clip's."""
    return apply(ops.Hardtanh, x, low=min_val, high=max_val)


def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x)."""
    return apply(ops.Sigmoid, x)


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent."""
    return apply(ops.Tanh, x)


def softmax(x: Tensor, dim: int = -1) -> Tensor:
    """Turn scores into probabilities along `dim`."""
    return apply(ops.Softmax, x, dim=dim)


def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    """Return the logarithm of softmax along `dim`."""
    return apply(ops.LogSoftmax, x, dim=dim)
