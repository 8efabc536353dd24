"""The recipe of objects-10: a small network, pictures that never come twice the same, one cycle of rates."""

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
from rung.data.augment import cutout, normalise, random_crop, random_flip
from rung.projects.objects_10.patches import linear, patch_features
from rung.train.backend import backend_of
from rung.train.baseline import Baseline, majority
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.options import OptionError, option
from rung.train.tasks import Classes

TASK = Classes()

_WARM = 0.25  # share of the steps in which the learning rate rises
_SMOOTHING = 0.1  # share of the answer that is spread over all classes, lest the network be too sure


@dataclass(frozen=True)
class Config:
    """The settings of objects-10."""

    data: str = option("cifar10", "a data set of pictures, or a folder with a folder for each class")
    model: str = option("cnn", "cnn (quick), or resnet (He and others, 2016)")
    blocks: int = option(3, "blocks in each stage of the resnet: 3 is ResNet-20, 9 ResNet-56")
    epochs: int = option(16, "how many times to go through the training examples")
    batch: int = option(128, "examples a step")
    lr: float = option(0.2, "highest learning rate: it rises to there and falls to 0")
    decay: float = option(0.0005, "weight decay, of the weights that multiply")
    seed: int = option(0, "decides the first weights, the order and the augmentation")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("model", self.model in ("cnn", "resnet"), "cnn or resnet"),
            ("blocks", self.blocks > 0, "at least 1"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("decay", self.decay >= 0, "0 or more"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")


def load(config: Config, limit: int | None) -> Dataset:
    """Load the pictures: of CIFAR-10 the 21,000 of the folder, or all 60,000 where these can be had.

    Raises:
        OptionError: the data set holds no pictures of one size in classes, or smaller ones than 8 x 8.
    """
    data = rung.data.load(config.data, limit)
    if data.kind != "pictures" or data.card.task != "classes" or min(data.images.shape[1:3]) < 8:
        raise OptionError(
            f"--data {config.data} holds {data.kind} of shape {data.shape}, answered by {data.card.task}",
            rule="It must hold pictures of one size, 8 by 8 pixels or more, in classes.",
        )
    return data


def prepare(config: Config, data: Dataset) -> Inputs:
    """Keep the pictures as bytes; a batch becomes numbers with mean 0 and deviation 1 in each colour.

    Mean and deviation are those of every tenth training picture: three million pixels are enough.
    """
    some = data.images[data.splits["train"][::10]].astype(np.float32) / 255
    mean, deviation = some.mean(axis=(0, 1, 2)), some.std(axis=(0, 1, 2)) + 1e-3
    return Inputs(
        data.images,
        data.y,
        data.splits,
        to_input=partial(normalise, mean=mean, deviation=deviation),
        augment=vary,
        about={"classes": len(data.names), "channels": 3 if data.images.ndim == 4 else 1},
    )


def vary(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each picture by up to 4 pixels, mirror every second one, hide a square of 8 x 8 pixels.

    A thing stays the same thing, whether it stands further left, looks the other way, or is half hidden.
    """
    return cutout(random_flip(random_crop(images, rng, padding=4), rng), rng, size=8)


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: pixels in, a score for each class out.

    Its numbers lie in memory pixel by pixel (channels last), not map by map: a quarter less time a step.
    """
    import torch

    from rung.models.resnet import ResNet
    from rung.projects.objects_10.model import CNN

    torch.manual_seed(config.seed)
    classes, channels = inputs.about["classes"], inputs.about["channels"]
    model = (
        CNN(classes, channels)
        if config.model == "cnn"
        else ResNet(config.blocks, classes=classes, channels=channels)
    )
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def optimizer(config: Config, model: Any) -> Any:
    """Make SGD with Nesterov's momentum; weight decay holds what multiplies, not biases and batch norms."""
    from torch.optim import SGD

    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return SGD(groups, lr=config.lr, momentum=0.9, nesterov=True)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy of a batch, in nats, with smoothed labels."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(model(x), y, label_smoothing=_SMOOTHING)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: one cycle, up in a straight line, down along a cosine."""
    top = max(1, round(_WARM * steps))

    def at(step: int) -> float:
        if step < top:
            return config.lr * (step + 1) / top
        return config.lr * (1 + math.cos(math.pi * (step - top + 1) / (steps - top + 1))) / 2

    return at


def outputs(model: Any, x: Any) -> Any:
    """Ask about each picture and about its mirror image, and take the mean: (n, classes)."""
    return (model(x) + model(x.flip(-1))) / 2


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares, a linear layer on pixels, and the best of the time before deep nets."""
    y, classes = data.split("train")[1], len(data.names)
    return [
        Baseline(
            "always the most frequent class",
            partial(majority, y, len(data.splits["test"]), classes),
            trivial=True,
        ),
        Baseline("logistic regression on pixels", partial(of_pixels, data)),
        Baseline("k-means patches and logistic regression", partial(of_patches, data)),
    ]


def of_pixels(data: Dataset) -> np.ndarray:
    """Answer the test part by logistic regression on pixels: probabilities (n, classes)."""
    x = [data.images[data.splits[part]] for part in ("train", "validation", "test")]
    flat = [images.reshape(len(images), -1).astype(np.float32) for images in x]
    return _linear(data, flat, (0.0001, 0.001, 0.01))


def of_patches(data: Dataset) -> np.ndarray:
    """Answer the test part by the patches that it holds: probabilities (n, classes)."""
    train, *others = (data.images[data.splits[part]] for part in ("train", "validation", "test"))
    return _linear(data, patch_features(train, others), (0.001, 0.003, 0.01, 0.03))


def _linear(data: Dataset, features: list[np.ndarray], strengths: tuple[float, ...]) -> np.ndarray:
    """Fit on the training part, choose by the validation part, answer the test part."""
    train, validation, test = features
    y = {part: data.split(part)[1] for part in ("train", "validation")}
    return linear((train, y["train"]), (validation, y["validation"]), test, len(data.names), strengths)


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Show what asking twice buys: the score with and without the mirror image."""
    rows = inputs.splits["test"]
    truth, backend = inputs.y[rows], backend_of(model)
    asked = [
        ("the picture", None),
        ("the picture and its mirror image", outputs),
    ]
    shares = [
        (name, float((predict(backend, model, inputs, rows, ask).argmax(1) == truth).mean()))
        for name, ask in asked
    ]
    return [
        Finding(
            "What asking twice buys",
            "The score is that of the second row: an answer takes twice as long, the training no longer.",
            columns=("asked about", "right"),
            rows=[(name, f"{share:.2%}") for name, share in shares],
        )
    ]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    name = "CNN" if config.model == "cnn" else f"ResNet-{6 * config.blocks + 2}"
    return f"{name} on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
