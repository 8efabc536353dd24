"""The training loop, written once: the same for a model from scratch and for one of PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.data.loader import batches
from rung.scratch.errors import RungError


class TrainingError(RungError, ArithmeticError):
    """A training went where it cannot go on: its loss is no longer a number.

        rung train digits --lr 1000

    Repair: a smaller learning rate first, ten times smaller; then look at the inputs (are they scaled?) and
    at the loss (does it take the logarithm of 0?).
    """

    name = "training"


@dataclass
class Training:
    """A training as it stands: all that the loop reads, and that a callback may look at or change.

    Attributes:
        model: called with a batch of inputs.
        optimizer: holds the model's parameters.
        batch_of: takes row numbers and the step, returns inputs and answers as the model wants them.
        loss_of: takes the model, inputs and answers, returns the loss as a tensor of one number.
        examples: how many rows there are to train on.
        epochs: how many times to go through them.
        batch: rows a step; the last batch of an epoch may be smaller.
        seed: decides the order of the rows in every epoch.
        step: how many steps were done; a training that goes on begins where another ended.
        rank, world: which process this is, of how many that train together.
        loss: of the last step.
        seen: rows in the last step.
        validation: what the model scored on the validation part after the last epoch, None before the first.
        stop: set by a callback to end the training after this step.
    """

    model: Any
    optimizer: Any
    batch_of: Callable[[np.ndarray, int], tuple[Any, Any]]
    loss_of: Callable[[Any, Any, Any], Any]
    examples: int
    epochs: int
    batch: int
    seed: int = 0
    step: int = 0
    rank: int = 0
    world: int = 1
    loss: float = math.nan
    seen: int = 0
    validation: float | None = None
    stop: bool = False

    @property
    def per_epoch(self) -> int:
        """Steps in an epoch."""
        return steps_per_epoch(self.examples, self.batch)

    @property
    def total(self) -> int:
        """Steps in all."""
        return self.epochs * self.per_epoch


class Callback:
    """Does something beside the training at the moments that the loop tells of; does nothing by itself.

    What happens at a step may depend on the step, the seed and the weights, and on what `state` returns:
    then a training that was broken off ends exactly where an unbroken one ends.
    """

    def begin(self, t: Training) -> None:
        """Before the first step."""

    def before_step(self, t: Training) -> None:
        """Before the batch of step `t.step` (counted from 0) goes in."""

    def after_backward(self, t: Training) -> None:
        """With the gradients of the batch in the parameters, before the optimiser moves them."""

    def after_step(self, t: Training) -> None:
        """When `t.step` steps are done."""

    def after_epoch(self, t: Training) -> None:
        """When an epoch is done."""

    def end(self, t: Training) -> None:
        """After the last step."""

    def state(self) -> dict[str, Any]:
        """Return what must survive a kill: numbers, strings, lists of them, and arrays."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""


def fit(t: Training, callbacks: Sequence[Callback] = ()) -> None:
    """Train: show the model a batch, ask how wrong it is, send the gradients back, step; again and again.

    Args:
        t: the training; its `step` says where to begin, and where it came to in the end.
        callbacks: told of every moment, in this order.

    Raises:
        TrainingError: the loss is infinite or not a number.
    """
    for c in callbacks:
        c.begin(t)
    while t.step < t.total and not t.stop:
        epoch, done = divmod(t.step, t.per_epoch)
        for rows in batches(t.examples, t.batch, t.seed, epoch, done, rank=t.rank, world=t.world):
            for c in callbacks:
                c.before_step(t)
            x, y = t.batch_of(rows, t.step)
            t.optimizer.zero_grad()
            loss = t.loss_of(t.model, x, y)
            loss.backward()
            for c in callbacks:
                c.after_backward(t)
            t.optimizer.step()
            t.step, t.loss, t.seen = t.step + 1, loss.item(), len(rows)
            if not math.isfinite(t.loss):
                raise _diverged(t)
            for c in callbacks:
                c.after_step(t)
            if t.step % t.per_epoch == 0:
                for c in callbacks:
                    c.after_epoch(t)
            if t.stop:
                break
    for c in callbacks:
        c.end(t)


def steps_per_epoch(examples: int, batch: int) -> int:
    """Return how many batches it takes to show every example once."""
    return -(-examples // batch)


def _diverged(t: Training) -> TrainingError:
    rate = t.optimizer.param_groups[0]["lr"]
    return TrainingError(
        f"the loss is {t.loss} after step {t.step}",
        rule="A loss that grows without bound means steps that are too long.",
        fix=f"a smaller learning rate than {rate:g}: --lr {rate / 10:g}",
    )
