"""One epoch of training: shuffled mini-batches, and four beats for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rung.scratch.tensor import Tensor, no_grad


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Visit every one of n examples once, in a new order, batch_size at a time.

    Args:
        n: number of examples.
        batch_size: examples in a batch; the last batch holds what is left over.
        rng: draws the order.

    Yields:
        the row numbers of one batch.

    Shape:
        each (batch_size,), the last one shorter where batch_size does not divide n

    Source: bottou2012tricks: shuffle, and visit every example once before any is seen again.

    Lesson: training-loop

    Example:
        >>> sorted(int(i) for batch in minibatches(5, 2, np.random.default_rng(0)) for i in batch)
        [0, 1, 2, 3, 4]
    """
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


def train_epoch(
    model: Callable[[Tensor], Tensor],
    loss: Callable[[Tensor, Any], Tensor],
    optimizer: Any,
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int,
    rng: np.random.Generator,
) -> float:
    """Show the model every example once, and let it learn from each batch: forget, predict, walk back, step.

    Args:
        model: turns a Tensor of examples into predictions.
        loss: turns predictions and answers into the mean loss of the batch.
        optimizer: holds the model's parameters; has `zero_grad()` and `step()`.
        x: the examples, one a row.
        y: their answers.
        batch_size: examples a step.
        rng: draws the order of the examples.

    Returns:
        the mean loss of an example over the epoch, each measured just before the step that used it.

    Shape:
        x (n, ...), y (n, ...)

    Lesson: training-loop
    """
    total = 0.0
    for batch in minibatches(len(x), batch_size, rng):
        optimizer.zero_grad()
        batch_loss = loss(model(Tensor(x[batch])), y[batch])
        batch_loss.backward()
        optimizer.step()
        total += batch_loss.item() * len(batch)  # a plain number: the Tensor would keep the whole graph alive
    return total / len(x)


def accuracy(model: Callable[[Tensor], Tensor], x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of examples whose largest score stands at the right class.

    Shape:
        x (n, ...), y (n,) class numbers, model(x) (n, classes)

    Lesson: training-loop
    """
    with no_grad():
        scores = model(Tensor(x)).data  # (n, classes)
    return float((scores.argmax(axis=1) == y).mean())
