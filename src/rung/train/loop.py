"""The training loop, written once. Everything else in this folder only watches it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from rung.scratch.errors import RungError
from rung.scratch.tensor import Tensor


class TrainingError(RungError, ArithmeticError):
    """A training went where it cannot go on: its loss is no longer a number.

        rung train digits --lr 1000

    Repair: a smaller learning rate first, ten times smaller; then look at the inputs (are they scaled?) and
    at the loss (does it take the logarithm of 0?).
    """

    name = "training"


class Watcher(Protocol):
    """Sees every step, and may end the training."""

    def after_step(self, step: int, loss: float, epoch_done: bool) -> bool:
        """Take note of a finished step; True ends the training here."""
        ...


def fit(
    model: Any,
    optimizer: Any,
    loss_of: Callable[[Any, np.ndarray], Any],
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch: int,
    rate: Callable[[int], float],
    seed: int = 0,
    start: int = 0,
    watcher: Watcher | None = None,
) -> int:
    """Train: show the model a batch, ask how wrong it is, send the gradients back, step; again and again.

    What happens at a step depends on its number, the seed and the weights alone, so a training that was
    broken off and goes on from `start` ends exactly where an unbroken one ends.

    Args:
        model: called with a Tensor of examples, returns a Tensor of scores.
        optimizer: holds the model's parameters.
        loss_of: takes the scores and the answers of a batch, returns the loss as a Tensor.
        x: training examples, one a row.
        y: their answers.
        epochs: how many times to go through all examples.
        batch: examples a step; the last batch of an epoch may be smaller.
        rate: the learning rate at each step, from 0 on.
        seed: decides the order of the examples in every epoch.
        start: how many steps were done before.
        watcher: told of each step.

    Returns:
        the number of steps done, `start` included.

    Raises:
        TrainingError: the loss is infinite or not a number.
    """
    per_epoch = steps_per_epoch(len(x), batch)
    step = start
    while step < epochs * per_epoch:
        epoch, i = divmod(step, per_epoch)
        if i == 0 or step == start:
            order = np.random.default_rng([seed, epoch]).permutation(len(x))
        rows = order[i * batch : (i + 1) * batch]
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.zero_grad()
        loss = loss_of(model(Tensor(x[rows])), y[rows])
        loss.backward()
        optimizer.step()
        step += 1
        value = float(loss.data)
        if not math.isfinite(value):
            raise TrainingError(
                f"the loss is {value} after step {step}",
                rule="A loss that grows without bound means steps that are too long.",
                fix=f"a smaller learning rate than {rate(step - 1):g}: --lr {rate(0) / 10:g}",
            )
        if watcher is not None and watcher.after_step(step, value, epoch_done=i == per_epoch - 1):
            break
    return step


def steps_per_epoch(examples: int, batch: int) -> int:
    """Return how many batches it takes to show every example once."""
    return -(-examples // batch)
