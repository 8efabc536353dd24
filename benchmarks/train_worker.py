"""One way to train, in a process of its own; `train.py` starts it, and says at every epoch when to go on.

The library's own loop runs, with its own callbacks; before each step it calls `Clock.tick`, which measures
the time of an epoch of steps with all that belongs to it, and waits between two epochs until it is this
library's turn again. With a share of right answers as third argument, `Until.tick` takes the clock's place:
it measures the time until so many of the examples that were held back are answered rightly, and ends. All
train the same network on the same examples by the same SGD with momentum.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

BATCH = 64
STEPS = 256  # in an epoch
RATE, MOMENTUM = 0.02, 0.9
FOREVER = 10**6  # epochs; the process ends with its standard input
HELD_BACK = 2048  # examples on which `Until` asks the network
EVERY = 16  # steps between two such askings
LAST = 20 * STEPS  # steps after which it is given up
SEED = int(os.environ.get("RUNG_BENCH_SEED", "0"))  # of the first weights and of the order of the examples


class Clock:
    """Measures epochs, each when it is told to."""

    def __init__(self) -> None:
        self.steps, self.began, self.cpu = -1, 0.0, 0.0
        self.ask: Callable[[np.ndarray], np.ndarray]  # the network in training, from arrays to scores

    def tick(self) -> None:
        """Take note that a step is about to begin."""
        self.steps += 1
        if self.steps == 1 and not self.began:  # one step is done: whatever is loaded late is loaded
            print(json.dumps({"first_step_at": time.time()}), flush=True)
        elif self.steps == STEPS:
            if self.began:
                took = time.perf_counter() - self.began, time.process_time() - self.cpu
                print(json.dumps({"ms": took[0] / STEPS * 1e3, "cpu": took[1] / STEPS * 1e3}), flush=True)
            if not sys.stdin.readline():
                sys.exit()
            self.began, self.cpu, self.steps = time.perf_counter(), time.process_time(), 0


class Until(Clock):
    """Measures the time to a share of right answers, from the second step on; what asking takes is left out.

    Args:
        workload: whose shape the held-back examples take.
        share: of right answers.
    """

    def __init__(self, workload: str, share: float) -> None:
        super().__init__()
        x, self.answers = examples(seed=1, count=HELD_BACK)
        self.x, self.share, self.seconds = shaped(workload, x), share, 0.0

    def tick(self) -> None:
        """Take note that a step is about to begin."""
        self.steps += 1
        if self.steps == 1:
            self.began = time.perf_counter()
        elif self.steps > 1 and self.steps % EVERY == 0:
            self.seconds += time.perf_counter() - self.began
            right = float((self.ask(self.x).argmax(axis=1) == self.answers).mean())
            if right >= self.share or self.steps >= LAST:
                reached = right >= self.share
                print(
                    json.dumps({"reached": reached, "steps": self.steps, "seconds": self.seconds}), flush=True
                )
                os._exit(0)  # sys.exit would be caught, and told of, by some of the libraries
            self.began = time.perf_counter()


def examples(seed: int = 0, count: int = BATCH * STEPS) -> tuple[np.ndarray, np.ndarray]:
    """Draw pictures like digits: ten blurred shapes, moved a little, under heavy noise. (n, 28, 28), (n,)."""
    shapes = np.random.default_rng(0).random((10, 8, 8)) > 0.6
    big = np.kron(shapes, np.ones((1, 3, 3)))  # (10, 24, 24)
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 10, count)
    x = np.zeros((len(y), 28, 28), np.float32)
    for i, (row, column) in enumerate(rng.integers(0, 5, (len(y), 2))):
        x[i, row : row + 24, column : column + 24] = big[y[i]]
    return x + rng.normal(0, 1.0, x.shape).astype(np.float32), y


def shaped(workload: str, x: np.ndarray) -> np.ndarray:
    """Return the pictures as a network takes them: rows for the MLP, one channel first for the CNN."""
    return x.reshape(len(x), -1) if workload == "mlp" else x[:, None]


def network(workload: str) -> Any:
    """Build an MLP 784-256-128-10, or a CNN of two convolutions with stride 2."""
    import torch
    from torch import nn

    torch.manual_seed(SEED)
    if workload == "mlp":
        return nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
        )
    return nn.Sequential(
        *[nn.Conv2d(1, 8, 4, stride=2, padding=1), nn.ReLU()],
        *[nn.Conv2d(8, 16, 4, stride=2, padding=1), nn.ReLU()],
        *[nn.Flatten(), nn.Linear(16 * 7 * 7, 10)],
    )


def asked(model: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return a network of PyTorch as a function of arrays."""
    import torch

    def ask(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return model(torch.from_numpy(x)).detach().numpy()

    return ask


def plain(workload: str, clock: Clock) -> None:
    """Train as one writes it by hand, the rows taken straight out of a tensor."""
    import torch
    from torch.nn.functional import cross_entropy

    x, y = examples()
    inputs, answers = torch.from_numpy(shaped(workload, x)), torch.from_numpy(y)
    model = network(workload)
    clock.ask = asked(model)
    optimizer = torch.optim.SGD(model.parameters(), RATE, MOMENTUM)
    for _ in range(FOREVER):
        for rows in torch.randperm(len(answers)).split(BATCH):
            clock.tick()
            optimizer.zero_grad()
            loss = cross_entropy(model(inputs[rows]), answers[rows])
            loss.backward()
            optimizer.step()
            loss.item()


def loader(workload: str, clock: Clock) -> None:
    """Train as PyTorch's tutorials do, with a DataLoader."""
    import torch
    from torch.nn.functional import cross_entropy
    from torch.utils.data import DataLoader, TensorDataset

    x, y = examples()
    data = TensorDataset(torch.from_numpy(shaped(workload, x)), torch.from_numpy(y))
    batches = DataLoader(data, batch_size=BATCH, shuffle=True)
    model = network(workload)
    clock.ask = asked(model)
    optimizer = torch.optim.SGD(model.parameters(), RATE, MOMENTUM)
    for _ in range(FOREVER):
        for inputs, answers in batches:
            clock.tick()
            optimizer.zero_grad()
            loss = cross_entropy(model(inputs), answers)
            loss.backward()
            optimizer.step()
            loss.item()


@dataclass(frozen=True)
class Settings:
    """What rung's machinery wants to know of a training."""

    epochs: int = FOREVER
    batch: int = BATCH
    seed: int = 0


def rung(workload: str, clock: Clock) -> None:
    """Train as `rung train` does: schedule, seeds, curve, a validation and a checkpoint an epoch."""
    import torch
    from torch.nn.functional import cross_entropy

    from rung.train.inputs import Inputs
    from rung.train.loop import Callback, Training
    from rung.train.progress import Plain
    from rung.train.record import Run
    from rung.train.setup import train
    from rung.train.tasks import Classes
    from rung.train.techniques import Techniques

    class Tick(Callback):
        def before_step(self, t: Training) -> None:
            clock.tick()

    x, y = examples()
    rows = np.arange(len(y))
    inputs = Inputs(shaped(workload, x), y, {"train": rows, "validation": rows[:BATCH]})

    def build(config: Any, inputs: Any) -> Any:
        model = network(workload)
        clock.ask = asked(model)
        return model

    recipe: Any = SimpleNamespace(
        TASK=Classes(),
        build=build,
        optimizer=lambda config, model: torch.optim.SGD(model.parameters(), RATE, MOMENTUM),
        loss=lambda model, x, y: cross_entropy(model(x), y),
        rate=lambda config, steps: lambda step: RATE,
    )
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder))
        train(
            recipe, Settings(seed=SEED), Techniques(), inputs, run, run, Plain(io.StringIO()), more=[Tick()]
        )


