"""Dropout as a layer."""

from __future__ import annotations

from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor


class Dropout(Module):
    """Zero each number with probability p while training; change nothing in evaluation.

    Args:
        p: the probability of dropping, 0 <= p < 1.
        rng: draws the masks; a numpy.random.Generator, or a seed.
    """

    def __init__(self, p: float = 0.5, rng: init.Rng = None) -> None:
        super().__init__()
        self.p, self.rng = p, init.generator(rng)

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return F.dropout(x, self.p, self.training, self.rng)

    def extra_repr(self) -> str:
        """Return the probability."""
        return f"p={self.p}"
