"""Adamax: Adam with the largest recent gradient in place of its mean square."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class Adamax(Optimizer):
    """Step along a running mean of the gradient, divided by its largest recent size.

        m <- b1 m + (1 - b1) g             u <- max(b2 u, |g| + eps)
        p <- p - lr / (1 - b1^t) * m / u

    Args:
        params: Tensors, or groups of them.
        lr: learning rate; no step is longer.
        betas: how much of m is kept each step, and of u; each 0 to below 1.
        eps: keeps the division finite, in the units of the gradient.
        weight_decay: adds weight_decay * p to the gradient.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 9 flops a parameter, two arrays of its size.

    Source: kingma2014adam, algorithm 2. Here: eps is added to |g|, as PyTorch.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        settings = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize)
        super().__init__(params, settings)

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["step"], state["exp_avg"], state["exp_inf"] = 0, np.zeros_like(data), np.zeros_like(data)
        state["step"] += 1
        (b1, b2), m, u = group["betas"], state["exp_avg"], state["exp_inf"]
        g = grad + group["weight_decay"] * data if group["weight_decay"] else grad
        m += (1 - b1) * (g - m)
        np.maximum(b2 * u, np.abs(g) + group["eps"], out=u)
        data -= group["lr"] / (1 - b1 ** state["step"]) * m / u
