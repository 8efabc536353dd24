"""The recipe of income: entity embeddings on a table of numbers and words, cross-entropy, AdamW."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import rung.data
from rung.data import Dataset
from rung.data.columns import keep
from rung.projects.income.binned import BinnedColumns
from rung.projects.income.embeddings import embeddings_finding
from rung.projects.income.slices import slices_finding
from rung.train import tabular
from rung.train.backend import backend_of
from rung.train.baseline import Baseline, majority
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.options import OptionError, option
from rung.train.tasks import Classes
from rung.train.tuned import Method, tuned

# 76 % earn less: accuracy begins there, and hides who is missed. The area under the ROC curve does not
# depend on that share, nor on a threshold. The confusion matrix tells the accuracy at 0.5.
TASK = Classes("ROC AUC")

# fnlwgt is the number of people whom a row stands for: no property of the person, for no model.
LEFT_OUT = ("fnlwgt",)
# education_num numbers education's words. The rivals have both; the network has the words alone, and must
# find their order itself.
SAID_TWICE = ("education_num",)
# Most people have none, a few have 99,999: the logarithm brings them within reach.
LONG_TAILED = ("capital_gain", "capital_loss")

# What boosting chooses from, in three folds. Showing a tree a share of the columns is worth more than any of
# the rest: without it LightGBM is as much behind as it is level with it (README).
BOOSTING = tuple(
    {"rate": 0.05, "leaves": leaves, "rounds": rounds, "columns": columns}
    for columns in (1.0, 0.4)
    for leaves in (15, 31)
    for rounds in (200, 400)
)


@dataclass(frozen=True)
class Config:
    """The settings of income; dropout, rate, width and epochs were chosen by cross-validation, see README."""

    data: str = option("adult", "the data set, or your own CSV file with two classes to tell apart")
    hidden: tuple[int, ...] = option((128, 64), "widths of the hidden layers")
    bins: int = option(256, "parts into which a number is cut, to be a word besides; 0 for none")
    width: int = option(8, "longest vector of a word")
    dropout: float = option(0.0, "share of a hidden layer that is silenced at a step, 0 to below 1")
    epochs: int = option(6, "how many times to go through the training examples")
    batch: int = option(256, "examples a step")
    lr: float = option(0.003, "learning rate at the start; it falls to 0 along a cosine")
    decay: float = option(0.01, "weight decay")
    groups: str = option(
        "sex,race,age", "columns by which the mistakes are told apart, where the data has them"
    )
    seed: int = option(0, "decides the first weights, dropout and the order of the examples")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("hidden", all(n > 0 for n in self.hidden), "widths above 0, such as 128,64"),
            ("bins", self.bins == 0 or self.bins > 1, "0, or at least 2"),
            ("width", self.width > 0, "at least 1"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("decay", self.decay >= 0, "0 or more"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")


def load(config: Config, limit: int | None) -> Dataset:
    """Load the people with all their columns: whether two rows are one person is told by all of them."""
    data = tabular.as_table(rung.data.load(config.data, limit))
    if len(data.names) != 2:
        raise OptionError(
            f"{data.name} has {len(data.names)} classes", rule="income tells two classes apart."
        )
    unknown = [name for name in names_in(config.groups) if name not in data.features]
    if unknown and config.groups != Config.groups:
        raise OptionError(f"--groups has {unknown[0]}", rule=f"The columns are {', '.join(data.features)}.")
    return data


def names_in(text: str) -> list[str]:
    """Return the names of a list such as "sex,race"."""
    return [name.strip() for name in text.split(",") if name.strip()]


def without(data: Dataset, names: tuple[str, ...]) -> Dataset:
    """Return a data set without some columns, as far as it has them."""
    kept = tuple(name for name in data.x.dtype.names or () if name not in names)
    if kept == (data.x.dtype.names or ()):
        return data
    return replace(data, x=keep(data.x, kept), features=kept, shape=(len(kept),))


def prepare(config: Config, data: Dataset) -> Inputs:
    """Standardise the numbers, number the words, and show the numbers as words too; see `binned.py`.

    Who did not tell the census an occupation may have a reason, so a gap is a word of its own, not filled.
    """
    made = BinnedColumns(config.bins, LEFT_OUT + SAID_TWICE, LONG_TAILED).fit(data.split("train")[0])
    numbers, ids = made.transform(data.x)
    columns = made.columns
    about = {
        "sizes": columns.sizes,
        "columns": columns.strings,
        "words": columns.categories.values,
        "binned": made.binned,
    }
    return Inputs((numbers, ids), data.y, data.splits, fitted=(made,), about=about)


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: numbers and words in, a score for each of the two classes out."""
    import torch

    from rung.models.entity_embeddings import EntityEmbeddings, usual_width

    torch.manual_seed(config.seed)
    sizes = inputs.about["sizes"]
    widths = [usual_width(size, config.width) for size in sizes]
    return EntityEmbeddings(inputs.width, sizes, widths, config.hidden, outputs=2, dropout=config.dropout)


def optimizer(config: Config, model: Any) -> Any:
    """Make AdamW: rare words are met in few batches, and its steps do not shrink with their gradients."""
    from torch.optim import AdamW

    return AdamW(model.parameters(), lr=config.lr, weight_decay=config.decay)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy of a batch, in nats."""
    from torch.nn import functional as F

    return F.cross_entropy(model(x), y)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: from `lr` down to 0 along half a cosine."""
    return lambda step: config.lr * 0.5 * (1 + math.cos(math.pi * step / steps))


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares, a random forest and boosted trees, tuned in three folds."""
    shown = without(data, LEFT_OUT)
    x, y = shown.split("train")
    test = shown.split("test")[0]
    rivals = {
        "random forest": Method(partial(tabular.forest, classes=2), tabular.FOREST, tabular.mixed),
        "HistGradientBoosting": Method(partial(tabular.hist_boosting, classes=2), BOOSTING, tabular.mixed),
        # where LightGBM is not installed, this is the line above once more, and is not fitted twice
        tabular.booster(): Method(partial(tabular.boosting, classes=2), BOOSTING, tabular.mixed),
    }
    return [
        Baseline("always the most frequent class", partial(majority, y, len(test), 2), trivial=True),
        *(
            Baseline(f"{name}, tuned", partial(tuned, method, x, y, test, TASK, folds=3))
            for name, method in rivals.items()
        ),
    ]


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Show where the words came to lie, and for whom the answers are wrong most often."""
    backend = backend_of(model)
    rows = inputs.splits["test"]
    answers = TASK.outputs(predict(backend, model, inputs, rows)).argmax(axis=1)
    vectors = [backend.array(table.weight) for table in model.embeddings]
    columns = [name for name in names_in(config.groups) if name in data.features]
    found = []
    if vectors:  # a table of numbers has no words without --bins
        found.append(embeddings_finding(vectors, inputs, data.names[1], folder))
    if columns:
        found.append(slices_finding(data.x[rows], inputs.y[rows], answers, columns, data.names[1]))
    return found


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    widths = "-".join(map(str, (*config.hidden, 2)))
    epochs = f"{config.epochs} epoch{'s' * (config.epochs > 1)}"
    return f"entity embeddings and MLP {widths} on {data.card.title}, {epochs}"
