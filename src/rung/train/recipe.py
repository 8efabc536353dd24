"""What a project must say so that the machinery can train it: its data, model, loss and baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from rung.data.dataset import Dataset
from rung.train.baseline import Baseline
from rung.train.inputs import Inputs
from rung.train.parts import Part
from rung.train.tasks import Task


class Recipe(Protocol):
    """The names that a project's recipe.py defines. The model is of rung.scratch or of PyTorch.

    It may also define

    - `PARTS`: the library's classes that a learner's own can replace;
    - `frame(config, inputs)`: the model of a run that is brought back, where `build` spends time on first
      weights that the run's own then replace;
    - `outputs(model, x)`: how the model is asked for answers, where that is not `model(x)`;
    - `extras(config, data, inputs, model, folder) -> list[Finding]`: more to show of a trained model:
      samples, ranking metrics, what a prediction rests on.

    Attributes:
        Config: a dataclass of the settings; it has at least `data`, `epochs`, `batch` and `seed`.
        TASK: how answers are scored.
    """

    Config: type
    TASK: Task

    def load(self, config: Any, limit: int | None) -> Dataset:
        """Load the data, with the parts "train" and "test"."""

    def prepare(self, config: Any, data: Dataset) -> Inputs:
        """Make numbers of the examples; what is fitted is fitted on `data.splits["train"]` alone.

        `data` has a part "validation" now.
        """

    def build(self, config: Any, inputs: Inputs) -> Any:
        """Build the model, with weights drawn from `config.seed`."""

    def optimizer(self, config: Any, model: Any) -> Any:
        """Make the optimiser of the model's parameters."""

    def loss(self, model: Any, x: Any, y: Any) -> Any:
        """Say how wrong the model is on a batch, as a tensor of one number."""

    def rate(self, config: Any, steps: int) -> Callable[[int], float]:
        """Return the learning rate as a function of the step, for a training of that many steps."""

    def baselines(self, config: Any, data: Dataset, inputs: Inputs) -> Sequence[Baseline]:
        """Return what the score must beat: a trivial one first, then strong ones."""

    def describe(self, config: Any, data: Dataset) -> str:
        """Say in a few words what is trained on what."""


def parts_of(recipe: Recipe) -> tuple[Part, ...]:
    """Return the parts that a learner can replace; none where the recipe names none."""
    parts: tuple[Part, ...] = getattr(recipe, "PARTS", ())
    return parts


def truth_of(inputs: Inputs, part: str) -> np.ndarray:
    """Return the answers of one part."""
    return inputs.y[inputs.splits[part]]
