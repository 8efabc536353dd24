"""Parameter, and what can go wrong with a module's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch.errors import RungError
from rung.scratch.tensor import Tensor


class StateError(RungError, RuntimeError):
    """A state has other names than the module it should go into.

        >>> from rung.scratch import nn
        >>> nn.Linear(2, 1).load_state_dict({})
        Traceback (most recent call last):
            ...
        rung.scratch.nn.parameter.StateError: ...

    Repair: build the module with the settings of the one that was saved. The message lists the names that
    one side lacks; `strict=False` takes what fits and leaves the rest.
    """

    name = "state"


class MissingAttributeError(RungError, AttributeError):
    """A module was asked for an attribute that it does not have.

        >>> from rung.scratch import nn
        >>> nn.Linear(2, 1).wieght
        Traceback (most recent call last):
            ...
        rung.scratch.nn.parameter.MissingAttributeError: ...

    Repair: the message offers the nearest name. A part that is used in `forward` is made in `__init__`,
    after `super().__init__()`.
    """

    name = "attribute"


class Parameter(Tensor):
    """A tensor that a module trains: it wants a gradient, and its module finds it.

    Args:
        data: a NumPy array (shared), numbers or a Tensor.
        requires_grad: False for a frozen one.

    Example:
        >>> Parameter(np.zeros(2, dtype=np.float32))
        Parameter([0., 0.])
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True) -> None:
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter({np.array2string(self.data, separator=', ', prefix='Parameter(', precision=4)})"
