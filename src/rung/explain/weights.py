"""A model's weights and gradients as arrays by name, and weights put in from them; both engines alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from rung.explain.engine import engine_of


def weights(model: Any, *, learned: bool = False) -> dict[str, np.ndarray]:
    """Return a copy of every parameter by its name.

    Args:
        model: of rung.scratch or PyTorch.
        learned: only those that training changes.

    Example:
        >>> from rung.scratch import nn
        >>> {name: w.shape for name, w in weights(nn.Linear(3, 2)).items()}
        {'weight': (2, 3), 'bias': (2,)}
    """
    engine = engine_of(model)
    return {
        name: np.array(engine.array(p))
        for name, p in model.named_parameters()
        if p.requires_grad or not learned
    }


def gradients(model: Any) -> dict[str, np.ndarray]:
    """Return a copy of every parameter's gradient, after backward(); 0 where none came by.

    Args:
        model: of rung.scratch or PyTorch.
    """
    engine = engine_of(model)
    return {
        name: np.zeros(tuple(p.shape), np.float32) if p.grad is None else np.array(engine.array(p.grad))
        for name, p in model.named_parameters()
        if p.requires_grad
    }


def put(model: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays into the parameters of these names, in place.

    Args:
        model: of rung.scratch or PyTorch.
        arrays: of the parameters' shapes.
    """
    scratch = engine_of(model).name == "scratch"
    for name, p in model.named_parameters():
        if name in arrays:
            if scratch:
                p.data[...] = arrays[name]
            else:
                import torch

                p.data.copy_(torch.from_numpy(np.array(arrays[name])))


@contextlib.contextmanager
def standing(model: Any) -> Iterator[Callable[[Mapping[str, np.ndarray]], None]]:
    """Give a function that puts weights and running statistics in; at the end all is what it was, to the bit.

    What a call does not name is as it was at the beginning, not as an earlier call left it.

    Args:
        model: of rung.scratch or PyTorch.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Linear(1, 1, rng=0)
        >>> with standing(model) as put_in:
        ...     put_in({"bias": np.array([7.0], np.float32)})
        ...     inside = float(model.bias.data[0])
        >>> inside, float(model.bias.data[0]) == 7
        (7.0, False)
    """
    if engine_of(model).name == "scratch":
        before: dict[str, Any] = {name: np.array(a) for name, a in model.state_dict().items()}

        def put_in(arrays: Mapping[str, np.ndarray]) -> None:
            model.load_state_dict({name: np.array(arrays.get(name, a)) for name, a in before.items()})
    else:
        import torch

        before = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

        def put_in(arrays: Mapping[str, np.ndarray]) -> None:
            model.load_state_dict(
                {n: torch.from_numpy(np.array(arrays[n])) if n in arrays else t for n, t in before.items()}
            )

    try:
        yield put_in
    finally:
        put_in({})


@contextlib.contextmanager
def restored(model: Any) -> Iterator[dict[str, np.ndarray]]:
    """Give a copy of all weights, and put them back to the bit at the end, however it ends.

    Args:
        model: of rung.scratch or PyTorch.
    """
    engine = engine_of(model)
    before = {name: _exact(engine, p) for name, p in model.named_parameters()}
    try:
        yield weights(model)
    finally:
        for name, p in model.named_parameters():
            if engine.name == "scratch":
                p.data[...] = before[name]
            else:
                p.data.copy_(before[name])


def _exact(engine: Any, p: Any) -> Any:
    """Copy a parameter in its own precision."""
    return p.data.copy() if engine.name == "scratch" else p.detach().clone()
