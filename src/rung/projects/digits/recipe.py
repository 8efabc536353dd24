"""The recipe of digits: a multi-layer perceptron from scratch, cross-entropy, plain gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import rung.data
from rung.data import Dataset, MissingDataError
from rung.scratch import ops
from rung.scratch.function import current
from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import SGD
from rung.train.baseline import Baseline, logistic_regression, majority
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.parts import Part
from rung.train.tasks import Classes

TASK = Classes()

# What a learner can put in the library's place, in the order in which a batch meets them.
PARTS = (
    Part(ops.linear.Linear, "Linear", "forward-propagation"),
    Part(ops.activation.ReLU, "ReLU", "forward-propagation"),
    Part(ops.loss.CrossEntropy, "CrossEntropy", "loss-functions"),
    Part(SGD, "SGD", "training-loop"),
)


@dataclass(frozen=True)
class Config:
    """The settings of digits."""

    data: str = option("auto", "mnist, mnist5k, or auto: mnist if it can be had, else mnist5k")
    hidden: tuple[int, ...] = option((256, 128), "widths of the hidden layers")
    epochs: int = option(12, "how many times to go through the training examples")
    batch: int = option(64, "examples a step")
    lr: float = option(0.5, "learning rate at the start; it falls to 0 in a straight line")
    momentum: float = option(0.0, "how much of the last steps is kept, 0 to below 1")
    seed: int = option(0, "decides the first weights and the order of the examples")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("data", self.data in ("auto", "mnist", "mnist5k"), "auto, mnist or mnist5k"),
            ("hidden", all(n > 0 for n in self.hidden), "widths above 0, such as 256,128"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("momentum", 0 <= self.momentum < 1, "from 0 to below 1"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")


def load(config: Config, limit: int | None) -> Dataset:
    """Load the digits; "auto" falls back to the 5,000 that are installed where the 70,000 cannot be had."""
    if config.data != "auto":
        return rung.data.load(config.data, limit)
    try:
        return rung.data.load("mnist", limit)
    except MissingDataError:
        return rung.data.load("mnist5k", limit)


def prepare(config: Config, data: Dataset) -> Inputs:
    """Take the pixels as they are: from 0 (paper) to 1 (ink) already."""
    return Inputs(data.x, data.y, data.splits, about={"classes": len(data.names)})


def build(config: Config, inputs: Inputs) -> MLP:
    """Build the network: pixels in, a score for each digit out."""
    return MLP([inputs.width, *config.hidden, inputs.about["classes"]], rng=config.seed)


def optimizer(config: Config, model: MLP) -> Any:
    """Make plain SGD, the library's or the learner's."""
    kind = current(SGD)
    settings = {"momentum": config.momentum} if config.momentum else {}
    return kind(list(model.parameters()), lr=config.lr, **settings)


def loss(model: MLP, x: Any, y: np.ndarray) -> Any:
    """Return the mean cross-entropy of a batch, in nats."""
    return F.cross_entropy(model(x), y)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: long steps first, ever shorter ones to settle down."""
    return lambda step: config.lr * (1 - step / steps)


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares and with one linear layer."""
    x, y = data.split("train")
    test, classes = data.split("test")[0], len(data.names)
    return [
        Baseline("always the most frequent class", partial(majority, y, len(test), classes), trivial=True),
        Baseline("logistic regression", partial(logistic_regression, x, y, test, classes)),
    ]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    widths = "-".join(map(str, (data.x.shape[1], *config.hidden, len(data.names))))
    return f"MLP {widths} on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
