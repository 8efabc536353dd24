"""One pass through a network, recorded: every layer that was called, what it made, and what fed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import nan, prod
from statistics import median
from time import perf_counter
from typing import Any

from rung.explain.ancestry import INPUT, Ancestry, ancestry_of, parts_of
from rung.explain.engine import Engine
from rung.explain.inside import around
from rung.explain.products import counting
from rung.explain.subject import Subject, first_of

__all__ = ["INPUT", "Call", "Trace", "trace"]


ENOUGH = 0.25  # seconds that are spent on timing


@dataclass(frozen=True)
class Call:
    """One call of one layer that calls no other layer; or what a block did itself before it returned.

    Attributes:
        name: as in named_modules(): "features.0".
        kind: the layer's class: "Conv2d"; of a block's own work, the operations: "Add, ReLU".
        settings: what it prints of itself: "1, 6, kernel_size=5".
        inputs: the shapes of the tensors that it took.
        output: the shape that came out; of several outputs, the first one's.
        parameters: how many numbers it trains; 0 in a second call of the same layer.
        bytes: of its output.
        flops: of its matrix products and convolutions, two for each multiply-and-add.
        seconds: that the call took, the median of several; NaN if it was not timed: a block's work is not.
        sources: which calls made what it took, INPUT for the network's input.
        between: what was done to these outside of any layer on the way: ("Add",).
        is_layer: whether it is a layer's call.
    """

    name: str
    kind: str
    settings: str
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    parameters: int
    bytes: int
    flops: int
    seconds: float = nan
    sources: tuple[int, ...] = ()
    between: tuple[str, ...] = ()
    is_layer: bool = True


@dataclass(frozen=True)
class Trace:
    """A pass through a network.

    Attributes:
        engine: "scratch" or "pytorch".
        calls: in the order in which they were made.
        blocks: the class of every layer that calls others, by name; the model itself is "".
        input: the shapes of what the network took.
        sources: which calls made what came out.
        between: what was done to these on the way out.
        parameters: how many numbers the network trains or keeps frozen, a shared one counted once.
        parameter_bytes: what they take.
        flops: of all products, those outside of any layer too.
        quickest: seconds that the quickest of the timed passes took; NaN if none was timed.
    """

    engine: str
    calls: tuple[Call, ...]
    blocks: dict[str, str]
    input: tuple[tuple[int, ...], ...]
    sources: tuple[int, ...]
    between: tuple[str, ...]
    parameters: int
    parameter_bytes: int
    flops: int
    quickest: float = nan

    @property
    def seconds(self) -> float:
        """That the layers took together."""
        return sum(call.seconds for call in self.calls if call.is_layer)


@dataclass
class _Open:
    """A call that has not returned."""

    flops: int
    sources: tuple[int, ...]
    between: tuple[str, ...]
    inputs: tuple[tuple[int, ...], ...]


def trace(subject: Subject, x: Any, times: int = 5) -> Trace:
    """Run a model once and record it, then some more times with a clock.

    Args:
        subject: the model.
        x: an input, as for `subject.ask`; best of one example.
        times: how many passes are timed at most; 0 for none. Fewer of a slow network: a quarter of a second
            is spent on it, and one pass at least.

    Cost: times + 1 passes.

    Example:
        >>> import numpy as np
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.ReLU(), nn.Linear(4, 2, rng=1))
        >>> found = trace(Subject(model), np.ones((1, 3), np.float32), times=0)
        >>> [(call.name, call.output, call.sources) for call in found.calls]
        [('0', (1, 4), (-1,)), ('1', (1, 4), (0,)), ('2', (1, 2), (1,))]
        >>> found.parameters, found.flops
        (26, 40)
    """
    engine = subject.engine
    tensors = engine.tensor(x, wanted=True)
    with subject.still(), counting(engine, subject.parts) as counted:
        recorder = _Recorder(engine, tensors, counted)
        with around(subject, recorder.enter, recorder.leave):
            out = subject.call(tensors)
        flops = counted() + recorder.unseen
    sources, between = recorder.came_from.sources((out,))
    parameters = list(subject.model.parameters())
    rounds = _rounds(subject, x, times)
    return Trace(
        engine.name,
        tuple(_with_seconds(recorder.calls, rounds)),
        recorder.blocks,
        shapes_of((tensors,)),
        sources,
        between,
        sum(int(p.numel()) for p in parameters),
        sum(engine.array(p).nbytes for p in parameters),
        flops,
        min((sum(one) for one in rounds), default=nan),
    )


class _Recorder:
    """What the hooks write down."""

    def __init__(self, engine: Engine, inputs: Any, counted: Callable[[], int]) -> None:
        self.engine, self.counted = engine, counted
        self.came_from: Ancestry = ancestry_of(engine, inputs)
        self.calls: list[Call] = []
        self.blocks: dict[str, str] = {}
        self.seen: set[int] = set()
        self.unseen = 0  # work that no counter sees

    def enter(self, name: str, module: Any, args: tuple[Any, ...]) -> _Open:
        return _Open(self.counted(), *self.came_from.sources(args), shapes_of(args))

    def leave(
        self, name: str, module: Any, args: tuple[Any, ...], out: Any, call: _Open, is_layer: bool
    ) -> None:
        if not is_layer:
            self.blocks[name] = type(module).__name__
            sources, between = self.came_from.sources((out,))
            if between and name:  # a sum, say, of what its layers made
                self._add(Call(name, ", ".join(between), "", (), (), 0, 0, 0, is_layer=False), out, sources)
            return
        own = [p for p in module.parameters() if id(p) not in self.seen]
        self.seen.update(id(p) for p in own)
        flops = self.counted() - call.flops
        if not flops:
            flops = recurrent_flops(module, call.inputs)
            self.unseen += flops
        kind, parameters = type(module).__name__, sum(int(p.numel()) for p in own)
        made = Call(name, kind, module.extra_repr(), call.inputs, (), parameters, 0, flops)
        self._add(replace(made, between=call.between), out, call.sources)

    def _add(self, call: Call, out: Any, sources: tuple[int, ...]) -> None:
        array = self.engine.array(first_of(out))
        self.calls.append(replace(call, output=array.shape, bytes=array.nbytes, sources=sources))
        self.came_from.made(len(self.calls) - 1, out)


def shapes_of(values: Any) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the tensors and arrays in nested values."""
    return tuple(tuple(part.shape) for part in parts_of(values))


