"""Functions of several tensors at once: joining, choosing, Einstein summation; by PyTorch's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import ShapeError
from rung.scratch.tensor import Tensor, apply


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along an axis they have.

    Raises:
        ShapeError: there are none, or they differ along another axis than `dim`.
    """
    _alike("cat", tensors, dim)
    return apply(ops.Cat, *tensors, dim=dim)


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new axis.

    Raises:
        ShapeError: there are none, or their shapes differ.
    """
    _alike("stack", tensors, None)
    return apply(ops.Stack, *tensors, dim=dim)


def where(condition: Any, a: Any, b: Any) -> Tensor:
    """Take a where the condition holds and b elsewhere."""
    condition = condition.data if isinstance(condition, Tensor) else np.asarray(condition)
    if not isinstance(a, Tensor):
        return (
            b.masked_fill(condition, a)
            if isinstance(b, Tensor) and np.ndim(a) == 0
            else Tensor(a).where(condition, b)
        )
    return a.where(condition, b)


def einsum(equation: str, *tensors: Tensor) -> Tensor:
    """Return the sum that the equation describes: "ij,jk->ik" is the matrix product.

    Raises:
        ShapeError: the equation and the tensors do not fit.

    Example:
        >>> x = Tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> einsum("ij->j", x)
        tensor([4., 6.])
    """
    try:
        return apply(ops.Einsum, *tensors, equation=equation)
    except ValueError as error:
        raise ShapeError(
            f"einsum: {equation!r} does not fit the shapes {[t.shape for t in tensors]}.",
            rule="Each term has a letter for each axis, and one letter has one length throughout.",
        ) from error


def maximum(a: Tensor, b: Any) -> Tensor:
    """Return the larger of the two, element by element."""
    return a.maximum(b)


def minimum(a: Tensor, b: Any) -> Tensor:
    """Return the smaller of the two, element by element."""
    return a.minimum(b)


def pad(x: Tensor, widths: Sequence[tuple[int, int]], value: float = 0.0) -> Tensor:
    """Put a border around: (before, after) for each axis, in the order of the axes, as np.pad has it."""
    return apply(ops.Pad, x, widths=tuple(widths), value=value)


def _alike(name: str, tensors: Sequence[Tensor], dim: int | None) -> None:
    """Refuse tensors whose shapes differ in another place than `dim`."""
    shapes = [list(t.shape) for t in tensors]
    if (
        shapes
        and dim is not None
        and len({len(s) for s in shapes}) == 1
        and -len(shapes[0]) <= dim < len(shapes[0])
    ):
        for s in shapes:
            s[dim] = -1
    if not shapes or any(s != shapes[0] for s in shapes):
        raise ShapeError(
            f"{name}: the shapes are {[t.shape for t in tensors]}.",
            rule="All shapes must be equal" + (f", but for axis {dim}." if dim is not None else "."),
        )
