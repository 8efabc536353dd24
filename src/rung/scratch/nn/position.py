"""Where a word stands: positions as sines, as learned vectors, and as rotations."""

from __future__ import annotations

import numpy as np

from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.joining import cat
from rung.scratch.nn import init
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor


class SinusoidalPositions(Module):
    """Add a fixed pattern of sines and cosines that is different at every position.

        P[t, 2i] = sin(t / 10000^(2i / d))          P[t, 2i + 1] = cos(t / 10000^(2i / d))

    Args:
        dim: features of a position, an even number.
        max_len: the most positions there can be.

    Shape:
        x (B, T, dim) -> (B, T, dim)

    Raises:
        SettingError: dim is odd.
        ShapeError: x has more than max_len positions.

    Source:
        vaswani2017attention, section 3.5.
    """

    def __init__(self, dim: int, max_len: int = 5000) -> None:
        super().__init__()
        if dim % 2:
            raise SettingError(f"SinusoidalPositions: dim is {dim}.", rule="Sines and cosines come in pairs.")
        self.max_len = max_len
        self.register_buffer("table", Tensor(sinusoids(max_len, dim)))

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """x: (B, T, dim), its first position being `start` -> (B, T, dim)."""
        _check_length(x, start, self.max_len)
        return x + Tensor(self.table.data[start : start + x.shape[1]].astype(x.data.dtype))


class LearnedPositions(Module):
    """Add a learned vector for each position.

    Args:
        dim: features of a position.
        max_len: the most positions there can be.
        rng: draws the first vectors, normal with deviation 0.02; a numpy.random.Generator, or a seed.

    Shape:
        x (B, T, dim) -> (B, T, dim).   weight (max_len, dim).

    Raises:
        ShapeError: x has more than max_len positions.

    Source:
        gehring2017convolutional; the deviation is that of radford2019gpt2.
    """

    def __init__(self, dim: int, max_len: int, rng: init.Rng = None) -> None:
        super().__init__()
        self.max_len = max_len
        self.weight = Parameter(init.normal((max_len, dim), 0.0, 0.02, init.generator(rng)))

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """x: (B, T, dim), its first position being `start` -> (B, T, dim)."""
        _check_length(x, start, self.max_len)
        return x + self.weight[start : start + x.shape[1]]


class RotaryPositions(Module):
    """Turn each pair of features by an angle that grows with the position: scores then see only distances.

        (x_i, x_(i + d/2)) at t is turned by the angle t / base^(2i / d)

    Args:
        dim: features of a head, an even number.
        base: the slowest pair turns about once in 2 pi base positions.

    Shape:
        x (..., T, dim) -> (..., T, dim), for queries and for keys

    Raises:
        SettingError: dim is odd.

    Source:
        su2021roformer. Here the pairs are (i, i + d/2), as in most code since.
    """

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        if dim % 2:
            raise SettingError(f"RotaryPositions: dim is {dim}.", rule="Features are turned in pairs.")
        self.dim, self.base = dim, base

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """x: (..., T, dim), its first position being `start` -> (..., T, dim)."""
        half = self.dim // 2
        speed = self.base ** (-np.arange(half) / half)  # (d/2,)
        angle = np.outer(np.arange(start, start + x.shape[-2]), speed)  # (T, d/2)
        cos, sin = (Tensor(f(angle).astype(x.data.dtype)) for f in (np.cos, np.sin))
        first, second = x[..., :half], x[..., half:]
        return cat([first * cos - second * sin, second * cos + first * sin], -1)


def sinusoids(length: int, dim: int) -> np.ndarray:
    """Return the table of sines and cosines, (length, dim), float32."""
    speed = 10000.0 ** (-np.arange(0, dim, 2) / dim)  # (d/2,)
    angle = np.outer(np.arange(length), speed)  # (length, d/2)
    table = np.empty((length, dim), dtype=np.float32)
    table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


def _check_length(x: Tensor, start: int, most: int) -> None:
    if x.ndim != 3 or start + x.shape[1] > most:
        raise ShapeError(
            f"positions: x has shape {x.shape} and begins at {start}; there are {most} positions.",
            rule="x is (B, T, dim), and no position is beyond max_len.",
            fix="a larger max_len, or a shorter text.",
        )
