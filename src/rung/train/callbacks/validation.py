"""The score on the validation part, after each epoch."""

from __future__ import annotations

from collections.abc import Callable

from rung.train.loop import Callback, Training


class Validation(Callback):
    """Score the model on examples that it is not trained on; `t.validation` is what came out.

    Args:
        validate: gives the score.
    """

    def __init__(self, validate: Callable[[], float]) -> None:
        self.validate = validate

    def after_epoch(self, t: Training) -> None:
        """Score the model on the validation part."""
        t.validation = self.validate()
