"""Dropout as a function."""

from __future__ import annotations

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import SettingError
from rung.scratch.tensor import Tensor, apply


def dropout(
    x: Tensor, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None
) -> Tensor:
    """Zero each number with probability p and scale the others by 1 / (1 - p); nothing when not training.

    Raises:
        SettingError: p is below 0, or 1 and above.
    """
    if not 0 <= p < 1:
        raise SettingError(f"dropout: p is {p}.", rule="p is the probability of dropping, 0 <= p < 1.")
    if not training or p == 0:
        return x
    return apply(ops.Dropout, x, p=p, rng=rng if rng is not None else np.random.default_rng())
