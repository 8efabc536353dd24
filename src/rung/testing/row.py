"""A row of the table of cases: one part, the inputs it is tried on, and PyTorch's twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rung.scratch.function import current, plainly
from rung.scratch.tensor import Tensor, apply

Inputs = tuple[Any, ...]


@dataclass(frozen=True)
class Measured:
    """The largest differences from PyTorch; None where there is nothing of the kind to compare.

    Attributes:
        forward: of the outputs.
        gradient: of the gradients of inputs and parameters.
        steps: of the parameters after some steps of training.
    """

    forward: float | None = None
    gradient: float | None = None
    steps: float | None = None


@dataclass(frozen=True)
class Sample:
    """One set of inputs.

    Attributes:
        inputs: arrays. Those of float64 are given in each float type and have their gradients compared;
            others (indices, masks) are given as they are.
        options: keyword arguments, for both sides.
        smooth: whether central differences make sense here; not at a corner, nor where the output is
        infinite. label: what is special about it.
    """

    inputs: Inputs
    options: dict[str, Any] = field(default_factory=dict)
    smooth: bool = True
    label: str = ""


@dataclass(frozen=True)
class Refusal:
    """A wrong call and the error that it must raise.

    Attributes:
        call: makes the mistake.
        error: the class of the error.
        says: a regular expression that the message must match.
    """

    call: Callable[[], Any]
    error: type[Exception]
    says: str


@dataclass(frozen=True)
class Row:
    """One function: ours, PyTorch's, and the inputs that both are tried on.

    Attributes:
        name: the part's name, as `rung prove NAME` takes it.
        part: the class that the row is about: what `use` swaps.
        samples: makes the inputs, from a generator.
        reference: PyTorch's twin: called with the torch module, then tensors and options.
        ours: our function; left out, it is `apply(part, *tensors, **options)`.
        refusals: wrong calls and their errors.
        float32: whether float32 is compared too.
        tolerance: the largest difference allowed in float64, where it is not the usual one.
    """

    name: str
    part: Any
    samples: Callable[[np.random.Generator], list[Sample]]
    reference: Callable[..., Any]
    ours: Callable[..., Any] | None = None
    refusals: tuple[Refusal, ...] = ()
    float32: bool = True
    tolerance: float = 1e-10

    def call(self, *tensors: Any, **options: Any) -> Any:
        """Run our side."""
        with plainly(self.part):  # fast forms have rows of their own, with the same samples
            return (
                apply(self.part, *tensors, **options) if self.ours is None else self.ours(*tensors, **options)
            )

    def cases(self) -> Iterator[Sample]:
        """Yield the samples, the same every time."""
        yield from self.samples(np.random.default_rng(0))


@dataclass(frozen=True)
class LayerRow:
    """One layer (or loss, or model) with parameters and modes, and PyTorch's twin.

    Attributes:
        name: the part's name.
        part: the Module class.
        build: makes our layer, given the class (or what stands for it now) and a generator.
        reference: makes PyTorch's, given the torch module; its state is then copied from ours.
        samples: makes the inputs.
        refusals: wrong calls and their errors.
        steps: how many steps of gradient descent both are trained for, to compare the parameters.
        modes: whether to compare in evaluation mode too.
        tolerance: the largest difference allowed in float64.
    """

    name: str
    part: Any
    build: Callable[[Any, np.random.Generator], Any]
    reference: Callable[[Any], Any]
    samples: Callable[[np.random.Generator], list[Sample]]
    refusals: tuple[Refusal, ...] = ()
    steps: int = 5
    modes: bool = True
    tolerance: float = 1e-10

    def cases(self) -> Iterator[Sample]:
        """Yield the samples, the same every time."""
        yield from self.samples(np.random.default_rng(0))

    def make(self) -> Any:
        """Make our layer, the same every time, of the class that stands for `part` now."""
        return self.build(current(self.part), np.random.default_rng(0))


def as_tensors(inputs: Inputs, dtype: Any, requires_grad: bool = True) -> list[Any]:
    """Make Tensors of a sample's arrays; the floating-point ones in `dtype`, wanting gradients."""
    return [
        Tensor(
            x.astype(dtype, order="K") if x.dtype == np.float64 else x,
            requires_grad and x.dtype == np.float64,
        )
        if isinstance(x, np.ndarray)
        else x
        for x in inputs
    ]
