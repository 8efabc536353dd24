"""A model that is looked into: asked for its answers, for what a layer made, and for gradients."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rung.explain.engine import Engine, engine_of
from rung.scratch.errors import RungError, did_you_mean
from rung.scratch.function import current, use


class UnknownLayerError(RungError):
    """A layer was named that the model does not have.

    Names are those of `model.named_modules()`: "features.0", "encoder.lstm".

        >>> from rung.explain.subject import Subject
        >>> from rung.scratch import nn
        >>> Subject(nn.Sequential(nn.Linear(3, 2))).layer("conv9")
        Traceback (most recent call last):
            ...
        rung.explain.subject.UnknownLayerError: ...

    Repair: take a name from the list in the message, or from `rung look RUN`.
    """

    name = "unknown-layer"


@dataclass(frozen=True)
class Subject:
    """A model, from scratch or of PyTorch, and how it is asked.

    Attributes:
        model: the model; whatever is asked of it, it is left as it was: mode, weights and gradients.
        outputs: called with the model and its input where the answer is not `model(x)`.
        parts: by class of the library, what stands for it whenever the model is called: a learner's own
            classes, of a model from scratch.

    Example:
        >>> import numpy as np
        >>> from rung.scratch import nn
        >>> subject = Subject(nn.Sequential(nn.Linear(3, 4, rng=0), nn.ReLU(), nn.Linear(4, 2, rng=1)))
        >>> subject.value(np.ones((1, 3), np.float32), "1").shape
        (1, 4)
        >>> scores, x, gradient = subject.gradient(np.ones((1, 3), np.float32), 0)
        >>> scores.shape, gradient.shape
        ((1, 2), (1, 3))
    """

    model: Any
    outputs: Callable[[Any, Any], Any] | None = None
    parts: Mapping[type, type] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """How to look into a model of its kind."""
        return engine_of(self.model)

    def layers(self) -> dict[str, Any]:
        """Return every module by its name, the model itself under ""."""
        return dict(self.model.named_modules())

    def layer(self, name: str) -> Any:
        """Return a module by its name.

        Raises:
            UnknownLayerError: the model has no such module.
        """
        known = self.layers()
        if name not in known:
            some = [n for n in known if n]
            raise UnknownLayerError(
                f"the model has no layer {name!r}",
                rule=f"Its layers are {', '.join(some[:30])}{', ...' if len(some) > 30 else ''}.",
                fix=did_you_mean(name, some),
            )
        return known[name]

    def ask(self, x: Any) -> np.ndarray:
        """Return what the model answers, (N, ...); no graph, no dropout.

        Args:
            x: an array, or a tuple of arrays: what the model takes.
        """
        engine = self.engine
        with self.still(), engine.quiet():
            return np.array(engine.array(first_of(self.call(engine.tensor(x)))))

    def value(self, x: Any, layer: str) -> np.ndarray:
        """Return what a layer made of an input; of its last call, and its first output, if there are several.

        Raises:
            UnknownLayerError: the model has no such layer, or does not come by it on this input.
        """
        found: list[np.ndarray] = []

        def keep(module: Any, args: tuple[Any, ...], out: Any) -> None:
            found[:] = [np.array(engine.array(first_of(out)))]

        engine = self.engine
        with self.still(), engine.quiet(), listening(engine, self.layer(layer), after=keep):
            self.call(engine.tensor(x))
        if not found:
            raise UnknownLayerError(f"the model did not come by its layer {layer!r} on this input")
        return found[0]

    def gradient(
        self, x: Any, target: Any, layer: str | None = None, value: Any = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the gradient of a score by the input, or by what a layer made.

        Args:
            x: the input, (N, ...).
            target: whose score: a class number, N of them, or weights of all outputs, (N, C).
            layer: by what this layer made; None: by x, which must be real numbers.
            value: what to put in the place of x or of what the layer made; None: as it is.

        Returns:
            the answers (N, C); the value that the gradient is by; the gradient, of the value's shape.

        Raises:
            UnknownLayerError: the model has no such layer.

        Cost: one pass forward and one back.
        """
        engine = self.engine
        leaf: list[Any] = []

        def cut(module: Any, args: tuple[Any, ...], out: Any) -> Any:
            first = engine.array(first_of(out)) if value is None else value
            leaf[:] = [engine.tensor(first, wanted=True)]
            return leaf[0] if engine.is_tensor(out) else type(out)([leaf[0], *out[1:]])

        with contextlib.ExitStack() as stack:
            stack.enter_context(self.still())
            stack.enter_context(engine.frozen(self.model))
            if layer is None:
                leaf = [engine.tensor(x if value is None else value, wanted=True)]
                out = first_of(self.call(leaf[0]))
            else:
                stack.enter_context(listening(engine, self.layer(layer), after=cut))
                out = first_of(self.call(engine.tensor(x)))
            scores = np.array(engine.array(out))
            chosen = engine.tensor(weights_of(target, scores).astype(scores.dtype))
            found = engine.gradient((out * chosen).sum(), leaf[0])
        return scores, np.array(engine.array(leaf[0])), np.array(found)

    def call(self, x: Any) -> Any:
        """Call the model, as it is called in its project, on the parts that it has."""
        with self.in_place():
            return self.outputs(self.model, x) if self.outputs else self.model(x)

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the subject's parts stand for the library's; what has been built upon one of them stays."""
        with contextlib.ExitStack() as stack:
            for part, own in self.parts.items():
                if not issubclass(current(part), own):
                    stack.enter_context(use(part, own))
            yield

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Put every layer into evaluation mode for a while."""
        modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        try:
            yield
        finally:
            for module, training in modes:
                object.__setattr__(module, "training", training)


@contextlib.contextmanager
def listening(engine: Engine, module: Any, before: Any = None, after: Any = None) -> Iterator[None]:
    """Call functions before and after a module, for a while."""
    away = engine.listen(module, before, after)
    try:
        yield
    finally:
        away()


def first_of(out: Any) -> Any:
    """Return the first of several outputs: of a recurrent layer, what it made and not its last states."""
    while isinstance(out, (tuple, list)):
        out = out[0]
    return out


def weights_of(target: Any, scores: np.ndarray) -> np.ndarray:
    """Return which outputs are meant, as weights of all of them, of the shape of `scores` (N, C)."""
    target = np.asarray(target)
    if target.shape == scores.shape and target.dtype.kind == "f":
        return target
    if scores.ndim == 1:  # one number an example
        return np.ones(scores.shape)
    chosen = np.zeros(scores.shape)
    chosen[np.arange(len(scores)), np.broadcast_to(target, len(scores))] = 1
    return chosen