def recurrent_flops(module: Any, inputs: Sequence[Sequence[int]]) -> int:
    """Count the products of a recurrent layer from its weights, where its kernel does not show them.

    Every step multiplies each weight once with each example: 2 x steps x batch x weights.
    """
    if not hasattr(module, "hidden_size") or not inputs or len(inputs[0]) not in (2, 3):
        return 0
    weights = sum(int(p.numel()) for name, p in module.named_parameters() if name.startswith("weight"))
    steps = inputs[0][:-1]  # (T, B), or of packed sequences all their steps
    return 2 * prod(steps) * weights


def _with_seconds(calls: Sequence[Call], rounds: Sequence[Sequence[float]]) -> Iterator[Call]:
    """Give every layer's call the median of its times, if every pass came by the same layers."""
    layers = sum(call.is_layer for call in calls)
    fit = bool(rounds) and all(len(one) == layers for one in rounds)
    clocked = iter([median(column) for column in zip(*rounds, strict=True)] if fit else [])
    for call in calls:
        yield replace(call, seconds=next(clocked, nan)) if call.is_layer else call


def _rounds(subject: Subject, x: Any, times: int) -> list[list[float]]:
    """Time passes until there are enough, or enough time is spent."""
    until, found = perf_counter() + ENOUGH, list[list[float]]()
    while len(found) < times and (not found or perf_counter() < until):
        found.append(_clocked(subject, x))
    return found


def _clocked(subject: Subject, x: Any) -> list[float]:
    """Return the seconds of every call that calls no other, in the order in which they returned."""
    seconds: list[float] = []

    def enter(name: str, module: Any, args: Any) -> float:
        return perf_counter()

    def leave(name: str, module: Any, args: Any, out: Any, started: float, is_layer: bool) -> None:
        took = perf_counter() - started
        if is_layer:
            seconds.append(took)

    with around(subject, enter, leave):
        subject.ask(x)
    return seconds
