"""The recipe of next-word: an LSTM that guesses the next word of Shakespeare, against counting."""

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
from rung.projects.next_word.counting import kneser_ney, unigram
from rung.projects.next_word.text import Vocabulary, passages
from rung.train.baseline import Baseline
from rung.train.finding import Finding
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.tasks import Language

TASK = Language()


@dataclass(frozen=True)
class Config:
    """The settings of next-word."""

    data: str = option("tinyshakespeare", "which text: tinyshakespeare, or the path of your own .txt")
    vocabulary: int = option(5000, "tokens; rarer words are one token, <unknown>")
    passage: int = option(48, "tokens in a passage, all of which are guessed")
    context: int = option(16, "tokens before a passage that the network reads first")
    width: int = option(256, "length of the vectors and of the LSTM's state")
    layers: int = option(1, "LSTM layers")
    dropout: float = option(0.5, "share of the numbers left out before and after each layer")
    epochs: int = option(6, "how many times to go through the training passages")
    batch: int = option(32, "passages a step")
    lr: float = option(0.003, "learning rate at its highest")
    decay: float = option(0.01, "weight decay of AdamW")
    order: int = option(4, "tokens in the longest n-gram that is counted, for the baseline")
    seed: int = option(0, "decides the first weights and the order of the passages")

    def __post_init__(self) -> None:
        for name, ok, rule in (
            ("vocabulary", self.vocabulary > 10, "above 10"),
            ("passage", self.passage > 0, "at least 1"),
            ("context", self.context > 0, "at least 1"),
            ("width", self.width > 0, "at least 1"),
            ("layers", self.layers > 0, "at least 1"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("epochs", self.epochs > 0, "at least 1"),
            ("batch", self.batch > 0, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("decay", self.decay >= 0, "0 or more"),
            ("order", 1 <= self.order <= 6, "from 1 to 6"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not ok:
                raise OptionError(f"--{name} is {getattr(self, name)}", rule=f"It must be {rule}.")


def load(config: Config, limit: int | None) -> Dataset:
    """Load the text, in passages.

    Raises:
        OptionError: the data set holds no texts.
    """
    data = rung.data.load(config.data)
    if data.kind != "texts":
        raise OptionError(
            f"--data {config.data} holds {data.kind}", rule="It must hold texts, such as a .txt of your own."
        )
    return passages(data, config.passage, limit)


def prepare(config: Config, data: Dataset) -> Inputs:
    """Number the tokens. An example is a place in the text: what is read there is cut out batch by batch.

    Training passages begin up to a passage earlier or later than they stand, another way in each epoch: the
    network never sees the same cuts twice.

    Raises:
        OptionError: the training part has no room for a passage and what is read before it.
    """
    vocabulary = Vocabulary.fit(data.x[data.splits["train"]], config.vocabulary)
    tokens = np.array([vocabulary.encode(passage) for passage in data.x])  # (n, passage)
    stream = tokens.ravel()
    places = np.maximum(np.arange(len(tokens)) * config.passage, config.context)
    last = (len(data.splits["train"]) - 1) * config.passage  # from there on: not training alone
    if last < config.context:
        raise OptionError(
            f"--context is {config.context}, and the training part has {last + config.passage} tokens",
            rule=f"They hold the context and a passage of {config.passage}.",
            fix="a longer text, or a smaller --context or --passage",
        )

    def shift(place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        moved = place + rng.integers(-config.passage + 1, config.passage, len(place))
        return np.clip(moved, config.context, last)

    def cut(place: np.ndarray) -> np.ndarray:
        window: np.ndarray = place[:, None] + np.arange(-config.context, config.passage)
        return stream[window]  # (B, context + passage)

    return Inputs(
        places,
        tokens,
        data.splits,
        to_input=cut,
        augment=shift,
        fitted=(vocabulary,),
        about={"passage": config.passage},
    )


def build(config: Config, inputs: Inputs) -> Any:
    """Build the LSTM, with one table for words in and words out."""
    import torch

    from rung.models.lstm_language_model import LSTMLanguageModel

    torch.manual_seed(config.seed)
    model = LSTMLanguageModel(len(inputs.fitted[0]), config.width, config.layers, config.dropout)
    model.passage = inputs.about["passage"]  # `outputs` is given the model alone
    return model


def optimizer(config: Config, model: Any) -> Any:
    """Make AdamW: most words are rare, and it gives each row of the table a step of its own length."""
    import torch

    return torch.optim.AdamW(model.parameters(), config.lr, betas=(0.9, 0.99), weight_decay=config.decay)


def loss(model: Any, x: Any, y: Any) -> Any:
    """Return the mean surprise at every token of the window but the first, those of the context included.

    The answers are in x: each token is the answer to those before it. y, the unmoved passage, is not used.
    """
    return model.surprises(x, x.shape[1] - 1).mean()


def outputs(model: Any, x: Any) -> Any:
    """Return the surprise at each token of the passage; the context before it is read, not guessed.

    Every token has a score for each word of the vocabulary: so 50 passages at a time, 60 MB and not 600.
    """
    import torch

    return torch.cat([model.surprises(some, model.passage) for some in x.split(50)])


def rate(config: Config, steps: int) -> Callable[[int], float]:
    """Return the learning rate at each step: up over the first 100, then down along half a cosine wave."""
    rise = min(100, max(1, steps // 10))
    return lambda step: config.lr * min(1, (step + 1) / rise) * (1 + math.cos(math.pi * step / steps)) / 2


def baselines(config: Config, data: Dataset, inputs: Inputs) -> list[Baseline]:
    """Compare with how frequent each word is, and with the best of the n-gram models, on the same tokens."""
    size, rows = len(inputs.fitted[0]), inputs.splits["test"]
    train, before, test = inputs.y[inputs.splits["train"]], inputs.y[: rows[0]], inputs.y[rows]
    return [
        Baseline("the frequency of each word", partial(unigram, train, test, size=size), trivial=True),
        Baseline(
            f"modified Kneser-Ney, {config.order}-grams",
            partial(kneser_ney, train, before, test, size=size, order=config.order),
        ),
    ]


def describe(config: Config, data: Dataset) -> str:
    """Say what is trained on what."""
    layers = f"{config.layers} layer{'s' * (config.layers > 1)}"
    epochs = f"{config.epochs} epoch{'s' * (config.epochs > 1)}"
    return f"LSTM of width {config.width}, {layers}, on {data.card.title}, {epochs}"


def extras(config: Config, data: Dataset, inputs: Inputs, model: Any, folder: Path) -> list[Finding]:
    """Show what it writes, what counting adds to it, what <unknown> hides, and where it is surprised most."""
    from rung.projects.next_word.inspect import findings

    inputs.fitted[0].words.save(folder / "vocabulary.json")
    return findings(config, data, inputs, model)
