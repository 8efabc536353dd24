"""The backward sweep: what `loss.backward()` does with the graph that the forward pass left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rung.scratch.errors import GradientError, InPlaceError
from rung.scratch.function import Function, name_of

if TYPE_CHECKING:
    from rung.scratch.tensor import Tensor


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum the gradient `g` back down to `shape`: the reverse of NumPy's broadcasting.

    A number that broadcasting used many times has an effect through every copy; its gradient is the sum over
    them.

    Shape:
        g (any shape that `shape` broadcasts to) -> shape

    Example:
        >>> unbroadcast(np.ones((4, 3)), (3,))
        array([4., 4., 4.])
        >>> unbroadcast(np.ones((4, 3)), (4, 1))
        array([[3.],
               [3.],
               [3.],
               [3.]])
    """
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)  # axes that broadcasting put in front
    g = g.sum(axis=tuple(range(added)))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True)


def topological_order(root: Tensor, *, constants: bool = False) -> list[Tensor]:
    """List the tensors that `root` was made from, each before what was made from it; `root` comes last.

    A stack of our own in place of recursion: a graph 20,000 calls deep is fine.

    Args:
        root: where to start.
        constants: list also those that want no gradient, for a picture; a sweep has no use for them.
    """
    order: list[Tensor] = []
    seen: set[Tensor] = set()
    stack: list[tuple[Tensor, bool]] = [(root, False)]
    while stack:
        t, inputs_done = stack.pop()
        if inputs_done:
            order.append(t)
        elif t not in seen:
            seen.add(t)
            stack.append((t, True))  # comes back to the top once its inputs are listed
            for p in t.inputs:
                if p is not None and (p.requires_grad or constants):
                    stack.append((p, False))
    return order


def sweep(root: Tensor, gradient: np.ndarray, retain_graph: bool = False) -> None:
    """Carry `gradient` from `root` back to every leaf, by the chain rule, and add it to the leaf's `grad`.

    Args:
        root: the tensor whose gradient is given, most often a loss.
        gradient: the gradient of root, of root's shape.
        retain_graph: keep what the forward pass saved, for a second sweep through the same graph.
    """
    grads: dict[Tensor, Any] = {root: gradient}  # gradients on their way; they live as long as this sweep
    for t in reversed(topological_order(root)):  # t comes after everything that was made from it,
        g = grads.pop(t, None)  # so its gradient is complete
        if g is None:
            continue
        for hook in t.hooks:
            changed = hook(g)
            g = g if changed is None else np.array(changed)
        if t.fn is None:
            store(t, g)
            continue
        if t.retains_grad:
            store(t, g.copy())  # g itself travels on
        gradients = input_gradients(t, g)
        for p, gp in zip(t.inputs, gradients, strict=True):
            if p is None or gp is None or not p.requires_grad:
                continue
            if gp.shape != p.data.shape:
                gp = unbroadcast(gp, p.data.shape)  # here, once: no Function mentions broadcasting
            if p in grads:
                grads[p] = grads[p] + gp
            else:  # a leaf keeps its gradient: an array of its own, though `a + b` hands one to a and b
                grads[p] = gp.copy() if p.fn is None and is_shared(gp, t.fn, g, gradients) else gp
        if not retain_graph:
            t.fn, t.inputs = Spent(t.fn), ()  # frees what the call saved while the sweep goes on


def input_gradients(t: Tensor, g: Any) -> tuple[Any, ...]:
    """Run the backward of the call that made `t`; one gradient (or None) for each input of the call."""
    assert t.fn is not None
    refuse_if_changed(t)
    result = t.fn.backward(g)
    gradients = result if isinstance(result, tuple) else (result,)
    if len(gradients) != len(t.inputs) and not isinstance(t.fn, Spent):
        name = type(t.fn).__name__
        raise GradientError(
            f"{name}.backward returned {len(gradients)} gradient(s) for {len(t.inputs)} input(s).",
            rule="backward returns one gradient for each input of forward, in the same order.",
            fix="return None for an input that has no gradient, such as an index.",
        )
    for gp, p in zip(gradients, t.inputs, strict=False):
        if p is None or gp is None or not p.requires_grad or getattr(gp, "shape", None) == p.data.shape:
            continue
        if not hasattr(gp, "shape"):
            raise GradientError(
                f"{type(t.fn).__name__}.backward returned a {type(gp).__name__} as a gradient.",
                rule="A gradient is an array of the shape of its input, or None.",
            )
        if not _fits(gp.shape, p.data.shape):
            raise GradientError(
                f"{type(t.fn).__name__}.backward returned a gradient of shape {gp.shape} for an input of "
                f"shape {p.shape}.",
                rule="A gradient has the shape of its input, or one that the input was broadcast to.",
                fix="transpose or sum it; print the shapes of g and of what forward kept.",
            )
    return gradients


def _fits(g: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Tell whether a gradient of shape `g` can be one of `shape`, with broadcasting undone."""
    return len(g) >= len(shape) and all(
        n in (1, m) for m, n in zip(reversed(g), reversed(shape), strict=False)
    )


def refuse_if_changed(t: Tensor) -> None:
    """Raise if an array that the call behind `t` kept for backward has been changed in place since."""
    fn = t.fn
    for p, version in zip((*t.inputs, t), fn.versions, strict=False) if fn is not None else ():
        if p is None or p.version[0] == version:
            continue
        kept = [v for v in vars(fn).values() if isinstance(v, np.ndarray)]
        if any(np.may_share_memory(v, p.data) for v in kept):
            what = "its output" if p is t else "an input"
            raise InPlaceError(
                f"{type(fn).__name__} kept {what} of shape {p.shape} for backward; it was changed since.",
                rule="What backward needs must stay as it was in forward.",
                fix="make a new tensor, x = x + 1 in place of x += 1, or change x.clone().",
            )


def is_shared(gp: Any, fn: Function, g: Any, gradients: tuple[Any, ...]) -> bool:
    """Tell whether something else holds the array `gp`: g, another input's gradient, or the call itself."""
    if not isinstance(gp, np.ndarray):
        return False  # a sparse gradient owns its rows
    if gp.base is not None or gp is g:
        return True
    for kept in vars(fn).values():  # loops, not any() and sum(): every leaf of every step comes through here
        if kept is gp:
            return True
    uses = 0
    for other in gradients:
        uses += other is gp
    return uses > 1


def store(t: Tensor, g: Any) -> None:
    """Add `g`, an array that nobody else holds, to `t.grad`."""
    if t.grad is not None:
        t.grad += g
    elif not isinstance(g, np.ndarray):  # a sparse gradient
        t.grad = g
    elif t.grad_buffer is not None:  # an optimiser's flat buffer
        np.copyto(t.grad_buffer, g)
        t.grad = t.grad_buffer
    else:
        t.grad = np.asarray(g, dtype=t.data.dtype, order="C")


class Spent(Function):
    """Stands where a call stood whose saved arrays a sweep has used and freed."""

    def __init__(self, fn: Function) -> None:
        self.kind = type(fn)

    @property
    def was(self) -> str:
        """The name of the call that it stands for."""
        return name_of(self.kind)

    def backward(self, g: np.ndarray) -> Any:
        """Say that the graph is gone."""
        raise GradientError(
            f"backward() came a second time through the same {self.was}.",
            rule="A sweep frees what the forward pass saved, so each graph can be swept once.",
            fix="compute the loss again, or say backward(retain_graph=True) the first time.",
        )
