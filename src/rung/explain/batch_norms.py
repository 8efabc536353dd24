"""Batch norms that take the statistics of the batch, as in training, in a model that is asked for answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from rung.explain.subject import Subject, listening
from rung.explain.weights import standing


@contextlib.contextmanager
def batch_statistics(subject: Subject) -> Iterator[bool]:
    """Let batch norms use the mean and variance of what they are given, for a while.

    Those that do not even in training, as frozen ones, go on with their running statistics. All statistics
    and weights are put back to the bit at the end. Gives whether there are any.

    Args:
        subject: the model.

    Example:
        >>> import numpy as np
        >>> from rung.scratch import nn
        >>> subject = Subject(nn.Sequential(nn.BatchNorm1d(1)))
        >>> x = np.array([[0.0], [10.0]], np.float32)
        >>> with batch_statistics(subject) as some:
        ...     subject.ask(x).round(2).ravel().tolist()
        [-1.0, 1.0]
        >>> subject.ask(x).round(2).ravel().tolist()
        [0.0, 10.0]
    """
    modes = [(module, module.training) for module in subject.model.modules()]
    subject.model.train()
    norms = [m for m, _ in modes if "BatchNorm" in type(m).__name__ and m.training]
    for module, training in modes:
        object.__setattr__(module, "training", training)

    def on(module: Any, args: Any) -> None:
        object.__setattr__(module, "training", True)

    def off(module: Any, args: Any, out: Any) -> None:
        object.__setattr__(module, "training", False)

    with contextlib.ExitStack() as stack:
        if norms:
            stack.enter_context(standing(subject.model))
        for module in norms:
            stack.enter_context(listening(subject.engine, module, before=on, after=off))
        yield bool(norms)
