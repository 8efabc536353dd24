"""Linear and Bilinear: layers of weighted sums."""

from __future__ import annotations

from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor


class Linear(Module):
    """Compute y = x W^T + b.

    Args:
        in_features: how many numbers go in.
        out_features: how many come out.
        bias: whether to add b.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (..., in_features) -> (..., out_features).
        weight (out_features, in_features).   bias (out_features,).

    Raises:
        ShapeError: the last axis of x is not in_features.

    Cost:
        2 in out flops for each row of x; keeps x for backward.

    Source:
        Weights and bias start uniform in +-1 / sqrt(in_features), as in PyTorch.

    Example:
        >>> layer = Linear(3, 2, rng=0)
        >>> layer(Tensor([[1.0, 2.0, 3.0]])).shape
        (1, 2)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, rng: init.Rng = None) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.in_features, self.out_features = in_features, out_features
        bound = in_features**-0.5 if in_features else 0.0
        self.weight = Parameter(init.uniform((out_features, in_features), -bound, bound, rng))
        self.register_parameter(
            "bias", Parameter(init.uniform((out_features,), -bound, bound, rng)) if bias else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., in_features) -> (..., out_features)."""
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class Bilinear(Module):
    """Compute y_o = x1^T W_o x2 + b_o: every output weighs every pair of inputs.

    Args:
        in1_features: how many numbers x1 has.
        in2_features: how many numbers x2 has.
        out_features: how many come out.
        bias: whether to add b.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x1 (..., in1), x2 (..., in2) -> (..., out).   weight (out, in1, in2).   bias (out,).

    Raises:
        ShapeError: the sizes do not fit.

    Cost:
        about 2 out in1 in2 flops for each row.
    """

    def __init__(
        self, in1_features: int, in2_features: int, out_features: int, bias: bool = True, rng: init.Rng = None
    ) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        bound = in1_features**-0.5 if in1_features else 0.0
        self.weight = Parameter(init.uniform((out_features, in1_features, in2_features), -bound, bound, rng))
        self.register_parameter(
            "bias", Parameter(init.uniform((out_features,), -bound, bound, rng)) if bias else None
        )

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """x1: (..., in1), x2: (..., in2) -> (..., out)."""
        return F.bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        sizes = f"in1_features={self.in1_features}, in2_features={self.in2_features}"
        return f"{sizes}, out_features={self.out_features}, bias={self.bias is not None}"
