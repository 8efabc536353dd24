"""New tensors: zeros, ranges, random numbers; by PyTorch's names. Random ones take a generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch.shaping import _unpack
from rung.scratch.tensor import Tensor


def tensor(data: Any, requires_grad: bool = False, dtype: Any = None) -> Tensor:
    """Make a tensor of a copy of `data`; floats become float32 unless they come as float64 arrays."""
    copied = np.array(Tensor(data).data, dtype=dtype)
    return Tensor(copied, requires_grad)


def zeros(*shape: Any, requires_grad: bool = False, dtype: Any = np.float32) -> Tensor:
    """Make a tensor of zeros."""
    return Tensor(np.zeros(_unpack(shape), dtype), requires_grad)


def ones(*shape: Any, requires_grad: bool = False, dtype: Any = np.float32) -> Tensor:
    """Make a tensor of ones."""
    return Tensor(np.ones(_unpack(shape), dtype), requires_grad)


def full(
    shape: tuple[int, ...], value: float, requires_grad: bool = False, dtype: Any = np.float32
) -> Tensor:
    """Make a tensor of one value throughout."""
    return Tensor(np.full(shape, value, dtype), requires_grad)


def zeros_like(x: Tensor) -> Tensor:
    """Make zeros of the shape and dtype of `x`."""
    return Tensor(np.zeros_like(x.data))


def ones_like(x: Tensor) -> Tensor:
    """Make ones of the shape and dtype of `x`."""
    return Tensor(np.ones_like(x.data))


def arange(start: float, end: float | None = None, step: float = 1) -> Tensor:
    """Count from start (0 if only the end is given) up to, not including, the end."""
    return Tensor(np.arange(0, start, step).tolist() if end is None else np.arange(start, end, step).tolist())


def linspace(start: float, end: float, steps: int) -> Tensor:
    """Space `steps` numbers evenly from start to end, both included."""
    return Tensor(np.linspace(start, end, steps, dtype=np.float32))


def eye(n: int, m: int | None = None) -> Tensor:
    """Make the identity matrix."""
    return Tensor(np.eye(n, m, dtype=np.float32))


def rand(*shape: Any, rng: np.random.Generator, requires_grad: bool = False) -> Tensor:
    """Draw uniformly from [0, 1)."""
    return Tensor(rng.random(_unpack(shape), dtype=np.float32), requires_grad)


def randn(*shape: Any, rng: np.random.Generator, requires_grad: bool = False) -> Tensor:
    """Draw from the standard normal distribution."""
    return Tensor(rng.standard_normal(_unpack(shape), dtype=np.float32), requires_grad)
