"""The recipe of admission: a small network on 500 rows, squared error, strong weight decay."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import rung.data
from rung.data import Dataset
from rung.data.prepare import Columns
from rung.projects.admission import rivals
from rung.projects.admission.repeated import differences_finding, repeated, scores_finding
from rung.train import tabular
from rung.train.backend import backend_of
from rung.train.baseline import Baseline
from rung.train.callbacks import Randomness, Schedule
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.loop import Training, fit
from rung.train.options import OptionError, option
from rung.train.tasks import Number
from rung.train.tuned import Method, tuned

TASK = Number()


@dataclass(frozen=True)
class Config:
    """The settings of admission; width, rate and decay were chosen by cross-validation, see README."""

    data: str = option("graduate-admission", "the data set, or your own CSV file with a number to predict")
    hidden: tuple[int, ...] = option((16,), "widths of the hidden layers")
    epochs: int = option(60, "how many times to go through the training examples")
    batch: int = option(32, "examples a step")
    lr: float = option(0.003, "learning rate at the start; it falls to 0 along a cosine")
    decay: float = option(1.0, "weight decay; strong, for there are 367 rows to learn from")
    repeats: int = option(5, "how often the rows are cut into folds anew, for the interval")
    folds: int = option(10, "folds of the repeated cross-validation")
    seed: int = option(0, "decides the first weights, the order of the examples and the folds")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("hidden", all(n > 0 for n in self.hidden), "widths above 0, such as 32,16"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("decay", self.decay >= 0, "0 or more"),
            ("repeats", self.repeats > 0, "at least 1"),
            ("folds", self.folds > 1, "at least 2"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")


def load(config: Config, limit: int | None) -> Dataset:
    """Load the applicants."""
    data = tabular.as_table(rung.data.load(config.data, limit))
    if data.card.task != "number":
        raise OptionError(
            f"an example of {data.name} is answered by {data.card.task}",
            rule="admission predicts a number.",
            fix="rung train churn, for two classes" if len(data.names) == 2 else "",
        )
    return data


def prepare(config: Config, data: Dataset) -> Inputs:
    """Standardise the numbers; words, which an own file may have, become columns of 0 and 1.

    `about` holds the mean and the spread of the training answers: the network learns standardised answers
    and gives them back in their own unit.
    """
    x_train, y_train = data.split("train")
    columns = Columns(indicators=True).fit(x_train)
    x, _ = columns.onehot(data.x)
    answers = {"mean": float(y_train.mean()), "scale": float(y_train.std()) or 1.0}
    return Inputs(x, data.y.astype(np.float32), data.splits, fitted=(columns,), about=answers)


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: the prepared columns in, a number out."""
    from rung.projects.admission.model import Regressor

    about = inputs.about
    return Regressor((inputs.width, *config.hidden), about["mean"], about["scale"], config.seed)


def optimizer(config: Config, model: Any) -> Any:
    """Make AdamW, whose weight decay keeps the network near a straight line."""
    from torch.optim import AdamW

    return AdamW(model.parameters(), lr=config.lr, weight_decay=config.decay)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean squared error of standardised answers: so the rate does not depend on their unit."""
    from torch.nn import functional as F

    return F.mse_loss(model(x), y) / model.scale**2


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: from `lr` down to 0 along half a cosine."""
    return lambda step: config.lr * 0.5 * (1 + math.cos(math.pi * step / steps))


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the mean answer, ridge regression and boosted trees, both tuned in five folds."""
    x, y = data.split("train")
    test = data.split("test")[0]
    ridge = Method(partial(tabular.linear, classes=0), tabular.LINEAR, tabular.onehot)
    boosting = Method(partial(tabular.boosting, classes=0), tabular.BOOSTING, tabular.mixed)
    return [
        Baseline("always the mean", partial(rivals.mean, y, len(test)), trivial=True),
        Baseline("ridge regression, tuned", partial(tuned, ridge, x, y, test, TASK)),
        Baseline(f"{tabular.booster()}, tuned", partial(tuned, boosting, x, y, test, TASK)),
    ]


def learn(config: Config, data: Dataset) -> np.ndarray:
    """Train a network on the part "train" of some data, by the loop of every run, and answer "test"."""
    inputs = prepare(config, data)
    model = build(config, inputs)
    backend = backend_of(model)
    model = backend.place(model)
    training = Training(
        model,
        optimizer(config, model),
        inputs.batch_of(backend, config.seed),
        loss,
        examples=len(inputs.splits["train"]),
        epochs=config.epochs,
        batch=config.batch,
        seed=config.seed,
    )
    fit(training, [Schedule(rate(config, training.total)), Randomness(backend)])
    return TASK.outputs(predict(backend, model, inputs, inputs.splits["test"]))


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Train it all again on many other splits: 100 test rows alone cannot tell models of this kind apart.

    A training of one epoch, as in a dry run, is repeated once only.
    """
    config = replace(config, repeats=1 if config.epochs == 1 else config.repeats)
    methods: dict[str, rivals.Learner] = {"this network": partial(learn, config), **rivals.rivals()}
    scores = repeated(data, methods, TASK, config.repeats, config.folds, config.seed)
    return [scores_finding(scores), differences_finding(scores, "this network")]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    widths = "-".join(map(str, (*config.hidden, 1)))
    return f"MLP {widths} on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
