"""What the units of every layer do over a batch: which never fire, which are stuck, how values lie."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from rung.explain.inside import entered
from rung.explain.subject import Subject, first_of, listening
from rung.explain.units_picture import LayerUnits, Units
from rung.scratch.function import name_of
from rung.scratch.mode import watch

RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}  # bends with two flat ends
BENDS = {"relu", "gelu", "silu", "elu", "leaky_relu", "leakyrelu", "selu", "softplus", *RANGES}
NEAR = 0.01  # of the range: this close to an end, the slope is nearly 0
STUCK = 0.95  # of a unit's values that are so close

See = Callable[[str, str, np.ndarray], None]


def units(
    subject: Subject, x: Any, *, bins: int = 40, edges: Mapping[str, np.ndarray] | None = None
) -> Units:
    """Look at every unit of every layer over a reference batch.

    Layers are the modules that hold no others and make real numbers, and bends that are called as functions
    between them. Units lie along axis 1 of (N, C), (N, C, H, W), and of what a Conv1d made; of other values
    of three axes, (N, T, features), along the last.

    Args:
        subject: the model.
        x: a batch of what it takes, as it comes in the data.
        bins: of each histogram, between the least and the greatest value.
        edges: of the equal bins of earlier layers, {layer: edges}, to compare histograms over time.

    Source: glorot2010, for saturated units.

    Cost: one pass forward.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU())
        >>> model[0].bias.data[1] = -100
        >>> units(Subject(model), np.ones((4, 2), np.float32)).dead[0].silent
        (1,)
    """
    engine, found, names = subject.engine, list[LayerUnits](), dict[str, int]()
    last: list[tuple[tuple[int, ...], int]] = []

    def see(name: str, kind: str, values: np.ndarray) -> None:
        if values.dtype.kind != "f" or values.ndim < 2 or not values.size:
            return
        names[name] = names.get(name, 0) + 1
        called = name if names[name] == 1 else f"{name} ({names[name]})"
        axis = _axis(kind, values.shape, last)
        last[:] = [(values.shape, axis)]
        given = None if edges is None else edges.get(called)
        found.append(_of_layer(called, kind, np.moveaxis(values, axis, -1), bins, given))

    layers = subject.layers()
    leaves = {name for name, module in layers.items() if not list(module.children())}

    def hear(name: str) -> Callable[..., None]:
        def after(module: Any, args: Any, out: Any) -> None:
            if engine.is_tensor(first_of(out)):
                see(name, type(module).__name__, engine.array(first_of(out)))

        return after

    watching = _scratch_bends if engine.name == "scratch" else _torch_bends
    with contextlib.ExitStack() as stack:
        stack.enter_context(subject.still())
        stack.enter_context(engine.quiet())
        inside = stack.enter_context(entered(subject))
        for name in leaves:
            stack.enter_context(listening(engine, layers[name], after=hear(name)))

        def bent(kind: str, out: Any) -> None:
            if not inside or inside[-1] not in leaves:
                see(f"{inside[-1] if inside else ''} {kind}".strip(), kind, engine.array(out))

        given = engine.tensor(x)
        stack.enter_context(watching(bent))
        subject.call(given)
    return Units(tuple(found), len(x[0] if isinstance(x, tuple) else x))


def _axis(kind: str, shape: tuple[int, ...], last: list[tuple[tuple[int, ...], int]]) -> int:
    if len(shape) != 3:
        return 1
    if "1d" in kind:
        return 1
    return last[0][1] if last and last[0][0] == shape else 2  # a bend leaves things where they were


def _of_layer(name: str, kind: str, values: np.ndarray, bins: int, edges: np.ndarray | None) -> LayerUnits:
    """Sum up the values (..., units) of one layer."""
    values = values.reshape(-1, values.shape[-1])
    finite = np.where(np.isfinite(values), values, 0.0)
    low, high = float(finite.min()), float(finite.max())
    if edges is None:
        edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    inside = np.clip(finite, edges[0], edges[-1])
    counts = np.histogram(inside, len(edges) - 1, (float(edges[0]), float(edges[-1])))[
        0
    ]  # equal bins are quick
    saturated = None
    if kind.lower() in RANGES:
        bottom, top = RANGES[kind.lower()]
        near = NEAR * (top - bottom)
        stuck = ((values < bottom + near) | (values > top - near)).mean(axis=0) >= STUCK
        saturated = tuple(map(int, np.flatnonzero(stuck)))
    return LayerUnits(
        name,
        kind,
        values.shape[1],
        tuple(map(int, np.flatnonzero(~(values > 0).any(axis=0)))),
        kind.lower() in ("relu", "relu_", "relu6"),
        saturated,
        float((values == 0).mean()),
        float(finite.mean(dtype=np.float64)),
        float(finite.std(dtype=np.float64)),
        low,
        high,
        edges,
        counts,
    )


@contextlib.contextmanager
def _scratch_bends(see: Callable[[str, Any], None]) -> Iterator[None]:
    def look(op: Any, inputs: Any, options: Any, out: Any) -> None:
        if name_of(op).lower() in BENDS:
            see(name_of(op).lower(), out)

    with watch(look):
        yield


@contextlib.contextmanager
def _torch_bends(see: Callable[[str, Any], None]) -> Iterator[None]:
    from torch.overrides import TorchFunctionMode

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            name = getattr(func, "__name__", "").rstrip("_")
            if name in BENDS:
                see(name, out)
            return out

    with Watch():
        yield