def lightning(workload: str, clock: Clock) -> None:
    """Train by Lightning's Trainer with all it can leave out left out; batches as in the plain loop."""
    import lightning
    import torch
    from torch.nn.functional import cross_entropy

    x, y = examples()
    inputs, answers = torch.from_numpy(shaped(workload, x)), torch.from_numpy(y)

    class Batches:
        def __len__(self) -> int:
            return STEPS

        def __iter__(self) -> Iterator[tuple[Any, Any]]:
            return ((inputs[rows], answers[rows]) for rows in torch.randperm(len(answers)).split(BATCH))

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = network(workload)
            clock.ask = asked(self.model)

        def training_step(self, batch: Any, index: int) -> Any:
            return cross_entropy(self.model(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), RATE, MOMENTUM)

    class Tick(lightning.Callback):
        def on_train_batch_start(self, *_: Any) -> None:
            clock.tick()

    trainer = lightning.Trainer(
        max_epochs=FOREVER, accelerator="cpu", logger=False, enable_checkpointing=False, callbacks=[Tick()],
        enable_progress_bar=False, enable_model_summary=False, barebones=False,
    )  # fmt: skip
    trainer.fit(Module(), Batches())


def keras(workload: str, clock: Clock) -> None:
    """Train by Keras's `fit` on PyTorch, from arrays; the same layers and sizes."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(SEED)
    x, y = examples()
    if workload == "mlp":
        inputs = x.reshape(len(x), -1)
        parts = [layers.Dense(256, "relu"), layers.Dense(128, "relu"), layers.Dense(10)]
    else:
        keras.config.set_image_data_format("channels_first")  # as PyTorch has them
        inputs = x[:, None]
        parts = [
            *[layers.ZeroPadding2D(1), layers.Conv2D(8, 4, strides=2, activation="relu")],
            *[layers.ZeroPadding2D(1), layers.Conv2D(16, 4, strides=2, activation="relu")],
            *[layers.Flatten(), layers.Dense(10)],
        ]
    model = keras.Sequential([layers.Input(inputs.shape[1:]), *parts])
    model.compile(
        optimizer=keras.optimizers.SGD(RATE, MOMENTUM),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    clock.ask = lambda x: keras.ops.convert_to_numpy(model(x))

    class Tick(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            clock.tick()

    model.fit(inputs, y, batch_size=BATCH, epochs=FOREVER, verbose=0, callbacks=[Tick()])


WAYS: dict[str, Callable[[str, Clock], None]] = {
    "plain": plain, "rung": rung, "loader": loader, "lightning": lightning, "keras": keras,
}  # fmt: skip


def main() -> None:
    """Train until standard input ends."""
    warnings.simplefilter("ignore")
    way, workload, *share = sys.argv[1:]
    WAYS[way](workload, Until(workload, float(share[0])) if share else Clock())


if __name__ == "__main__":
    main()
