"""The recipe of boundary: two numbers in, a class out, so that all that the network knows can be drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

import rung.data
from rung.data import Dataset
from rung.data.prepare import Scaler
from rung.scratch.function import current
from rung.scratch.models.mlp import ACTIVATIONS, MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import Adam
from rung.scratch.tensor import Tensor
from rung.train.baseline import Baseline, logistic_regression, majority, spread
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.tasks import Classes

TASK = Classes()

# Which two columns are taken where nobody says it: those of the petals; alcohol and colour.
_USUAL = {"iris": (2, 3), "wine": (0, 9)}
_NEIGHBOURS = 15


@dataclass(frozen=True)
class Config:
    """The settings of boundary."""

    data: str = option("moons", "moons, iris, wine, or another data set or CSV of numbers in classes")
    columns: tuple[int, ...] = option((), "which two columns, counted from 0; none: what suits the data")
    engine: str = option("scratch", "scratch (NumPy) or pytorch")
    hidden: tuple[int, ...] = option((16, 16), "widths of the hidden layers")
    activation: str = option("relu", "the bend between layers: relu, tanh, sigmoid, or identity (none)")
    epochs: int = option(60, "how many times to go through the training examples")
    batch: int = option(16, "examples a step")
    lr: float = option(0.01, "learning rate at the start; it falls to 0 along a cosine")
    seed: int = option(0, "decides the first weights and the order of the examples")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("columns", _are_two(self.columns), "two, as 2,3"),
            ("engine", self.engine in ("scratch", "pytorch"), "scratch or pytorch"),
            ("hidden", all(n > 0 for n in self.hidden), "widths above 0, such as 16,16"),
            ("activation", self.activation in ACTIVATIONS, ", ".join(ACTIVATIONS)),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")


def _are_two(columns: tuple[int, ...]) -> bool:
    return not columns or (len(columns) == 2 == len(set(columns)) and min(columns) >= 0)


def load(config: Config, limit: int | None) -> Dataset:
    """Load a table of numbers, and keep two of its columns."""
    data = rung.data.load(config.data, limit)
    if data.kind == "columns":  # a person's own table: its columns of numbers
        numbers = [name for name in data.features if data.x[name].dtype.kind == "f"]
        data = replace(data, x=np.stack([data.x[n] for n in numbers], axis=1), features=tuple(numbers))
    if data.kind != "numbers" or data.card.task != "classes" or np.ndim(data.x) != 2:
        raise OptionError(
            f"{data.name} is no table of numbers in classes",
            rule="boundary draws the plane of two numbers.",
            fix="--data moons, --data iris, or --data wine",
        )
    columns = config.columns or _USUAL.get(data.name, (0, 1))
    width = data.x.shape[1]
    if max(columns) >= width:
        raise OptionError(
            f"--columns {','.join(map(str, columns))} of {data.name}",
            rule=f"It has {width} columns of numbers, counted from 0.",
        )
    features = tuple(data.features[c] for c in columns) if data.features else ()
    return replace(data, x=data.x[:, list(columns)].astype(np.float64), features=features, shape=(2,))


def prepare(config: Config, data: Dataset) -> Inputs:
    """Standardise both numbers by the training part."""
    scaler = Scaler().fit(data.split("train")[0])
    return Inputs(
        scaler.transform(data.x), data.y, data.splits, fitted=(scaler,), about={"classes": len(data.names)}
    )


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network; the same seed gives it the same first weights in both engines."""
    sizes = [2, *config.hidden, inputs.about["classes"]]
    model = MLP(sizes, config.activation, rng=config.seed)
    if config.engine == "scratch":
        return model
    from rung.projects.boundary.model import twin

    return twin(model, sizes, config.activation)


def optimizer(config: Config, model: Any) -> Any:
    """Make Adam."""
    kind = current(Adam)
    if config.engine == "pytorch":
        from torch.optim import Adam as kind
    return kind(list(model.parameters()), lr=config.lr)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy of a batch, in nats."""
    scores = model(x)
    if isinstance(scores, Tensor):
        return F.cross_entropy(scores, y)
    from torch.nn.functional import cross_entropy

    return cross_entropy(scores, y)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: from `lr` down to 0 along half a cosine."""
    return lambda step: config.lr * 0.5 * (1 + math.cos(math.pi * step / steps))


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares, with straight lines, and with a vote of the nearest examples."""
    (x, y), test = ((inputs.x[r], inputs.y[r]) for r in (data.splits["train"], data.splits["test"]))
    classes = len(data.names)
    return [
        Baseline("always the most frequent class", partial(majority, y, len(test[0]), classes), trivial=True),
        Baseline("logistic regression", partial(logistic_regression, x, y, test[0], classes)),
        Baseline(f"{_NEIGHBOURS} nearest neighbours", partial(nearest, x, y, test[0], classes)),
    ]


def nearest(x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """Let the nearest training examples vote: probabilities (n, classes)."""
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(min(_NEIGHBOURS, len(x))).fit(x, y)
    return spread(model.predict_proba(test), model.classes_, classes)


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    sizes = "-".join(map(str, (2, *config.hidden, len(data.names))))
    engine = "from scratch" if config.engine == "scratch" else "in PyTorch"
    many = f"{config.epochs} epoch{'s' * (config.epochs > 1)}"
    return f"MLP {sizes} ({config.activation}) {engine} on {data.card.title}, {many}"
