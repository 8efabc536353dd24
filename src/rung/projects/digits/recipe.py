"""The recipe of digits: three networks, two engines, one way to train: cross-entropy, SGD, one cycle.

Only `build` and `optimizer` know of the engine; everything else is the same for NumPy and PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import rung.data
from rung.data import Dataset, MissingDataError
from rung.data.augment import random_affine
from rung.data.own import is_own
from rung.scratch import ops
from rung.scratch.function import current
from rung.scratch.models.lenet import LeNet
from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import SGD
from rung.scratch.tensor import Tensor
from rung.train.baseline import Baseline, logistic_regression, majority
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.parts import Part
from rung.train.tasks import Classes

TASK = Classes()

# What a learner can put in the library's place, in the order in which a batch meets them; the last two in
# LeNet alone. They are NumPy's: with --engine pytorch there is nothing to replace.
PARTS = (
    Part(ops.linear.Linear, "Linear", "forward-propagation"),
    Part(ops.activation.ReLU, "ReLU", "forward-propagation"),
    Part(ops.loss.CrossEntropy, "CrossEntropy", "loss-functions"),
    Part(SGD, "SGD", "training-loop"),
    Part(ops.conv.Conv2d, "Conv2d", "convolution"),
    Part(ops.pool.MaxPool2d, "MaxPool2d", "pooling"),
)

_DATA = ("auto", "mnist", "mnist5k")
_WARM = 0.1  # share of the steps in which the learning rate rises


@dataclass(frozen=True)
class Config:
    """The settings of digits."""

    data: str = option("auto", "mnist, mnist5k, auto (mnist if it can be had), or your own folder")
    model: str = option("mlp", "mlp, lenet (1998), or cnn (of today; PyTorch only)")
    engine: str = option("scratch", "scratch (NumPy, your own parts) or pytorch")
    hidden: tuple[int, ...] = option((256, 128), "widths of the MLP's hidden layers")
    epochs: int = option(12, "how many times to go through the training examples")
    batch: int = option(64, "examples a step")
    lr: float = option(0.5, "highest learning rate: it rises to there and falls to 0")
    momentum: float = option(0.0, "how much of the last steps is kept, 0 to below 1")
    plain: bool = option(False, "leave the training digits as they are: no turning, moving, resizing")
    seed: int = option(0, "decides the first weights and the order of the examples")

    def __post_init__(self) -> None:
        own = is_own(self.data) or self.data.startswith("hf:")
        for name, ok, rule in (
            ("data", self.data in _DATA or own, "auto, mnist or mnist5k, or a folder"),
            ("model", self.model in ("mlp", "lenet", "cnn"), "mlp, lenet or cnn"),
            ("engine", self.engine in ("scratch", "pytorch"), "scratch or pytorch"),
            ("hidden", all(n > 0 for n in self.hidden), "widths above 0, such as 256,128"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("momentum", 0 <= self.momentum < 1, "from 0 to below 1"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")
        if self.model == "cnn" and self.engine == "scratch":
            raise OptionError(
                "--model cnn with --engine scratch",
                rule="The network of today is there in PyTorch alone.",
                fix="--engine pytorch, or --model lenet",
            )


def load(config: Config, limit: int | None) -> Dataset:
    """Load the digits; "auto" falls back to the 5,000 that are installed where the 70,000 cannot be had."""
    if config.data != "auto":
        return rung.data.load(config.data, limit)
    try:
        return rung.data.load("mnist", limit)
    except MissingDataError:
        return rung.data.load("mnist5k", limit)


def prepare(config: Config, data: Dataset) -> Inputs:
    """Keep the pictures as bytes, a quarter of the memory; a batch becomes numbers from 0 to 1.

    The MLP takes a picture as a row of pixels, the convolutional networks as a picture.
    """
    images = data.images if data.x.dtype == np.uint8 else np.rint(data.images * 255).astype(np.uint8)
    about = {"classes": len(data.names), "shape": images.shape[1:]}
    to_input = rows if config.model == "mlp" else pictures
    augment = None if config.plain else shake
    return Inputs(images, data.y, data.splits, to_input, augment, about=about)


def shake(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the digits as other hands might have put them there: at most 10 degrees, 2 pixels, a tenth."""
    return random_affine(images, rng, degrees=10, shift=2 / 28, scale=0.1)


