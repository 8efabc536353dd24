"""What a network is shown: the examples of a data set as arrays of numbers, prepared on the training rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rung.train.backend import Backend

Batch = np.ndarray | tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class Inputs:
    """Arrays ready for a network, and how a batch is made of them.

    Attributes:
        x: the inputs, one example a row; a tuple of arrays for a network with several inputs.
        y: the answers, one example a row.
        splits: row numbers of "train", "validation" and "test".
        to_input: what is done to every batch of x: bytes to floats, say. Done a batch at a time, so that
            the whole data set need not be in memory as floats.
        augment: what is done to a batch of x while training, before `to_input`; with a generator that
            depends on the seed and the step alone.
        fitted: what was fitted for x (scalers, vocabularies); it is checked that they saw training rows only.
        about: sizes that the model is built with: {"vocabulary": 10000}.
    """

    x: Batch
    y: np.ndarray
    splits: dict[str, np.ndarray]
    to_input: Callable[[Any], Batch] | None = None
    augment: Callable[[Any, np.random.Generator], Any] | None = None
    fitted: Sequence[Any] = ()
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Numbers in one input, where the inputs are rows of one array."""
        first = self.x[0] if isinstance(self.x, tuple) else self.x
        return int(first.shape[1])

    def take(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> Batch:
        """Return the inputs of some rows; augmented if a generator is given."""
        x: Any = tuple(part[rows] for part in self.x) if isinstance(self.x, tuple) else self.x[rows]
        if rng is not None and self.augment is not None:
            x = self.augment(x, rng)
        return self.to_input(x) if self.to_input is not None else x

    def batch_of(self, backend: Backend, seed: int) -> Callable[[np.ndarray, int], tuple[Any, Any]]:
        """Return the loop's `batch_of`: rows of the training part in, the model's inputs and answers out."""
        train = self.splits["train"]

        def batch(rows: np.ndarray, step: int) -> tuple[Any, Any]:
            rng = np.random.default_rng([seed, step, 1]) if self.augment is not None else None
            chosen = train[rows]
            return backend.inputs(self.take(chosen, rng)), backend.answers(self.y[chosen])

        return batch


def predict(
    backend: Backend,
    model: Any,
    inputs: Inputs,
    rows: np.ndarray,
    outputs: Callable[[Any, Any], Any] | None = None,
    batch: int = 500,
) -> np.ndarray:
    """Return what the model answers to some rows, (len(rows), ...); no graph, no dropout, no augmentation.

    Args:
        backend: of the model.
        model: is put back into the mode it was in afterwards.
        inputs: where the rows are.
        rows: which.
        outputs: calls the model in another way than `model(x)`.
        batch: rows at a time.
    """
    call = outputs or (lambda model, x: model(x))
    training = model.training  # a model that is being looked into must not get its dropout back
    backend.mode(model, training=False)
    try:
        with backend.quiet():
            found = [
                backend.array(call(model, backend.inputs(inputs.take(rows[i : i + batch]))))
                for i in range(0, len(rows), batch)
            ]
    finally:
        backend.mode(model, training=training)
    return np.concatenate(found)
