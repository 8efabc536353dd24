"""Linear and bilinear maps as functions."""

from __future__ import annotations

import math

from rung.scratch import ops
from rung.scratch.errors import ShapeError
from rung.scratch.joining import einsum
from rung.scratch.tensor import Tensor, apply


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x W^T + b.

    Shape:
        x (..., in), weight (out, in), bias (out,) -> (..., out)

    Raises:
        ShapeError: the last axis of x is not the layer's in_features.
    """
    shape, features = x.data.shape, weight.data.shape[1]
    if not shape or shape[-1] != features:
        found = shape[-1] if shape else 1
        raise ShapeError(
            f"linear: x has shape {shape}, the layer takes (..., {features}).",
            rule=f"The last axis of x must have the layer's in_features, {features}.",
            fix="flatten the images first: x.flatten(1)?" if len(shape) > 2 else f"Linear({found}, ...)?",
        )
    if len(shape) == 2:
        return apply(ops.Linear, x, weight, bias)
    rows = x.reshape(math.prod(shape[:-1]), features)  # (N, in), whatever stood in front
    return apply(ops.Linear, rows, weight, bias).reshape(*shape[:-1], weight.shape[0])


def bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return y_o = x1^T W_o x2 + b_o: every output weighs every pair of inputs.

    Shape:
        x1 (..., in1), x2 (..., in2), weight (out, in1, in2), bias (out,) -> (..., out)

    Raises:
        ShapeError: the sizes do not fit.
    """
    if x1.shape[:-1] != x2.shape[:-1] or (x1.shape[-1], x2.shape[-1]) != weight.shape[1:]:
        raise ShapeError(
            f"bilinear: x1 has shape {x1.shape}, x2 {x2.shape}, the weight {weight.shape}.",
            rule="The weight is (out, in1, in2), x1 is (..., in1) and x2 is (..., in2), alike in front.",
        )
    y = einsum("...i,oij,...j->...o", x1, weight, x2)  # (..., out)
    return y if bias is None else y + bias
