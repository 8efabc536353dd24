"""Function: one differentiable operation on plain arrays; and `use`, which swaps one operation everywhere.

An operation may have two forms: the plain one, written to be read, and a fast one that computes the same.
The fast class says `plain = Conv2d` in its body, and from then on stands for the plain one wherever that is
called, until something else is put there: a learner's class, or with `use(Conv2d, Conv2d)` the plain form.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rung.scratch.mode import Local


class _Swapped(Local):
    """{the library's part: what stands for it now}, empty outside `with use(...)`; one a thread."""

    parts: Mapping[type, type] = {}


_swapped = _Swapped()
_fast: dict[type, type] = {}  # {plain form: fast form}


class Function:
    """One differentiable operation; an instance records one call.

    A Function sees NumPy arrays, never Tensors: `forward` computes and keeps on `self` what `backward` will
    need, `backward` turns the gradient of the output into the gradients of the inputs. The engine's `apply`
    runs it and builds the graph.

    Attributes:
        needs: one bool per input, set by the engine before `forward`: does anyone want that input's gradient?
            A costly backward skips what nobody wants and returns None in its place.
        versions: how often each input, and the output, had been changed in place when the call was recorded.
        plain: on a fast form, the class that it stands for, which computes the same and is easier to read.
    """

    needs: tuple[bool, ...] = ()
    versions: tuple[int, ...] = ()
    plain: type[Function] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "plain" in cls.__dict__ and cls.plain is not None:
            _fast[cls.plain] = cls

    def forward(self, *arrays: Any, **options: Any) -> np.ndarray:
        """Compute the output from the input arrays."""
        raise NotImplementedError(f"{type(self).__name__}.forward")

    def backward(self, g: np.ndarray) -> Any:
        """Turn the gradient of the output into one per input (a tuple, or one array for one input)."""
        raise NotImplementedError(f"{type(self).__name__}.backward")


def current(part: type) -> type:
    """Return what stands for `part` now: what `use` has put there, else its fast form, else itself."""
    parts = _swapped.parts
    if parts and part in parts:
        return parts[part]
    return _fast.get(part, part)


def name_of(op: type[Function]) -> str:
    """Return what to call an operation where people read it: a fast form goes by its plain form's name."""
    return op.plain.__name__ if op.plain is not None and _fast[op.plain] is op else op.__name__


@contextlib.contextmanager
def plainly(part: type) -> Iterator[None]:
    """Let `part` itself run within the block, not its fast form; what `use` has put there stays."""
    if part in _swapped.parts or part not in _fast:
        yield
    else:
        with use(part, part):
            yield


@contextlib.contextmanager
def use(part: type, replacement: type) -> Iterator[None]:
    """Let `replacement` stand for `part` within the block, in every operator, layer and model that calls it.

    In other threads nothing changes.

    Example:
        >>> class Loud: pass
        >>> class Quiet: pass
        >>> with use(Quiet, Loud):
        ...     current(Quiet) is Loud
        True
        >>> current(Quiet) is Quiet
        True
    """
    before = _swapped.parts
    _swapped.parts = {**before, part: replacement}
    try:
        yield
    finally:
        _swapped.parts = before
