"""What a project must say so that the machinery can train it: its data, its model, its loss, its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from rung.data.dataset import Dataset
from rung.train.parts import Part


class Recipe(Protocol):
    """The names that a project's recipe.py defines.

    Attributes:
        Config: a dataclass of the settings; it has at least `data`, `epochs`, `batch` and `seed`.
        PARTS: the library's classes that a learner's own can replace.
    """

    Config: type
    PARTS: tuple[Part, ...]

    def load(self, config: Any, limit: int | None) -> Dataset:
        """Load the data, with the parts "train" and "test"."""

    def build(self, config: Any, data: Dataset) -> Any:
        """Build the model, with weights drawn from `config.seed`."""

    def optimizer(self, config: Any, model: Any) -> Any:
        """Make the optimiser of the model's parameters."""

    def loss(self, scores: Any, answers: np.ndarray) -> Any:
        """Say how wrong the scores of a batch are, as a Tensor of one number."""

    def rate(self, config: Any, steps: int) -> Callable[[int], float]:
        """Return the learning rate as a function of the step, for a training of that many steps."""

    def describe(self, config: Any, data: Dataset) -> str:
        """Say in a few words what is trained on what."""
