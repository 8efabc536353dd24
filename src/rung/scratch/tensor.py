"""Tensor: an array that remembers how it was made, so that gradients can find their way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from rung.scratch import ops
from rung.scratch.allocator import keep_freed_memory
from rung.scratch.draw import GraphPicture
from rung.scratch.errors import DoubleBackwardError, DTypeError, GradientError, ShapeError
from rung.scratch.function import Function, current, name_of
from rung.scratch.graph import sweep
from rung.scratch.inplace import InPlace
from rung.scratch.mode import is_grad_enabled as is_grad_enabled
from rung.scratch.mode import mode
from rung.scratch.mode import no_grad as no_grad
from rung.scratch.mode import watch as watch

keep_freed_memory()


def apply(op: type[Function], *inputs: Any, **options: Any) -> Tensor:
    """Run `op`, or what stands for it now, on the inputs, and record the call if a gradient is wanted.

    Args:
        op: a Function class.
        *inputs: Tensors, or what a Tensor can be made from; None for an input that is left out.
        **options: passed to `op.forward` as they are; no gradient flows to them.
    """
    fn, recording = current(op)(), mode.recording
    tensors, arrays, needs = [], [], []  # one loop, since every call of every step comes through here
    for x in inputs:
        t = x if x is None or isinstance(x, Tensor) else Tensor(x)
        tensors.append(t)
        arrays.append(None if t is None else t.data)
        needs.append(recording and t is not None and t.requires_grad)
    fn.needs = tuple(needs)
    out = Tensor(fn.forward(*arrays, **options))
    if out.data.base is not None:
        _share_version(out, tensors)
    if True in needs:
        out.requires_grad, out.fn, out.inputs = True, fn, tuple(tensors)
        fn.versions = tuple([0 if t is None else t.version[0] for t in (*tensors, out)])
    for see in mode.watchers:
        see(op, tuple(tensors), options, out)
    return out


def _share_version(out: Tensor, inputs: Iterable[Tensor | None]) -> None:
    """Let a view count its changes together with the tensor whose memory it shows."""
    for t in inputs:
        if t is not None and (out.data.base is t.data or out.data.base is t.data.base):
            out.version = t.version


class Tensor(InPlace):
    """Hold an array, its gradient, and the call that made it.

    Floats become float32 unless they come as a NumPy array of float64; whole numbers become int64.

    Args:
        data: a number, nested lists, a NumPy array (not copied) or a Tensor (its data, shared).
        requires_grad: whether `backward()` should leave a gradient in `.grad`.

    Attributes:
        data: the NumPy array.
        grad: the gradient that backward() left, a NumPy array of the same shape, or None.
        fn: the Function that made this tensor; None for a leaf.
        inputs: the tensors that `fn` was called with.
        version: how often the numbers were changed in place, in a list of one that views share.
        grad_buffer: where the first gradient is to be written, or None; for optimisers with one flat array.

    Raises:
        GradientError: requires_grad is asked of whole numbers.

    Example:
        >>> w = Tensor([1.0, 2.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> w.grad
        array([2., 4.], dtype=float32)
    """

    __slots__ = (
        "data", "fn", "grad", "grad_buffer", "hooks", "inputs", "requires_grad", "retains_grad", "version",
    )  # fmt: skip
    __array_ufunc__ = None  # so that `array * tensor` asks the tensor

    data: np.ndarray
    grad: Any
    fn: Function | None
    inputs: tuple[Tensor | None, ...]
    hooks: tuple[Callable[[Any], Any], ...]

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.data = data if isinstance(data, np.ndarray) else as_array(data)
        self.grad = self.grad_buffer = self.fn = None
        self.inputs = self.hooks = ()
        self.retains_grad = self.requires_grad = False
        self.version = [0]
        if requires_grad:
            self.requires_grad_()

    # -- gradients ------------------------------------------------------------------------------------------

    def backward(self, gradient: Any = None, retain_graph: bool = False, create_graph: bool = False) -> None:
        """Add this tensor's gradient with respect to each leaf that wants one to the leaf's `grad`.

        Args:
            gradient: the gradient of this tensor, of its shape; a single number may go without, it is then 1.
            retain_graph: keep the graph for a second call.
            create_graph: refused; there are no gradients of gradients here.

        Raises:
            GradientError: nothing here wants a gradient, or `gradient` is missing for more than one number.
            ShapeError: `gradient` has another shape than this tensor.
            InPlaceError: an array that a backward needs was changed in place since.
            DoubleBackwardError: create_graph is asked for.
        """
        if create_graph:
            raise DoubleBackwardError(
                "backward(create_graph=True): a gradient cannot be differentiated again here.",
                rule="The backward of a Function works on plain arrays and leaves no graph.",
                fix="difference two gradients, (grad(w + h v) - grad(w - h v)) / (2 h), or use PyTorch.",
            )
        if not self.requires_grad:
            raise GradientError(
                f"backward() of a tensor of shape {self.shape} that wants no gradient.",
                rule="It wants one if made with requires_grad=True, or from one that was, outside no_grad().",
                fix="did the parameters take part? .data, .detach() and .numpy() cut the graph.",
            )
        if gradient is None:
            if self.data.size != 1:
                raise GradientError(
                    f"backward() of a tensor of shape {self.shape} needs to be told its gradient.",
                    rule="Only a single number, such as a loss, has the plain gradient 1.",
                    fix="reduce it first, loss.mean().backward(), or pass a gradient of its shape.",
                )
            gradient = np.ones(self.data.shape, dtype=self.data.dtype)
        else:
            gradient = np.array(_array(gradient), dtype=self.data.dtype)  # a copy: a leaf may keep it
        if gradient.shape != self.shape:
            raise ShapeError(
                f"backward: the gradient has shape {gradient.shape}, the tensor {self.shape}.",
                rule="A gradient has one number for each number of the tensor.",
            )
        sweep(self, gradient, retain_graph)

    def requires_grad_(self, wanted: bool = True) -> Tensor:
        """Ask for a gradient (or stop asking) and return this same tensor."""
        if wanted and self.data.dtype.kind != "f":
            raise GradientError(
                f"A tensor of {self.data.dtype} cannot have a gradient.",
                rule="Only floating-point numbers can change by a little.",
                fix="give floats: Tensor([1.0, 2.0], requires_grad=True).",
            )
        self.requires_grad = wanted
        return self

    def retain_grad(self) -> None:
        """Keep the gradient of this tensor in `.grad` though it is not a leaf."""
        self.retains_grad = True

    def register_hook(self, hook: Callable[[Any], Any]) -> Callable[[], None]:
        """Call `hook(g)` when this tensor's gradient is complete; what it returns, if anything, replaces it.

        Returns:
            a function that takes the hook away again.
        """
        self.hooks = (*self.hooks, hook)

        def remove() -> None:
            self.hooks = tuple(h for h in self.hooks if h is not hook)

        return remove

    def detach(self) -> Tensor:
        """Return a tensor with the same data (shared) and no history."""
        shared = Tensor(self.data)
        shared.version = self.version
        return shared

    def clone(self) -> Tensor:
        """Return a copy; the gradient passes through."""
        return apply(ops.Clone, self)

    def to(self, dtype: Any) -> Tensor:
        """Return the numbers in another dtype, such as np.float64; the gradient is cast back."""
        return self if self.data.dtype == dtype else apply(ops.Cast, self, dtype=np.dtype(dtype))

    def graph(self, names: dict[str, Tensor] | None = None) -> GraphPicture:
        """Return the calls that made this tensor, to print or to draw.

        Args:
            names: what to call which tensor, as in dict(model.named_parameters()).
        """
        return GraphPicture(self, names or {})

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded call made this tensor."""
        return self.fn is None

    # -- operators ------------------------------------------------------------------------------------------

    def _recording(self) -> bool:
        return mode.recording

    def _apply(self, op: type[Function], *others: Any, **options: Any) -> Tensor:
        return apply(op, self, *others, **options)

    def _binary(self, op: type[Function], other: Any, swapped: bool = False) -> Tensor:
        other = self._operand(other)
        a, b = (other, self) if swapped else (self, other)
        if a.data.dtype != b.data.dtype:
            a, b = _as_floats(a, b)
        try:
            return apply(op, a, b)
        except ValueError as error:
            if _broadcasts(a.shape, b.shape):
                raise
            raise ShapeError(
                f"{op.__name__}: shapes {a.shape} and {b.shape} do not broadcast together.",
                rule="Compared from the right, two axes must be equal, or one of them 1, or missing.",
                fix="reshape, transpose or unsqueeze one of the two.",
            ) from error

    def _operand(self, other: Any) -> Tensor:
        """Make a Tensor of the other side of an operator; a plain number takes this tensor's dtype."""
        if isinstance(other, Tensor):
            return other
        if isinstance(other, (bool, int, float, np.generic)):
            if self.data.dtype.kind == "f":
                return Tensor(np.asarray(other, dtype=self.data.dtype))
            other = other.item() if isinstance(other, np.generic) else other
        return Tensor(other)

    # fmt: off
    def __add__(self, other: Any) -> Tensor: return self._binary(ops.Add, other)
    def __radd__(self, other: Any) -> Tensor: return self._binary(ops.Add, other, swapped=True)
    def __sub__(self, other: Any) -> Tensor: return self._binary(ops.Sub, other)
    def __rsub__(self, other: Any) -> Tensor: return self._binary(ops.Sub, other, swapped=True)
    def __mul__(self, other: Any) -> Tensor: return self._binary(ops.Mul, other)
    def __rmul__(self, other: Any) -> Tensor: return self._binary(ops.Mul, other, swapped=True)
    def __truediv__(self, other: Any) -> Tensor: return self.as_float()._binary(ops.Div, other)
    def __rtruediv__(self, other: Any) -> Tensor: return self.as_float()._binary(ops.Div, other, swapped=True)
    def __pow__(self, other: Any) -> Tensor: return self.pow(other)
    def __rpow__(self, other: Any) -> Tensor: return self._binary(ops.Pow, other, swapped=True)
    def __matmul__(self, other: Any) -> Tensor: return self.matmul(other)
    def __rmatmul__(self, other: Any) -> Tensor: return self._operand(other).matmul(self)
    def __neg__(self) -> Tensor: return apply(ops.Neg, self)
    def __abs__(self) -> Tensor: return apply(ops.Abs, self)

    # Comparisons answer element by element, with a tensor of truth values that carries no gradient.
    def __eq__(self, other: Any) -> Any: return Tensor(self.data == _array(other))
    def __ne__(self, other: Any) -> Any: return Tensor(self.data != _array(other))
    def __lt__(self, other: Any) -> Tensor: return Tensor(self.data < _array(other))
    def __le__(self, other: Any) -> Tensor: return Tensor(self.data <= _array(other))
    def __gt__(self, other: Any) -> Tensor: return Tensor(self.data > _array(other))
    def __ge__(self, other: Any) -> Tensor: return Tensor(self.data >= _array(other))
    # fmt: on
    __hash__ = object.__hash__  # by identity, though == is elementwise

    def __bool__(self) -> bool:
        if self.data.size != 1:
            raise ShapeError(
                f"A tensor of shape {self.shape} is not simply true or false.",
                rule="Only a single number can stand in an `if`.",
                fix="say which you mean: (x > 0).all() or (x > 0).any().",
            )
        return bool(self.data.item())

    def __len__(self) -> int:
        if not self.data.ndim:
            raise ShapeError(
                "A tensor of shape () has no length.", rule="Only a tensor with an axis can be counted."
            )
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.unbind(0))

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.data, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        body = np.array2string(self.data, separator=", ", prefix="tensor(", precision=4)
        usual = self.data.dtype in (np.float32, np.int64, np.bool_)
        tail = "" if usual else f", dtype={self.data.dtype}"
        if self.fn is not None:
            tail += f", fn=<{getattr(self.fn, 'was', name_of(type(self.fn)))}>"
        elif self.requires_grad:
            tail += ", requires_grad=True"
        return f"tensor({body}{tail})"


def as_array(data: Any) -> np.ndarray:
    """Make an array of a number, nested lists or a Tensor: floats become float32, whole numbers int64."""
    if isinstance(data, Tensor):
        return data.data
    if data is None:
        raise DTypeError(
            "A tensor was to be made of None.",
            rule="A tensor holds numbers.",
            fix="does forward return its output?",
        )
    typed = isinstance(data, (np.ndarray, np.generic))
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ShapeError(
            "The rows of these lists have different lengths.",
            rule="Every row of a tensor has the same length.",
            fix="pad the short rows.",
        ) from error
    if array.dtype.kind not in "fiub":
        raise DTypeError(
            f"A tensor cannot hold {array.dtype}.",
            rule="Tensors hold floats, whole numbers and truth values.",
        )
    return array.astype(np.float32) if array.dtype == np.float64 and not typed else array


def _array(x: Any) -> Any:
    return x.data if isinstance(x, Tensor) else x


def _as_floats(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Let whole numbers that meet floats take the floats' dtype; NumPy would make both float64."""
    if a.data.dtype.kind == "f" and b.data.dtype.kind != "f":
        return a, Tensor(b.data.astype(a.data.dtype))
    if b.data.dtype.kind == "f" and a.data.dtype.kind != "f":
        return Tensor(a.data.astype(b.data.dtype)), b
    return a, b


def _broadcasts(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(reversed(a), reversed(b), strict=False))
