"""Guided backprop: a gradient that only what speaks for the answer may pass."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from rung.explain.attribution.point import point
from rung.explain.attribution.result import Attribution, AttributionError
from rung.explain.subject import Subject
from rung.scratch.function import current, use
from rung.scratch.ops.activation import ReLU


def guided_backprop(subject: Subject, x: Any, target: Any = None, layer: str | None = None) -> Attribution:
    """Return the gradient that is left if every ReLU on the way back lets only positive numbers through.

        ReLU                y = max(0, x)
        backprop            R = g            where x > 0, else 0
        guided backprop     R = max(0, g)    where x > 0, else 0

    The maps are sharp, as if drawn with a pen, and that is the trouble with them: with randomised weights
    they look nearly the same (`sanity_check`). They show which edges of the picture the network can see
    rather than why it answered.

    Args:
        subject: the model.
        x: floats, words, or a table's floats and categories; see `point`.
        target: whose score; None: the answer's own.
        layer: by what this layer made; None: by the input.

    Raises:
        AttributionError: the model has no ReLU (ReLU6 is one); the input has no real numbers, or the target
            is none of the answers.
        UnknownLayerError: the model has no such layer.

    Cost: one pass forward and back.

    Source: springenberg2015, section 3.4.
    """
    at = point(subject, x, target, layer)
    with guided(subject) as met:
        slope = at.slope(at.z)
    if not met:
        raise AttributionError(
            "guided backprop came by no ReLU",
            rule="It changes the way back through a ReLU; without one it is the plain gradient.",
            fix='method="saliency"',
        )
    return at.found("guided-backprop", at.per_place(slope), slope)


@contextlib.contextmanager
def guided(subject: Subject) -> Iterator[list[str]]:
    """Let every ReLU pass only positive gradients within the block; yield a list that notes each it meets.

    It holds for ReLU layers and for functions alike, in this thread; the model itself is not touched.

    Args:
        subject: whose engine's ReLU.
    """
    met: list[str] = []
    with _scratch(subject, met) if subject.engine.name == "scratch" else _torch(met):
        yield met


def _scratch(subject: Subject, met: list[str]) -> contextlib.AbstractContextManager[None]:
    """Swap the ReLU that runs now, the library's or a learner's, for one that is guided."""
    with subject.in_place():
        base: Any = current(ReLU)

    class Guided(base):
        def forward(self, x: np.ndarray) -> np.ndarray:
            met.append("ReLU")
            made: np.ndarray = super().forward(x)
            return made

        def backward(self, g: np.ndarray) -> Any:
            return super().backward(np.maximum(g, 0))

    return use(ReLU, Guided)


def _torch(met: list[str]) -> contextlib.AbstractContextManager[Any]:
    """Listen to every function that is called, and cut the gradient of what a ReLU made.

    A hook on `nn.ReLU` modules, as captum has it, would not see `F.relu`, which most of our models call.
    """
    import torch
    from torch.nn import functional as F
    from torch.overrides import TorchFunctionMode

    relus = {
        F.relu,
        F.relu_,
        F.relu6,
        torch.relu,
        torch.relu_,
        torch.Tensor.relu,
        torch.Tensor.relu_,
    }

    class Guided(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            if func in relus:
                met.append("ReLU")
                if out.requires_grad:
                    out.register_hook(lambda g: g.clamp(min=0))
            return out

    return Guided()
