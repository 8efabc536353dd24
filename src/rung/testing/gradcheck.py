"""gradcheck: is a gradient right? Compare it with what a small change of the inputs really does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung.errors import RungError
from rung.scratch.tensor import Tensor, no_grad
from rung.testing.compare import DIFFERENCES_TOLERANCE


class GradcheckError(RungError, AssertionError):
    """A gradient disagrees with central differences.

    The slope of f along a direction d is (f(x + h d) - f(x - h d)) / 2h, whatever f is; if backward() says
    something else, backward is wrong (or f has a corner at x, where there is no slope).

    Repair: the message names the input and the entry that disagree. Look at the backward of that input; a
    factor of 2 or the batch size is often a sum that should be a mean, or the other way round.
    """

    name = "gradcheck"


def gradcheck(
    fn: Callable[..., Any],
    *inputs: Any,
    directions: int | None = None,
    step: float = 1e-6,
    tolerance: float = DIFFERENCES_TOLERANCE,
    seed: int = 0,
) -> float:
    """Compare the gradients of `fn` with central differences, in float64, and return the largest difference.

        slope along d  =  (f(x + h d) - f(x - h d)) / 2h        f: the outputs of fn, weighted at random and
        summed

    Args:
        fn: takes Tensors, returns a Tensor (or several). It must compute the same each time: no dropout.
        *inputs: arrays or Tensors. Floating-point ones are converted to float64 and checked.
        directions: how many random directions to try; None tries every number of every input on its own.
        step: h, in the units of the inputs.
        tolerance: the largest difference allowed, as a share of the largest slope.
        seed: for the weights and directions.

    Raises:
        GradcheckError: a gradient is off, is missing, or has another shape than its input.

    Cost:
        two calls of fn for every direction, or for every number.

    Example:
        >>> gradcheck(lambda x: (x * x).sum(), np.array([1.0, 2.0])) < 1e-6
        True
    """
    rng = np.random.default_rng(seed)
    arrays: list[Any] = [
        x if x is None else np.asarray(x.data if isinstance(x, Tensor) else x) for x in inputs
    ]
    wanted = [i for i, a in enumerate(arrays) if a is not None and a.dtype.kind == "f"]
    arrays = [a.astype(np.float64) if i in wanted else a for i, a in enumerate(arrays)]

    tensors: list[Any] = [
        a if a is None else Tensor(a, requires_grad=i in wanted) for i, a in enumerate(arrays)
    ]
    outputs = outputs_of(fn(*tensors))
    weights = [rng.standard_normal(out.shape) for out in outputs]
    for out, weight in zip(outputs, weights, strict=True):
        if out.requires_grad:
            out.backward(weight, retain_graph=True)

    def value(changed: list[Any]) -> float:
        with no_grad():
            results = outputs_of(fn(*[a if a is None else Tensor(a) for a in changed]))
        return sum(float((out.data * w).sum()) for out, w in zip(results, weights, strict=True))

    slopes, claims, where = [], [], []
    for i in wanted:
        grad = tensors[i].grad
        if grad is not None and grad.shape != arrays[i].shape:
            raise GradcheckError(
                f"The gradient of input {i} has shape {grad.shape}, the input {arrays[i].shape}.",
                rule="A gradient has one number for each number of its input.",
            )
        grad = np.zeros_like(arrays[i]) if grad is None else grad
        for direction in _directions(arrays[i].shape, directions, rng):
            up, down = list(arrays), list(arrays)
            up[i], down[i] = arrays[i] + step * direction, arrays[i] - step * direction
            slopes.append((value(up) - value(down)) / (2 * step))
            claims.append(float((grad * direction).sum()))
            where.append((i, direction))
    if not slopes:
        return 0.0
    errors = np.abs(np.array(slopes) - np.array(claims)) / max(1.0, np.abs(slopes).max())
    worst = int(errors.argmax())
    if not errors[worst] <= tolerance:
        i, direction = where[worst]
        along = f"number {_place(direction)}" if directions is None else "a random direction"
        raise GradcheckError(
            f"The gradient of input {i} along {along} is {claims[worst]:.6g}; "
            f"a small change says {slopes[worst]:.6g}.",
            rule="The gradient along a direction is the slope of the output along it.",
            fix="look at backward; or at a corner of the function near this input.",
        )
    return float(errors[worst])


def outputs_of(result: Any) -> list[Tensor]:
    """List the Tensors of what a function returned, however nested; None and the like are left out."""
    if isinstance(result, Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [t for part in result for t in outputs_of(part)]
    return []


def _directions(shape: tuple[int, ...], count: int | None, rng: np.random.Generator) -> list[np.ndarray]:
    if count is not None:
        return [rng.standard_normal(shape) for _ in range(count)]
    size = int(np.prod(shape))
    return [row.reshape(shape) for row in np.eye(size)]


def _place(direction: np.ndarray) -> Any:
    place = tuple(int(i) for i in np.unravel_index(int(direction.argmax()), direction.shape))
    return place[0] if len(place) == 1 else place
