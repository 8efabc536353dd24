"""Many questions to a model at once: about changed copies of an input, in passes that memory suits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from rung.explain.attribution.entrance import parts_of
from rung.explain.subject import Subject

AT_ONCE = 1 << 19  # numbers of an input in one pass: what passes through a model takes many times as many


def together(size: int) -> int:
    """Return how many copies of an input go into one pass.

    Args:
        size: numbers that one copy holds.
    """
    return max(1, AT_ONCE // max(size, 1))


def answers(subject: Subject, inputs: Iterable[Any]) -> Iterator[np.ndarray]:
    """Yield what the model answers to each of several inputs of one form, (N, ...) each.

    Args:
        subject: the model.
        inputs: arrays, or tuples of arrays.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 1, rng=0))
        >>> [a.shape for a in answers(Subject(model), [np.ones((4, 2), np.float32)] * 3)]
        [(4, 1), (4, 1), (4, 1)]
    """
    inputs = iter(inputs)
    for first in inputs:
        some = [first, *islice(inputs, together(sum(part.size for part in parts_of(first))) - 1)]
        parts = [np.concatenate(copies) for copies in zip(*map(parts_of, some), strict=True)]
        found = subject.ask(tuple(parts) if isinstance(first, tuple) else parts[0])
        yield from np.split(found, len(some))
