"""The recipe of cat-dog: a small network from nothing, or EfficientNet-Lite0 that has seen ImageNet."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import rung.data
from rung.data import Dataset, MissingDataError
from rung.data.augment import random_crop, random_flip
from rung.projects.cat_dog import curve
from rung.projects.cat_dog.features import as_input, features, imagenet
from rung.projects.cat_dog.hog import edges_and_colours
from rung.train.baseline import Baseline, logistic_regression, majority
from rung.train.finding import Finding
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.tasks import Classes
from rung.train.tuned import Method, tuned

TASK = Classes()
MODELS = ("scratch", "frozen", "transfer")
# By model: epochs, highest learning rate. From nothing there is far to go; what is tuned is nearly there.
PACE = {"scratch": (20, 4e-3), "frozen": (20, 2e-3), "transfer": (1, 3e-4)}
SPACE = {"lr": (1e-4, 1e-2, "log"), "batch": [16, 32, 64]}  # what rung sweep searches


@dataclass(frozen=True)
class Config:
    """The settings of cat-dog."""

    data: str = option("cats-vs-dogs", "a data set of pictures, or a folder with a folder for each class")
    model: str = option("scratch", "scratch, frozen (a head on ImageNet's features) or transfer (tuned too)")
    epochs: int = option(0, "how many times to go through the pictures; 0: as many as suit the model")
    batch: int = option(32, "pictures a step")
    lr: float = option(0.0, "highest learning rate; 0: what suits the model")
    side: int = option(0, "height and width that a network sees; 0: 64 from nothing, else 224")
    seed: int = option(0, "decides the first weights and the order of the pictures")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("model", self.model in MODELS, "scratch, frozen or transfer"),
            ("epochs", self.epochs >= 0, "0 or more"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr >= 0, "0 or more"),
            ("side", self.side == 0 or self.side >= 32, "0, or at least 32"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")
        epochs, lr = PACE[self.model]
        object.__setattr__(self, "epochs", self.epochs or epochs)
        object.__setattr__(self, "lr", self.lr or lr)
        object.__setattr__(self, "side", self.side or (64 if self.model == "scratch" else 224))


def load(config: Config, limit: int | None) -> Dataset:
    """Load the pictures.

    Raises:
        OptionError: the data set holds no coloured pictures of one size, in classes.
    """
    data = rung.data.load(config.data, limit)
    if data.kind != "pictures" or data.shape[2:] != (3,) or data.card.task != "classes":
        raise OptionError(
            f"--data {config.data} holds {data.kind} of shape {data.shape}",
            rule="It must hold coloured pictures, (height, width, 3) each, in classes.",
        )
    return data


def prepare(config: Config, data: Dataset) -> Inputs:
    """Take the bytes as they are, floats a batch at a time; for a frozen network, its features instead."""
    about = {"classes": len(data.names)}
    if config.model == "scratch":
        return Inputs(data.images, data.y, data.splits, as_input, augment, about=about)
    described = features(data.images, config.side)
    if config.model == "frozen":
        return Inputs(described, data.y, data.splits, about=about)
    return Inputs(data.images, data.y, data.splits, as_input, augment, about={**about, "features": described})


def augment(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirror half of the pictures and move each by up to a twelfth: a cat stays a cat."""
    return random_crop(random_flip(x, rng), rng, padding=x.shape[1] // 12)


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: from nothing; a head alone; or a network that knows ImageNet, with a fitted head."""
    model = frame(config, inputs)
    if config.model == "transfer":
        from rung.projects.cat_dog.model import set_head

        classes, rows = inputs.about["classes"], inputs.splits["train"]
        model.net.load_state_dict(imagenet(classes).state_dict())
        # A head of random numbers would send noise into the layers below: it is fitted before they move.
        set_head(model.net.head, *fitted_head(inputs.about["features"][rows], inputs.y[rows], classes))
    return model


def frame(config: Config, inputs: Inputs) -> Any:
    """Build the network without what it knows beforehand: for a trained run, whose own weights are loaded."""
    import torch

    from rung.projects.cat_dog.model import SmallCNN, Transfer, frozen_head

    torch.manual_seed(config.seed)
    classes = inputs.about["classes"]
    if config.model == "scratch":
        return SmallCNN(classes, config.side)
    if config.model == "frozen":
        return frozen_head(classes)
    return Transfer(classes, config.side).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def fitted_head(x: np.ndarray, y: np.ndarray, classes: int) -> tuple[Any, Any]:
    """Return weight (classes, 1280) and bias (classes,) of a logistic regression on frozen features."""
    import torch
    from sklearn.linear_model import LogisticRegression

    weight, bias = np.zeros((classes, x.shape[1])), np.zeros(classes)
    seen = np.unique(y)
    if len(seen) > 1:
        found = LogisticRegression(C=0.03, max_iter=300).fit(x, y)
        two = len(seen) == 2  # then there is one row: how much more of the second class than of the first
        weight[seen] = np.concatenate([-found.coef_, found.coef_]) / 2 if two else found.coef_
        bias[seen] = np.concatenate([-found.intercept_, found.intercept_]) / 2 if two else found.intercept_
    return torch.from_numpy(weight), torch.from_numpy(bias)


def optimizer(config: Config, model: Any) -> Any:
    """Make AdamW; where a network is tuned, its layers learn the slower the deeper they lie."""
    import torch

    groups = model.groups() if config.model == "transfer" else model.parameters()
    return torch.optim.AdamW(groups, lr=config.lr, weight_decay=0.01)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy of a batch, in nats."""
    from torch.nn import functional as F

    return F.cross_entropy(model(x), y)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate: up in a straight line for a tenth of the steps, down along a cosine."""
    rise = max(1, steps // 10)

    def at(step: int) -> float:
        if step < rise:
            return config.lr * (step + 1) / rise
        return config.lr * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise))) / 2

    return at


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares and with edges and colours; after ImageNet with its features too."""
    classes, rows = len(data.names), data.splits
    x, y = data.split("train")
    named = [
        Baseline(
            "always the most frequent class", partial(majority, y, len(rows["test"]), classes), trivial=True
        ),
        Baseline(
            "edges (HOG) and colours, logistic regression",
            partial(classic, x, y, data.split("test")[0], classes),
        ),
    ]
    if config.model == "scratch":
        return named
    described = features(data.images, config.side)
    told = f"ImageNet's features at {config.side} pixels"  # in the name: other pixels are another baseline
    train, test = described[rows["train"]], described[rows["test"]]
    named.append(Baseline(f"5 neighbours, {told}", partial(neighbours, train, y, test, classes)))
    if config.model == "transfer":
        named.append(Baseline(f"linear layer, {told}", partial(linear, train, y, test, classes)))
    return named


def classic(x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """Fit a logistic regression on histograms of edges and colours, its penalty by cross-validation."""
    return linear(edges_and_colours(x), y, edges_and_colours(test), classes)


def linear(x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """Fit a logistic regression, its penalty chosen by cross-validation: probabilities (n, classes)."""

    def fit(settings: Any, x: np.ndarray, y: np.ndarray, other: np.ndarray) -> np.ndarray:
        return logistic_regression(x, y, other, classes, max_iter=300, **settings)

    return tuned(Method(fit, [{"C": c} for c in (0.003, 0.03, 0.3)]), x, y, test, TASK)


def neighbours(x: np.ndarray, y: np.ndarray, test: np.ndarray, classes: int) -> np.ndarray:
    """Let the five training pictures vote whose features point in the most similar direction."""
    x, test = (f / np.linalg.norm(f, axis=1, keepdims=True) for f in (x, test))
    nearest = np.argsort(-(test @ x.T), axis=1, kind="stable")[:, :5]
    votes: np.ndarray = np.eye(classes)[y[nearest]].mean(axis=1)
    return votes


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Show how many pictures it takes, with ImageNet's help and without."""
    pool = np.concatenate([data.splits["train"], data.splits["validation"]])
    try:
        described = features(data.images, 224 if config.model == "scratch" else config.side)
    except MissingDataError:
        described = None
    found = curve.learning_curve(data.images, data.y, pool, data.splits["test"], len(data.names), described)
    return [found]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    kind = {
        "scratch": f"A small CNN from nothing at {config.side} pixels",
        "frozen": f"A linear head on EfficientNet-Lite0's frozen features at {config.side} pixels",
        "transfer": f"EfficientNet-Lite0 from ImageNet, fine-tuned at {config.side} pixels",
    }[config.model]
    return f"{kind}, on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
