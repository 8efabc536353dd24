"""The methods of a Tensor, by PyTorch's names: mathematics and reductions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import ShapeError
from rung.scratch.shaping import Dim, Shaping

if TYPE_CHECKING:
    from rung.scratch.tensor import Tensor


Number = float  # within the class, `float` is a method


class Extremes(NamedTuple):
    """The largest or smallest numbers along an axis, and where they stand."""

    values: Tensor
    indices: Tensor


class Methods(Shaping):
    """What a Tensor can be asked; each method is one line over a Function of `ops`."""

    __slots__ = ()

    def to(self, dtype: Any) -> Tensor:
        """Return the numbers in another dtype."""
        raise NotImplementedError

    # -- what it is -----------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def dtype(self) -> np.dtype:
        """The kind of number, as NumPy names it."""
        return self.data.dtype

    def dim(self) -> int:
        """Return the number of axes."""
        return self.data.ndim

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the length of one axis."""
        return self.data.shape if dim is None else self.data.shape[dim]

    def numel(self) -> int:
        """Return how many numbers there are."""
        return self.data.size

    def item(self) -> Any:
        """Return the single number as a Python number."""
        if self.data.size != 1:
            raise ShapeError(
                f"item() of a tensor of shape {self.shape}.",
                rule="Only a tensor with one number has an item.",
                fix="reduce it first, or use tolist().",
            )
        return self.data.item()

    def numpy(self) -> np.ndarray:
        """Return the NumPy array itself (shared, not copied)."""
        return self.data

    def tolist(self) -> Any:
        """Return nested Python lists."""
        return self.data.tolist()

    def as_float(self) -> Tensor:
        """Return this tensor if it holds floats, else its numbers as float32."""
        return self.to(self.data.dtype if self.data.dtype.kind == "f" else np.float32)

    def double(self) -> Tensor:
        """Return the numbers as float64."""
        return self.to(np.float64)

    def float(self) -> Tensor:
        """Return the numbers as float32."""
        return self.to(np.float32)

    def long(self) -> Tensor:
        """Return the numbers as whole numbers (int64), cut towards 0."""
        return self._operand(self.data.astype(np.int64))

    # -- mathematics, element by element --------------------------------------------------------------------

    def add(self, other: Any) -> Tensor:
        """Return self + other."""
        return self._binary(ops.Add, other)

    def sub(self, other: Any) -> Tensor:
        """Return self - other."""
        return self._binary(ops.Sub, other)

    def mul(self, other: Any) -> Tensor:
        """Return self * other, element by element."""
        return self._binary(ops.Mul, other)

    def div(self, other: Any) -> Tensor:
        """Return self / other; whole numbers are divided as floats."""
        return self.as_float()._binary(ops.Div, other)

    def pow(self, exponent: Any) -> Tensor:
        """Return self ** exponent."""
        if isinstance(exponent, (int, float)) and exponent == 2:
            return self._apply(ops.Square)  # many times as fast as a general power
        return self._binary(ops.Pow, exponent)

    def neg(self) -> Tensor:
        """Return -self."""
        return self._apply(ops.Neg)

    def exp(self) -> Tensor:
        """Return e to the power of each number."""
        return self._apply(ops.Exp)

    def log(self) -> Tensor:
        """Return the natural logarithm of each number."""
        return self._apply(ops.Log)

    def sqrt(self) -> Tensor:
        """Return the square root of each number."""
        return self._apply(ops.Sqrt)

    def square(self) -> Tensor:
        """Return the square of each number."""
        return self._apply(ops.Square)

    def abs(self) -> Tensor:
        """Return each number without its sign; the gradient at 0 is 0."""
        return self._apply(ops.Abs)

    def log1p(self) -> Tensor:
        """Return ln(1 + x), exact for tiny x too."""
        return self._apply(ops.Log1p)

    def reciprocal(self) -> Tensor:
        """Return 1 / x."""
        return self._binary(ops.Div, 1, swapped=True)

    def rsqrt(self) -> Tensor:
        """Return 1 / sqrt(x)."""
        return self._binary(ops.Pow, -0.5)

    def maximum(self, other: Any) -> Tensor:
        """Return the larger of the two, element by element; at a tie each gets half of the gradient."""
        return self._binary(ops.Maximum, other)

    def minimum(self, other: Any) -> Tensor:
        """Return the smaller of the two, element by element; at a tie each gets half of the gradient."""
        return self._binary(ops.Minimum, other)

    def clip(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Hold each number between min and max; None leaves that side open."""
        return self._apply(ops.Clip, low=min, high=max)

    clamp = clip

    def sin(self) -> Tensor:
        """Return the sine of each number (radians)."""
        return self._apply(ops.Sin)

    def cos(self) -> Tensor:
        """Return the cosine of each number (radians)."""
        return self._apply(ops.Cos)

    def relu(self) -> Tensor:
        """Return max(x, 0) of each number."""
        return self._apply(ops.ReLU)

    def sigmoid(self) -> Tensor:
        """Return 1 / (1 + e^-x) of each number."""
        return self._apply(ops.Sigmoid)

    def tanh(self) -> Tensor:
        """Return the hyperbolic tangent of each number."""
        return self._apply(ops.Tanh)

    def softmax(self, dim: int = -1) -> Tensor:
        """Turn scores into probabilities along `dim`."""
        return self._apply(ops.Softmax, dim=dim)

    def log_softmax(self, dim: int = -1) -> Tensor:
        """Return the logarithm of softmax along `dim`, without overflow."""
        return self._apply(ops.LogSoftmax, dim=dim)

    def matmul(self, other: Any) -> Tensor:
        """Return the matrix product; leading axes broadcast, vectors as in NumPy."""
        other = self._operand(other)
        a, b = self.shape, other.shape
        inner = b[-2] if len(b) > 1 else b[-1] if b else None
        if not a or inner is None or a[-1] != inner:
            raise ShapeError(
                f"matmul: inner sizes differ: {a} @ {b}.",
                rule=f"The left's last axis ({a[-1] if a else 'missing'}) must equal the right's "
                f"{'second-to-last' if len(b) > 1 else 'only'} ({'missing' if inner is None else inner}).",
                fix="transpose one of them: x @ w.T?"
                if len(b) > 1 and a and a[-1] == b[-1]
                else "check which axis is which.",
            )
        return self._apply(ops.MatMul, other)

    # -- reductions -----------------------------------------------------------------------------------------

    def sum(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Add up the numbers along `dim` (an axis, several, or all)."""
        return self._apply(ops.Sum, dim=dim, keepdim=keepdim)

    def mean(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return the mean along `dim` (an axis, several, or all)."""
        return self._apply(ops.Mean, dim=dim, keepdim=keepdim)

    def var(self, dim: Dim = None, correction: int = 1, keepdim: bool = False) -> Tensor:
        """Return the variance along `dim`: of a sample (correction 1, divides by n - 1) or of all (0)."""
        return self._apply(ops.Var, dim=dim, correction=correction, keepdim=keepdim)

    def std(self, dim: Dim = None, correction: int = 1, keepdim: bool = False) -> Tensor:
        """Return the standard deviation along `dim`, the square root of `var`."""
        return self.var(dim, correction, keepdim).sqrt()

    def prod(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Multiply the numbers along one axis, or all."""
        return self._apply(ops.Prod, dim=dim, keepdim=keepdim)

    def logsumexp(self, dim: Dim, keepdim: bool = False) -> Tensor:
        """Return log sum e^x along `dim`, without overflow."""
        return self._apply(ops.LogSumExp, dim=dim, keepdim=keepdim)

    def cumsum(self, dim: int) -> Tensor:
        """Return the running sums along `dim`."""
        return self._apply(ops.CumSum, dim=dim)

    def norm(self, p: Number = 2, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return the length of the vectors along `dim`: (sum |x|^p)^(1/p)."""
        return self._apply(ops.Norm, p=p, dim=dim, keepdim=keepdim)

    def amax(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return the largest along `dim`; those that tie for it share the gradient evenly."""
        return self._apply(ops.Amax, dim=dim, keepdim=keepdim)

    def amin(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Return the smallest along `dim`; those that tie for it share the gradient evenly."""
        return self._apply(ops.Amin, dim=dim, keepdim=keepdim)

    def max(self, dim: int | None = None, keepdim: bool = False) -> Any:
        """Return the largest; along `dim`, (values, indices): the one at the index gets the gradient."""
        return self.amax() if dim is None else self._extremes(self.argmax(dim, keepdim=True), dim, keepdim)

    def min(self, dim: int | None = None, keepdim: bool = False) -> Any:
        """Return the smallest; along `dim`, (values, indices): the one at the index gets the gradient."""
        return self.amin() if dim is None else self._extremes(self.argmin(dim, keepdim=True), dim, keepdim)

    def _extremes(self, indices: Tensor, dim: int, keepdim: bool) -> Extremes:
        values = self.gather(dim, indices)
        return Extremes(values, indices) if keepdim else Extremes(values.squeeze(dim), indices.squeeze(dim))

    def isnan(self) -> Tensor:
        """Tell where the numbers are nan."""
        return self._operand(np.isnan(self.data))

    def isfinite(self) -> Tensor:
        """Tell where the numbers are neither nan nor infinite."""
        return self._operand(np.isfinite(self.data))

    def sign(self) -> Tensor:
        """Return -1, 0 or 1; no gradient, for it is flat."""
        return self._operand(np.sign(self.data))

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Return where the largest number stands along `dim` (the first, if there are several)."""
        return self._operand(np.asarray(np.argmax(self.data, axis=dim, keepdims=keepdim)))

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Return where the smallest number stands along `dim` (the first, if there are several)."""
        return self._operand(np.asarray(np.argmin(self.data, axis=dim, keepdims=keepdim)))

    def all(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Tell whether all are true (not 0) along `dim`."""
        return self._operand(np.asarray(np.all(self.data, axis=dim, keepdims=keepdim)))

    def any(self, dim: Dim = None, keepdim: bool = False) -> Tensor:
        """Tell whether one is true (not 0) along `dim`."""
        return self._operand(np.asarray(np.any(self.data, axis=dim, keepdims=keepdim)))
