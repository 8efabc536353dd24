"""A finished run made smaller, one method after the other; settings are chosen by validation."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from rung.projects.students import student_of
from rung.serve.compress.errors import CompressError
from rung.serve.onnx_file import onnx_bytes
from rung.train.backend import backend_of
from rung.train.callbacks import Randomness, Schedule
from rung.train.inputs import predict
from rung.train.loop import Callback, Training, fit
from rung.train.recipe import truth_of
from rung.train.restore import Restored
from rung.train.score import tell

# So much of the validation score may be lost: the strongest setting that keeps within it is taken.
MAY_LOSE = 0.01
_GENTLE = 0.1  # of the recipe's learning rate: what is trained on is nearly there
_CALIBRATION = 256  # training examples
_BATCH = 64
_TEMPERATURES = (2.0, 4.0)  # of what a teacher says

METHODS = {
    "magnitude": "the smallest weights are 0, the others trained on",
    "units": "whole units and channels taken out, the others trained on",
    "lowrank": "large linear layers as two thin ones, trained on",
    "dynamic": "int8 weights; ranges of the inputs found at every call",
    "static": "int8; ranges found on training examples before",
    "qat": "trained on upon the grid of int8, then int8",
    "distil": "a smaller network that learns from this one",
}
_SHARES = {"magnitude": (0.5, 0.8, 0.9, 0.95), "units": (0.25, 0.5, 0.75), "lowrank": (0.75, 0.5, 0.25)}


@dataclass(frozen=True)
class Variant:
    """A network that a method made.

    Attributes:
        method: a key of METHODS; "" for the network as it was trained.
        name: what the table calls it.
        content: its ONNX file.
        tried: the settings that were tried, with their score on the validation part.
    """

    method: str
    name: str
    content: bytes
    tried: tuple[dict[str, Any], ...] = ()


class Shrinking:
    """A run's network in PyTorch, and what every method needs: training on, validating, a file.

    Args:
        found: the run brought back.
        epochs: of each training on.
        say: told of what takes long.
        stopped: whether a person wants it to end; looked at between two steps.

    Raises:
        CompressError: the network exists from scratch alone.
    """

    def __init__(
        self,
        found: Restored,
        epochs: int,
        say: Callable[[str], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.recipe, self.inputs = found.recipe, found.inputs
        self.slug = str(found.run.config["project"])
        self.config, self.model = _in_pytorch(found)
        self.backend = backend_of(self.model)
        self.model = self.backend.place(self.model)
        self.backend.mode(self.model, training=False)
        self.epochs, self.say, self.stopped = epochs, say, stopped
        self.outputs = getattr(self.recipe, "outputs", None)
        self.width = self._width()
        self.before = self.validated(self.model)

    def make(self, method: str) -> Variant:
        """Return the network that a method makes.

        Args:
            method: a key of METHODS.

        Raises:
            CompressError: the method does not fit this network.
            KeyboardInterrupt: a person wanted it to end.
        """
        self.say(f"{method}: {METHODS[method]}")
        made: Variant = getattr(self, f"_{method}")()
        self._look_up()
        return made

    def original(self) -> Variant:
        """Return the network as it was trained."""
        return Variant("", "as trained", self.file(self.model))

    # -- the methods -----------------------------------------------------------------------------------------

    def _magnitude(self) -> Variant:
        from rung.serve.compress.magnitude import Pruning

        def made(share: float) -> Any:
            model = copy.deepcopy(self.model)
            return self.trained_on(model, after=Pruning(model, share).hold)

        of = "weights" if all(p.requires_grad for p in self.model.parameters()) else "tuned weights"
        return self._chosen("magnitude", f"{{:.0%}} of the {of} 0", made)

    def _units(self) -> Variant:
        from rung.serve.compress.units import chain, narrow

        chain(self.model)
        return self._chosen(
            "units", "{:.0%} of the units out", lambda s: self.trained_on(narrow(self.model, s))
        )

    def _lowrank(self) -> Variant:
        from rung.serve.compress.lowrank import factorised

        def made(share: float) -> Any:
            return self.trained_on(factorised(self.model, share))

        return self._chosen("lowrank", "factors, {:.0%}", made)

    def _dynamic(self) -> Variant:
        from rung.serve.compress.int8 import dynamic_int8

        return Variant("dynamic", "int8, dynamic", dynamic_int8(self.file(self.model)))

    def _static(self) -> Variant:
        from rung.serve.compress.int8 import static_int8

        return Variant("static", "int8, calibrated", static_int8(self.file(self.model), self._calibration()))

    def _qat(self) -> Variant:
        from rung.serve.compress.fake_quantize import Simulation
        from rung.serve.compress.int8 import static_int8

        model = copy.deepcopy(self.model)
        simulation = Simulation(model)
        self.trained_on(model)
        tried = self._tried("on the grid of int8", model)
        simulation.finish()
        content = static_int8(self.file(model), self._calibration())
        return Variant("qat", "int8, trained for", content, (tried,))

    def _distil(self) -> Variant:
        import torch

        from rung.serve.compress.distil import distillation_loss

        found = []

        def taught(temperature: float, model: Any, x: Any, y: Any) -> Any:
            with torch.no_grad():
                wanted = self.model(x)
            return distillation_loss(model(x), wanted, y, temperature)

        student = student_of(self.slug, self.config, self.inputs, self.recipe, self.model)
        ways: list[tuple[str, Any]] = [("student, without a teacher", None)]
        ways += [(f"student, temperature {t:g}", partial(taught, t)) for t in _TEMPERATURES]
        for name, loss in ways:
            model = self.backend.place(copy.deepcopy(student.model))
            self.trained_on(model, student.config, loss=loss)
            found.append((model, self._tried(name, model)))
        model, _ = max(found[1:], key=lambda made: made[1]["validation"])
        return Variant("distil", f"student: {student.name}", self.file(model), tuple(t for _, t in found))

    def _chosen(self, method: str, name: str, made: Callable[[float], Any]) -> Variant:
        """Try a method's shares, the gentlest first; take the strongest that keeps the validation score."""
        tried, models = [], []
        for share in _SHARES[method]:
            models.append(made(share))
            tried.append(self._tried(name.format(share), models[-1]))
        values = [t["validation"] for t in tried]
        within = [i for i, value in enumerate(values) if value >= self.before - MAY_LOSE]
        best = within[-1] if within else int(np.argmax(values))
        return Variant(method, tried[best]["setting"], self.file(models[best]), tuple(tried))

    # -- what they share -------------------------------------------------------------------------------------

    def trained_on(
        self,
        model: Any,
        config: Any = None,
        loss: Callable[[Any, Any, Any], Any] | None = None,
        after: Callable[[], None] | None = None,
    ) -> Any:
        """Train a model on the training part, and return it in evaluation mode.

        Args:
            model: is trained.
            config: settings to train by; None: those of the run, with gentle steps and few epochs.
            loss: None: the recipe's.
            after: called after each step.

        Raises:
            KeyboardInterrupt: a person wanted it to end.
        """
        config = config or replace(self.config, lr=self.config.lr * _GENTLE, epochs=self.epochs)
        self.backend.mode(model, training=True)
        training = Training(
            model,
            self.recipe.optimizer(config, model),
            self.inputs.batch_of(self.backend, config.seed),
            loss or self.recipe.loss,
            examples=len(self.inputs.splits["train"]),
            epochs=config.epochs,
            batch=config.batch,
            seed=config.seed,
        )
        rate = self.recipe.rate(config, training.total)
        fit(training, [Schedule(rate), Randomness(self.backend), _Beside(self, after)])
        self.backend.mode(model, training=False)
        return model

    def validated(self, model: Any) -> float:
        """Return a model's score on the validation part."""
        rows = self.inputs.splits["validation"]
        raw = predict(self.backend, model, self.inputs, rows, self.outputs)
        return self.recipe.TASK.value(self.recipe.TASK.outputs(raw), truth_of(self.inputs, "validation"))

    def file(self, model: Any) -> bytes:
        """Return a model's ONNX file, with the one output `scores`.

        Raises:
            ExportError: it cannot be exported.
        """
        rows = self.inputs.splits["train"][:3]
        return onnx_bytes(model, self.shown(rows), {"about": self.slug}, False, self.outputs)

    def shown(self, rows: np.ndarray) -> Any:
        """Return the inputs of some rows, texts filled up to the longest of all: a file has one width."""
        x = self.inputs.take(rows)
        if not self.width or isinstance(x, tuple):
            return x
        return np.pad(x, ((0, 0), (0, self.width - x.shape[1])))

    def batches(self, rows: np.ndarray, size: int = _BATCH) -> list[Any]:
        """Return the inputs of some rows, so many at a time."""
        return [self.shown(rows[i : i + size]) for i in range(0, len(rows), size)]

    def _calibration(self) -> Sequence[Any]:
        rows = np.random.default_rng(0).permutation(self.inputs.splits["train"])[:_CALIBRATION]
        return self.batches(rows)

    def _tried(self, setting: str, model: Any) -> dict[str, Any]:
        value = self.validated(model)
        self.say(f"  {setting}: validation {tell(value, self.recipe.TASK.unit)}")
        return {"setting": setting, "validation": value}

    def _width(self) -> int:
        """Return the length of the longest text; 0 where inputs are no texts."""
        rows = np.arange(len(self.inputs.y))
        one = self.inputs.take(rows[:1])
        if isinstance(one, tuple) or one.dtype.kind not in "iu" or one.ndim != 2:
            return 0
        return max(int(self.inputs.take(rows[i : i + 1000])[0].shape[0]) for i in range(0, len(rows), 1000))

    def _look_up(self) -> None:
        if self.stopped():
            raise KeyboardInterrupt


class _Beside(Callback):
    """What is done after a step and after an epoch of a training on."""

    def __init__(self, of: Shrinking, after: Callable[[], None] | None) -> None:
        self.of, self.after = of, after

    def after_step(self, t: Training) -> None:
        if self.after is not None:
            self.after()
        self.of._look_up()

    def after_epoch(self, t: Training) -> None:
        self.of.say(f"  epoch {t.step // t.per_epoch} of {t.epochs}: loss {t.loss:.4f}")


def _in_pytorch(found: Restored) -> tuple[Any, Any]:
    """Return the settings and the network of a run, of PyTorch: the two engines name weights alike."""
    if found.backend.name == "pytorch":
        return found.config, found.model
    if not hasattr(found.config, "engine"):
        raise CompressError(
            f"the network of {found.run.name} exists from scratch alone",
            rule="A network is made smaller in PyTorch.",
        )
    config = replace(found.config, engine="pytorch")
    model = found.recipe.build(config, found.inputs)
    backend_of(model).load_weights(model, found.backend.weights(found.model))
    return config, model
