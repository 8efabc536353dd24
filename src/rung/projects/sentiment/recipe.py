"""The recipe of sentiment: a network that reads the words in their order, against a bag of words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import rung.data
from rung.data import Dataset
from rung.projects.sentiment import meaning
from rung.projects.sentiment.bag import bag_of_words, strongest_words
from rung.projects.sentiment.texts import Rows, trimmed
from rung.projects.sentiment.why import why_wrong
from rung.train.baseline import Baseline, fitted, majority
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.options import OptionError, option
from rung.train.tasks import Classes

TASK = Classes()
# By model: epochs, highest learning rate. A transformer without warm memories needs small steps.
PACE = {"cnn": (5, 1e-3), "bilstm": (5, 2e-3), "transformer": (6, 7e-4)}
SPACE = {"lr": (2e-4, 5e-3, "log"), "batch": [25, 50, 100]}  # what rung sweep searches


@dataclass(frozen=True)
class Config:
    """The settings of sentiment."""

    data: str = option("rt-polarity", "rt-polarity, imdb, sst2, or another data set of texts in classes")
    model: str = option("cnn", "cnn, bilstm or transformer")
    start: str = option("random", "the words' vectors at the start: random or glove")
    epochs: int = option(0, "how many times to go through the texts; 0: as many as suit the model")
    batch: int = option(50, "texts a step")
    lr: float = option(0.0, "highest learning rate; 0: what suits the model")
    vocabulary: int = option(10_000, "words that are known at most; the rest are one unknown word")
    longest: int = option(400, "words of a text that are read; of a longer one its beginning and its end")
    seed: int = option(0, "decides the first weights and the order of the texts")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("model", self.model in PACE, "cnn, bilstm or transformer"),
            ("start", self.start in ("random", "glove"), "random or glove"),
            ("epochs", self.epochs >= 0, "0 or more"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr >= 0, "0 or more"),
            ("vocabulary", self.vocabulary >= 10, "at least 10"),
            ("longest", self.longest >= 2, "at least 2"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")
        epochs, lr = PACE[self.model]
        object.__setattr__(self, "epochs", self.epochs or epochs)
        object.__setattr__(self, "lr", self.lr or lr)


def load(config: Config, limit: int | None) -> Dataset:
    """Load the texts.

    Raises:
        OptionError: the data set holds something other than texts in classes.
    """
    data = rung.data.load(config.data, limit)
    if data.kind != "texts" or data.card.task != "classes":
        raise OptionError(
            f"--data {config.data} holds {data.kind}, and its answer is {data.card.task}",
            rule="It must hold texts, each in a class.",
        )
    return data


def prepare(config: Config, data: Dataset) -> Inputs:
    """Number the words that the training texts have; a batch is as wide as its longest text."""
    rows = Rows(config.vocabulary, config.longest).fit(data.split("train")[0].tolist())
    about = {"vocabulary": len(rows.words), "classes": len(data.names), "words": rows.words.vocabulary}
    return Inputs(rows.transform(data.x.tolist()), data.y, data.splits, trimmed, fitted=[rows], about=about)


def build(config: Config, inputs: Inputs) -> Any:
    """Build the network: word numbers in, a score for each class out."""
    import torch

    from rung.projects.sentiment.model import GLOVE_DIM, network, start_from_glove, start_small

    torch.manual_seed(config.seed)
    glove = config.start == "glove"
    dim = GLOVE_DIM if glove else 128
    model = network(config.model, inputs.about["vocabulary"], inputs.about["classes"], dim)
    if glove:
        start_from_glove(model.embed, inputs.about["words"])  # type: ignore[arg-type]
    elif config.model != "transformer":  # which adds places to its words: both must be of one size
        start_small(model.embed)  # type: ignore[arg-type]
    return model


def optimizer(config: Config, model: Any) -> Any:
    """Make Adam: a word that is rare has few gradients, and Adam lengthens its steps.

    The transformer's words learn faster by the root of their length: the paper multiplies small vectors by
    that root, and so their steps (vaswani2017attention, section 3.4).
    """
    import torch

    words = model.embed.weight
    others = [p for p in model.parameters() if p is not words]
    faster = words.shape[1] ** 0.5 if config.model == "transformer" else 1.0
    groups: list[dict[str, Any]] = [{"params": [words], "scale": faster}, {"params": others}]
    return torch.optim.Adam(groups, lr=config.lr)


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
    """Compare with the class shares and with a bag of words, which has won on short texts for decades."""
    x, y = data.split("train")
    test, classes = data.split("test")[0], len(data.names)
    return [
        Baseline("always the most frequent class", partial(majority, y, len(test), classes), trivial=True),
        Baseline("bag of words, logistic regression", partial(bag_of_words, x, y, test, classes)),
    ]


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Show all models side by side, the words that pull most, and what misled the network."""
    x, y = data.split("train")
    test, truth = data.split("test")
    rows: Rows = inputs.fitted[0]
    return [
        side_by_side(config, data, inputs, model),
        strongest_words(x, y, data.names),
        why_wrong(model, rows, test.tolist(), truth, data.names),
    ]


def side_by_side(config: Config, data: Dataset, inputs: Inputs, model: Any) -> Finding:
    """Return the bag of words, MiniLM's features and this run on the same test texts."""
    from rung.train.backend import backend_of

    x, y = data.split("train")
    test, truth = data.split("test")
    classes, named = len(data.names), baselines(config, data, inputs)
    missing = meaning.available()
    if len(data) > meaning.MOST:
        missing = f"{len(data):,} texts are too many for it without a GPU"
    if not missing:
        fit = partial(meaning.answers, x, y, test, classes)
        named.append(Baseline("MiniLM's features, linear layer", fit))
    ours = TASK.outputs(predict(backend_of(model), model, inputs, inputs.splits["test"]))
    outputs = [*fitted(named, data, lambda told: None), ours]
    names = [*(b.name for b in named), f"this run: {config.model}, {config.start} start"]
    table = []
    for name, theirs in zip(names, outputs, strict=True):
        score = TASK.score(name, theirs, truth)
        same = float((theirs.argmax(axis=1) == ours.argmax(axis=1)).mean())
        table.append([name, f"{score.value:.2%}", f"{score.low:.1%} to {score.high:.1%}", f"{same:.1%}"])
    text = f"On the same {len(truth):,} test texts; the last column: answers that are the same as this run's."
    if missing:
        text += f" MiniLM is not here: {missing}."
    return Finding("Side by side", text, ("model", "accuracy", "95 %", "same answer"), table)


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    kind = {
        "cnn": "A CNN over words",
        "bilstm": "A bidirectional LSTM",
        "transformer": "A small transformer encoder",
    }[config.model]
    glove = " from GloVe's vectors" if config.start == "glove" else ""
    return f"{kind}{glove} on {data.card.title}, {config.epochs} epoch{'s' * (config.epochs > 1)}"
