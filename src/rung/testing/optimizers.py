"""check_optimizer: the rules that every optimiser keeps, for the library's, a learner's and anyone's."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rung.scratch.tensor import Tensor

SHAPES: tuple[tuple[int, ...], ...] = ((3, 4), (5,), ())

Build = Callable[[list[Any]], Any]


def check_optimizer(
    build: Build,
    reference: Build | None = None,
    *,
    steps: int = 100,
    shapes: Sequence[tuple[int, ...]] = SHAPES,
    tolerance: float = 1e-9,
) -> float:
    """Hold an optimiser to what every optimiser is held to.

    It forgets gradients on `zero_grad`; moves a parameter's array in place, and only where there is a
    gradient; leaves gradients and dtypes as they are; does the same twice; and goes on from its `state_dict`,
    to the bit.

    Args:
        build: makes the optimiser, given a list of Tensors: `lambda params: SGD(params, lr=0.1)`.
        reference: makes PyTorch's, given a list of torch tensors; both then take `steps` steps on the same
            gradients.
        steps: how many.
        shapes: of the parameters.
        tolerance: the largest difference from the reference, relative where numbers are above 1, in float64.

    Returns:
        the largest difference from the reference; 0 without one.

    Raises:
        AssertionError: a rule is broken; the message says which.

    Example:
        >>> import torch
        >>> from rung.scratch.optim import SGD
        >>> check_optimizer(lambda p: SGD(p, lr=0.1), lambda p: torch.optim.SGD(p, lr=0.1)) < 1e-12
        True
    """
    for dtype in (np.float32, np.float64):
        _keeps_the_rules(build, shapes, dtype)
    _resumes_to_the_bit(build, shapes)
    if reference is None:
        return 0.0
    off = steps_difference(build, reference, steps=steps, shapes=shapes)
    assert off <= tolerance, (
        f"after {steps} steps the parameters are off by {off:.3g}, more than {tolerance:g}"
    )
    return off


def steps_difference(
    build: Build,
    reference: Build,
    *,
    steps: int = 100,
    shapes: Sequence[tuple[int, ...]] = SHAPES,
    dtype: Any = np.float64,
    seed: int = 0,
) -> float:
    """Return how far apart the two are, at most, at any of the steps.

    The gradients are random, and now and then a parameter has none; the difference is relative where a
    parameter is above 1, absolute below.
    """
    import torch

    rng = np.random.default_rng(seed)
    ours = parameters(shapes, dtype, rng)
    theirs = [torch.tensor(p.data, requires_grad=True) for p in ours]
    a, b = build(ours), reference(theirs)
    worst = 0.0
    for step in range(steps):
        for i, (p, q) in enumerate(zip(ours, theirs, strict=True)):
            g = rng.normal(size=p.data.shape).astype(dtype)
            p.grad, q.grad = np.array(g), torch.tensor(g)
            if step % 7 == 3 and i == 1:
                p.grad = q.grad = None
        a.step()
        b.step()
        for p, q in zip(ours, theirs, strict=True):
            expected = q.detach().numpy()
            off = np.abs(p.data - expected) / np.maximum(1, np.abs(expected))
            worst = max(worst, float(np.max(off, initial=0.0)))
    return worst


def parameters(shapes: Sequence[tuple[int, ...]], dtype: Any, rng: np.random.Generator) -> list[Tensor]:
    """Return Tensors of these shapes that want gradients."""
    return [Tensor(np.array(rng.normal(size=s), dtype=dtype), requires_grad=True) for s in shapes]


def _run(optimizer: Any, params: list[Tensor], rng: np.random.Generator, steps: int) -> None:
    for _ in range(steps):
        for p in params:
            p.grad = np.array(rng.normal(size=p.data.shape), dtype=p.data.dtype)
        optimizer.step()


def _keeps_the_rules(build: Build, shapes: Sequence[tuple[int, ...]], dtype: Any) -> None:
    params = parameters(shapes, dtype, np.random.default_rng(1))
    optimizer = build(params)
    arrays, before = [p.data for p in params], [p.data.copy() for p in params]
    grads = [np.array(np.full(p.data.shape, 0.5), dtype=dtype) for p in params]
    for p, g in zip(params[1:], grads[1:], strict=True):
        p.grad = g
    optimizer.step()
    assert np.array_equal(params[0].data, before[0]), "a parameter without a gradient was moved"
    for i in range(1, len(params)):
        assert params[i].data is arrays[i], "a parameter's array was replaced, not changed in place"
        assert not np.array_equal(params[i].data, before[i]), "a parameter with a gradient was not moved"
        assert params[i].data.dtype == dtype, f"{np.dtype(dtype)} became {params[i].data.dtype}"
        assert np.all(grads[i] == 0.5), "a gradient was changed"
    optimizer.zero_grad()
    assert all(p.grad is None for p in params), "zero_grad left a gradient (it sets them to None)"


def _resumes_to_the_bit(build: Build, shapes: Sequence[tuple[int, ...]]) -> None:
    rng = np.random.default_rng(2)
    params = parameters(shapes, np.float32, rng)
    optimizer = build(params)
    _run(optimizer, params, rng, 5)
    saved, kept = optimizer.state_dict(), copy.deepcopy(rng)
    others = [Tensor(p.data.copy(), requires_grad=True) for p in params]
    _run(optimizer, params, rng, 5)
    again = build(others)
    again.load_state_dict(saved)
    _run(again, others, kept, 5)
    for p, q in zip(params, others, strict=True):
        assert p.data.tobytes() == q.data.tobytes(), "after load_state_dict it went another way"
