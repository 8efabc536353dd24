"""Lion: only the sign of the momentum, found by a program that searched for optimisers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class Lion(Optimizer):
    """Move every parameter by exactly lr, in the direction of a mix of momentum and gradient.

        c  = sign(b1 m + (1 - b1) g)
        p <- p - lr (c + weight_decay p)
        m <- b2 m + (1 - b2) g

    One array of memory, half of Adam's. All steps are equally long, so lr is 3 to 10 times smaller than
    Adam's and weight_decay as much larger.

    Args:
        params: Tensors, or groups of them.
        lr: learning rate, the length of every step.
        betas: how much of m is in the direction, and how much of it is kept each step; each 0 to below 1.
        weight_decay: the share of p that goes each step, times lr.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 9 flops a parameter, one array of its size.

    Source: chen2023lion, program 1. PyTorch has none; the state's name is Adam's.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["exp_avg"] = np.zeros_like(data)
        (b1, b2), m = group["betas"], state["exp_avg"]
        direction = np.sign(b1 * m + (1 - b1) * grad)
        data *= 1 - group["lr"] * group["weight_decay"]
        data -= group["lr"] * direction
        m *= b2
        m += (1 - b2) * grad