def rows(images: np.ndarray) -> np.ndarray:
    """Make bytes (n, h, w) into rows of numbers from 0 (paper) to 1 (ink): (n, h w)."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


def pictures(images: np.ndarray) -> np.ndarray:
    """Make bytes (n, h, w[, 3]) into numbers from 0 to 1, channels first: (n, channels, h, w)."""
    first = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    return first.astype(np.float32) / 255


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: pixels in, a score for each digit out.

    The same seed gives MLP and LeNet the same first weights in both engines: PyTorch takes over those that
    NumPy drew. So the two curves can be laid upon each other.
    """
    classes, shape = inputs.about["classes"], inputs.about["shape"]
    channels = 1 if len(shape) == 2 else shape[2]
    if config.engine == "pytorch":
        refuse_mine()
    if config.model == "cnn":
        from rung.projects.digits.model import modern

        return modern(classes, channels, config.seed)
    if config.model == "lenet" and shape[:2] != (28, 28):
        raise OptionError(
            f"--model lenet on pictures of {shape[0]} x {shape[1]}",
            rule="LeNet's first linear layer expects what 28 x 28 pixels come to.",
            fix="--model cnn --engine pytorch takes any size",
        )
    sizes = [int(np.prod(shape)), *config.hidden, classes]
    model = MLP(sizes, rng=config.seed) if config.model == "mlp" else LeNet(classes, channels, config.seed)
    if config.engine == "scratch":
        return model
    from rung.projects.digits.model import twin

    return twin(model)


def refuse_mine() -> None:
    """Refuse to train in PyTorch when the learner asked for their own parts: they would not be used.

    Raises:
        OptionError: one of PARTS has been replaced by a class that is not rung's.
    """
    replaced = [p.title for p in PARTS if not current(p.target).__module__.startswith("rung.")]
    if replaced:
        raise OptionError(
            f"--mine with --engine pytorch: your {', '.join(replaced)} would not be used",
            rule="PyTorch brings parts of its own.",
            fix="leave out one of the two",
        )


def optimizer(config: Config, model: Any) -> Any:
    """Make plain SGD: the library's, the learner's, or PyTorch's."""
    kind = current(SGD)
    if config.engine == "pytorch":
        from torch.optim import SGD as kind
    settings = {"momentum": config.momentum} if config.momentum else {}  # a learner's own may have none
    return kind(list(model.parameters()), lr=config.lr, **settings)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean cross-entropy of a batch, in nats."""
    scores = model(x)
    if isinstance(scores, Tensor):
        return F.cross_entropy(scores, y)
    from torch.nn.functional import cross_entropy

    return cross_entropy(scores, y)


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: one cycle, up in a straight line and down in another.

    Short steps first, while the weights are still anything; then long ones; then ever shorter ones, to
    settle down.
    """
    top = max(1, round(_WARM * steps))
    return lambda step: config.lr * min((step + 1) / top, (steps - step) / (steps - top + 1))


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with the class shares and with one linear layer."""
    (x, y), test = ((rows(inputs.x[r]), inputs.y[r]) for r in (data.splits["train"], data.splits["test"]))
    classes = len(data.names)
    return [
        Baseline("always the most frequent class", partial(majority, y, len(test[0]), classes), trivial=True),
        Baseline("logistic regression", partial(logistic_regression, x, y, test[0], classes)),
    ]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    sizes = "-".join(map(str, (int(np.prod(data.shape)), *config.hidden, len(data.names))))
    name = {"mlp": f"MLP {sizes}", "lenet": "LeNet", "cnn": "CNN"}[config.model]
    engine = "from scratch" if config.engine == "scratch" else "in PyTorch"
    return f"{name} {engine} on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
