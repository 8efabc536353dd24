"""Which layers a model comes by on an input, in order: who reads the words, and who came last."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.subject import Subject, first_of, listening


@dataclass(frozen=True)
class Call:
    """One call of a layer.

    Attributes:
        layer: its name.
        read: the whole numbers that it was called with; None if it was called with others.
        shape: of what it made; () if that is no tensor.
        block: whether it is made of other layers.
    """

    layer: str
    read: np.ndarray | None
    shape: tuple[int, ...]
    block: bool

    def embeds(self, numbers: np.ndarray) -> bool:
        """Tell whether it is a single layer that made one vector of each of these whole numbers.

        Args:
            numbers: of any shape.
        """
        fits = self.shape[:-1] == numbers.shape and len(self.shape) == numbers.ndim + 1
        return not self.block and fits and self.read is not None and np.array_equal(self.read, numbers)


def calls(subject: Subject, x: Any) -> list[Call]:
    """Return the calls of a forward pass in the order in which they ended: a block after what is in it.

    Args:
        subject: the model.
        x: its input.

    Cost: one pass forward.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Embedding(9, 4, rng=0), nn.Flatten(), nn.Linear(8, 2, rng=1))
        >>> [(c.layer, c.read is not None, c.shape) for c in calls(Subject(model), np.array([[3, 5]]))][:2]
        [('0', True, (1, 2, 4)), ('1', False, (1, 8))]
    """
    engine, found = subject.engine, []

    def noting(name: str) -> Any:
        def note(module: Any, args: tuple[Any, ...], out: Any) -> None:
            given = engine.array(args[0]) if args and hasattr(args[0], "shape") else np.zeros(0)
            made = first_of(out)
            shape = tuple(made.shape) if engine.is_tensor(made) else ()
            read = np.array(given) if given.dtype.kind in "iu" else None
            found.append(Call(name, read, shape, next(iter(module.children()), None) is not None))

        return note

    with contextlib.ExitStack() as stack:
        for name, module in subject.layers().items():
            stack.enter_context(listening(engine, module, after=noting(name)))
        subject.ask(x)
    return found
