"""A scalar that remembers how it was made: reverse-mode differentiation in one screen of closures."""

from __future__ import annotations

import math
from collections.abc import Callable


class Value:
    """Hold one number, and the slope of a later result with respect to it.

    Every operation returns a new Value and leaves in it a small function that knows how to pass a slope on
    to the operands. `backward` calls those functions from the result to the leaves.

    Attributes:
        data: the number.
        grad: the derivative of the root (on which `backward` was called) with respect to this.
        inputs: the operands that made this Value; empty for a leaf.
        op: the name of the operation that made it; empty for a leaf.

    Cost:
        one object and one closure an operation; a network of a few dozen weights is the practical limit.
        `rung.scratch.tensor` is the same idea on whole arrays.

    Source:
        linnainmaa1970 for the sweep; the closures follow karpathy2020micrograd. Here: a second call
        counts each path once more, because slopes start afresh everywhere but at the leaves.

    Lesson: backprop-how

    Example:
        >>> a, b = Value(2.0), Value(-3.0)
        >>> y = a * b + a
        >>> y.backward()
        >>> y.data, a.grad, b.grad
        (-4.0, -2.0, 2.0)
    """

    def __init__(self, data: float, inputs: tuple[Value, ...] = (), op: str = "") -> None:
        self.data = float(data)
        self.grad = 0.0
        self.inputs = inputs
        self.op = op
        self.pass_back: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"

    def __add__(self, other: Value | float) -> Value:
        """Return self + other; both operands get the slope of the sum, unchanged."""
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def pass_back() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out.pass_back = pass_back
        return out

    def __mul__(self, other: Value | float) -> Value:
        """Return self * other; each operand gets the slope of the product times the other operand."""
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def pass_back() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pass_back = pass_back
        return out

    def tanh(self) -> Value:
        """Return the hyperbolic tangent; its slope is 1 - output², so the output is enough to pass back."""
        out = Value(math.tanh(self.data), (self,), "tanh")

        def pass_back() -> None:
            self.grad += (1.0 - out.data * out.data) * out.grad

        out.pass_back = pass_back
        return out

    def backward(self) -> None:
        """Fill in `grad` of everything this Value was made from.

        A Value may pass its slope on only when every user of it has added its share, so Values are visited in
        reverse topological order. The slope of the root with respect to itself is 1. Leaves (Values without
        inputs) add to the `grad` they hold, so two calls accumulate; everything else starts at 0.
        """
        order: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:  # depth first without recursion, so a long chain is no RecursionError
            value, inputs_done = stack.pop()
            if inputs_done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((each, False) for each in value.inputs)

        for value in order:
            if value.inputs:
                value.grad = 0.0
        self.grad += 1.0
        for value in reversed(order):
            value.pass_back()

    def __neg__(self) -> Value:
        """Return -self."""
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        """Return self - other."""
        return self + (-other)

    def __radd__(self, other: float) -> Value:
        """Return other + self for a plain number on the left, so that sum() works."""
        return self + other

    def __rmul__(self, other: float) -> Value:
        """Return other * self for a plain number on the left."""
        return self * other
