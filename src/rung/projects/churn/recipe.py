"""The recipe of churn: a small network on a table of customers, cross-entropy, AdamW, a cosine schedule."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import rung.data
from rung.data import Dataset
from rung.data.prepare import Columns
from rung.projects.churn.calibrate import calibration_finding
from rung.projects.churn.cost import cost_finding
from rung.projects.churn.importance import importance_finding
from rung.train import tabular
from rung.train.backend import backend_of
from rung.train.baseline import Baseline, majority
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.options import OptionError, option
from rung.train.tasks import Classes
from rung.train.tuned import Method, tuned

# Three customers in four stay, so accuracy would praise a model that never warns. The area under the ROC
# curve asks what a campaign needs: are those who leave ranked above those who stay?
TASK = Classes("ROC AUC")


@dataclass(frozen=True)
class Config:
    """The settings of churn; width, dropout, rate and epochs were chosen by cross-validation, see README."""

    data: str = option("telco-churn", "the data set, or your own CSV file with two classes to tell apart")
    hidden: tuple[int, ...] = option((64, 32), "widths of the hidden layers")
    dropout: float = option(0.5, "share of a hidden layer that is silenced at a step, 0 to below 1")
    epochs: int = option(30, "how many times to go through the training examples")
    batch: int = option(64, "examples a step")
    lr: float = option(0.001, "learning rate at the start; it falls to 0 along a cosine")
    decay: float = option(0.1, "weight decay")
    missed_cost: float = option(500.0, "what it costs to offer nothing to a customer who leaves")
    offer_cost: float = option(100.0, "what it costs to make an offer to a customer who would have stayed")
    seed: int = option(0, "decides the first weights, dropout and the order of the examples")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("hidden", all(n > 0 for n in self.hidden), "widths above 0, such as 64,32"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("decay", self.decay >= 0, "0 or more"),
            ("missed_cost", self.missed_cost > 0, "above 0"),
            ("offer_cost", self.offer_cost > 0, "above 0"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                flag = name.replace("_", "-")
                raise OptionError(f"--{flag} is {getattr(self, name)}", rule=f"It must be {rule}.")


def load(config: Config, limit: int | None) -> Dataset:
    """Load the customers; the class that counts as leaving is the second one."""
    data = tabular.as_table(rung.data.load(config.data, limit))
    if len(data.names) != 2:
        raise OptionError(
            f"{data.name} has {len(data.names)} classes",
            rule="churn tells two classes apart: who stays and who leaves.",
        )
    return data


def prepare(config: Config, data: Dataset) -> Inputs:
    """Standardise the numbers and give every word a column of 0 and 1.

    No word column here has more than four words, so one-hot columns stay few. `groups` says which columns
    of the matrix each column of the table became.
    """
    columns = Columns(indicators=True).fit(data.split("train")[0])
    x, names = columns.onehot(data.x)
    groups = {
        feature: [
            i
            for i, name in enumerate(names)
            if name in (feature, f"{feature} is missing") or name.startswith(f"{feature} = ")
        ]
        for feature in columns.columns
    }
    return Inputs(x, data.y, data.splits, fitted=(columns,), about={"groups": groups})


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: the prepared columns in, a score for staying and one for leaving out."""
    from rung.projects.churn.model import MLP

    return MLP((inputs.width, *config.hidden, 2), config.dropout, config.seed)


def optimizer(config: Config, model: Any) -> Any:
    """Make AdamW: columns of rare words have small gradients, and weight decay keeps their weights small."""
    from torch.optim import AdamW

    return AdamW(model.parameters(), lr=config.lr, weight_decay=config.decay)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy of a batch, in nats; classes are not weighted.

    Weighting the rarer class up would spoil the probabilities and not the ranking: the costs come in where
    they belong, at the threshold.
    """
    from torch.nn import functional as F

    return F.cross_entropy(model(x), y)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: from `lr` down to 0 along half a cosine."""
    return lambda step: config.lr * 0.5 * (1 + math.cos(math.pi * step / steps))


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares, a linear model and boosted trees, both tuned in five folds."""
    x, y = data.split("train")
    test = data.split("test")[0]
    linear = Method(partial(tabular.linear, classes=2), tabular.LINEAR, tabular.onehot)
    boosting = Method(partial(tabular.boosting, classes=2), tabular.BOOSTING, tabular.mixed)
    return [
        Baseline("always the most frequent class", partial(majority, y, len(test), 2), trivial=True),
        Baseline("logistic regression, tuned", partial(tuned, linear, x, y, test, TASK)),
        Baseline(f"{tabular.booster()}, tuned", partial(tuned, boosting, x, y, test, TASK)),
    ]


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Show whether the probabilities can be trusted, what to do with them, and what they rest on."""
    backend = backend_of(model)

    def ask(part: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores and the answers of a part."""
        rows = inputs.splits[part]
        return predict(backend, model, inputs, rows).astype(np.float64), inputs.y[rows]

    def chance(x: np.ndarray) -> np.ndarray:
        """Return how likely each prepared row is to leave."""
        rows = Inputs(x, np.zeros(len(x)), {})
        return TASK.outputs(predict(backend, model, rows, np.arange(len(x)), batch=len(x)))[:, 1]

    validation, test = ask("validation"), ask("test")
    tested = inputs.x[inputs.splits["test"]]
    return [
        calibration_finding(validation, test, folder),
        cost_finding(validation, test, config.missed_cost, config.offer_cost),
        importance_finding(chance, tested, test[1], inputs.about["groups"]),
    ]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    widths = "-".join(map(str, (*config.hidden, 2)))
    return f"MLP {widths} on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
