"""Changing a Tensor's numbers in place, and noticing when that spoils a gradient.

Every change counts up the tensor's `version`. A call notes the versions of the tensors it saw; if one that
it kept for backward has another version when backward comes, the sweep refuses (graph.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rung.scratch.errors import DTypeError, InPlaceError
from rung.scratch.function import Function
from rung.scratch.methods import Methods
from rung.scratch.shaping import plain_index

if TYPE_CHECKING:
    from rung.scratch.tensor import Tensor


class InPlace(Methods):
    """The methods of a Tensor that change it in place; as in PyTorch their names end with an underscore."""

    __slots__ = ()
    requires_grad: bool
    fn: Function | None
    version: list[int]

    def _recording(self) -> bool:
        raise NotImplementedError

    def _change(self, new: Any, index: Any = ...) -> Tensor:
        """Write `new` into the array and count the change."""
        if self.requires_grad and self._recording():
            raise InPlaceError(
                f"A tensor of shape {self.shape} that wants a gradient was changed in place.",
                rule="A recorded step makes a new tensor; numbers change in place only within no_grad().",
                fix="with no_grad(): ..., or x = x + 1 in place of x += 1.",
            )
        self.data[index] = new.data if isinstance(new, InPlace) else new
        self.version[0] += 1
        return self  # type: ignore[return-value]

    def _value(self, other: Any) -> Any:
        return other.data if isinstance(other, InPlace) else other

    def _step(self, new: Any) -> Tensor:
        """Write the result of a step of arithmetic, unless it would lose its fractions."""
        if np.asarray(new).dtype.kind == "f" and self.data.dtype.kind != "f":
            raise DTypeError(
                f"A tensor of {self.data.dtype} was to take fractions in place.",
                rule="An array keeps its kind of number, and whole numbers have no fractions.",
                fix="x = x + 0.5, which makes a new tensor, or x.float() first.",
            )
        return self._change(new)

    def copy_(self, other: Any) -> Tensor:
        """Take over the numbers of `other`, which broadcasts."""
        return self._change(other)

    def fill_(self, value: float) -> Tensor:
        """Set every number to `value`."""
        return self._change(value)

    def zero_(self) -> Tensor:
        """Set every number to 0."""
        return self._change(0)

    def add_(self, other: Any, alpha: float = 1) -> Tensor:
        """Add alpha * other."""
        return self._step(self.data + (self._value(other) if alpha == 1 else alpha * self._value(other)))

    def sub_(self, other: Any, alpha: float = 1) -> Tensor:
        """Subtract alpha * other."""
        return self._step(self.data - (self._value(other) if alpha == 1 else alpha * self._value(other)))

    def mul_(self, other: Any) -> Tensor:
        """Multiply by other."""
        return self._step(self.data * self._value(other))

    def div_(self, other: Any) -> Tensor:
        """Divide by other."""
        return self._step(self.data / self._value(other))

    def clip_(self, min: float | None = None, max: float | None = None) -> Tensor:
        """Hold every number between min and max."""
        return self._change(np.clip(self.data, min, max))

    clamp_ = clip_

    def __setitem__(self, index: Any, value: Any) -> None:
        self._change(value, plain_index(index))

    # x += y changes x in place where it may: when nothing is recorded, or x wants no gradient. An x that a
    # recorded call made gets a new tensor instead, as if x = x + y were written; a leaf that wants a
    # gradient is refused.
    def __iadd__(self, other: Any) -> Tensor:
        return self.add(other) if self._made_on_record() else self.add_(other)

    def __isub__(self, other: Any) -> Tensor:
        return self.sub(other) if self._made_on_record() else self.sub_(other)

    def __imul__(self, other: Any) -> Tensor:
        return self.mul(other) if self._made_on_record() else self.mul_(other)

    def __itruediv__(self, other: Any) -> Tensor:
        return self.div(other) if self._made_on_record() else self.div_(other)

    def _made_on_record(self) -> bool:
        return self.fn is not None and self._recording()
