"""The recipe of movies: how many stars will this person give to that film, tomorrow?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rung.data import Dataset
from rung.data.prepare import Columns
from rung.projects.movies import films
from rung.projects.movies.baselines import Ratings, damped_means, item_knn, mean
from rung.train.baseline import Baseline
from rung.train.finding import Finding
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.tasks import Number

TASK = Number()

# By model: length of the vectors, epochs, penalty. Found on the validation part of movielens-small.
SETTINGS = {"dot": (32, 15, 0.1), "neural": (16, 5, 0.15)}


@dataclass(frozen=True)
class Config:
    """The settings of movies."""

    data: str = option("movielens-small", "movielens-small, movielens-100k, or the path of your own table")
    model: str = option("dot", "dot: vectors multiplied; neural: a network reads them")
    engine: str = option("pytorch", "pytorch, or scratch: the dot model on NumPy alone")
    dim: int = option(0, "length of the vectors; 0 takes what suits the model")
    epochs: int = option(0, "how many times to go through the ratings; 0 takes what suits the model")
    batch: int = option(256, "ratings a step")
    lr: float = option(0.002, "learning rate at the start; it falls to 0 in a straight line")
    penalty: float = option(-1.0, "what long vectors cost; -1 takes what suits the model")
    liked: str = option("", "films to show the neighbours of: parts of titles, ; between (the most rated)")
    seed: int = option(0, "decides the first vectors and the order of the ratings")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("model", self.model in SETTINGS, "dot or neural"),
            ("engine", self.engine in ("pytorch", "scratch"), "pytorch or scratch"),
            ("engine", self.engine == "pytorch" or self.model == "dot", "pytorch for --model neural"),
            ("dim", self.dim >= 0, "0 or more"),
            ("epochs", self.epochs >= 0, "0 or more"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("penalty", self.penalty >= 0 or self.penalty == -1, "0 or more, or -1"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")
        dim, epochs, penalty = SETTINGS[self.model]
        object.__setattr__(self, "dim", self.dim or dim)
        object.__setattr__(self, "epochs", self.epochs or epochs)
        object.__setattr__(self, "penalty", penalty if self.penalty < 0 else self.penalty)


def load(config: Config, limit: int | None) -> Dataset:
    """Load the ratings, parted by time."""
    return films.load(config.data, limit)


def prepare(config: Config, data: Dataset) -> Inputs:
    """Number users and films by the training ratings; film 0 stands for all that have one rating or none.

    So a film that nobody has rated yet is predicted like other films that hardly anybody rated. The time is
    not used: it parted the ratings, and that is all.
    """
    columns = Columns(least=2).fit(data.x[data.splits["train"]])
    ids = columns.transform(data.x)[1]
    by_name = {name: ids[:, columns.strings.index(name)] for name in ("user", "item")}
    sizes = dict(zip(columns.strings, columns.sizes, strict=True))
    values = dict(zip(columns.strings, columns.categories.values, strict=True))
    train = data.splits["train"]
    names = ["", *values["item"]]
    counts = np.bincount(by_name["item"][train], minlength=sizes["item"])
    return Inputs(
        (by_name["user"], by_name["item"]),
        data.y.astype(np.float32),
        data.splits,
        fitted=(columns,),
        about={
            "users": sizes["user"],
            "items": sizes["item"],
            "mean": float(data.y[train].mean()),
            "films": names,
            "liked": films.find(config.liked, names, counts),
        },
    )


def build(config: Config, inputs: Inputs) -> Any:
    """Build the model that was asked for."""
    sizes = inputs.about["users"], inputs.about["items"], config.dim
    if config.engine == "scratch":
        from rung.projects.movies.scratch import PenalisedFactors

        model: Any = PenalisedFactors(*sizes, mean=inputs.about["mean"], rng=config.seed)
    else:
        import torch

        from rung.models.matrix_factorization import MatrixFactorization
        from rung.models.neural_collaborative_filtering import NeuralCollaborativeFiltering

        torch.manual_seed(config.seed)
        kind = MatrixFactorization if config.model == "dot" else NeuralCollaborativeFiltering
        model = kind(*sizes, mean=inputs.about["mean"])
    model.weight_of_penalty = config.penalty
    return model


def optimizer(config: Config, model: Any) -> Any:
    """Make Adam; for the tables from scratch, of which a batch uses a few rows, SparseAdam."""
    if config.engine == "scratch":
        from rung.scratch.optim import SparseAdam

        return SparseAdam(model.tables(), config.lr)
    import torch

    return torch.optim.Adam(model.parameters(), config.lr)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean squared error, and what the vectors' lengths cost."""
    error = model(*x) - y
    return (error * error).mean() + model.weight_of_penalty * model.penalty(*x)


def outputs(model: Any, x: Any) -> Any:
    """Return the predicted ratings."""
    return model(*x)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: a straight line down to 0."""
    return lambda step: config.lr * (1 - step / steps)


def ratings(inputs: Inputs, part: str) -> Ratings:
    """Return one part of the ratings, as ids."""
    rows, sizes = inputs.splits[part], (inputs.about["users"], inputs.about["items"])
    return Ratings(inputs.x[0][rows], inputs.x[1][rows], inputs.y[rows], *sizes)


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the mean, with means by user and film, and with the films that are most alike."""
    train, validation, test = (ratings(inputs, part) for part in ("train", "validation", "test"))
    return [
        Baseline("the mean rating", partial(mean, train, test), trivial=True),
        Baseline("means of user and film, damped", partial(damped_means, train, validation, test)),
        Baseline("item-kNN, tuned", partial(item_knn, train, validation, test)),
    ]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    name = "dot product and biases" if config.model == "dot" else "neural collaborative filtering"
    return f"{name} ({config.engine}), vectors of {config.dim}, on {data.card.title}, {config.epochs} epochs"


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Ask the model to recommend, beside rankers that were made for it; show which films are neighbours."""
    from rung.projects.movies.recommend import findings

    return findings(config, data, inputs, model)
