"""RAdam: Adam that waits until its estimate of the gradient's size can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class RAdam(Optimizer):
    """Take plain momentum steps at first, and Adam's, scaled by how well v is known, from then on.

        rho_inf = 2 / (1 - b2) - 1          rho_t = rho_inf - 2 t b2^t / (1 - b2^t)          m^, v^ as in Adam
        p <- p - lr r_t m^ / sqrt(v^)       where rho_t > 5,   r_t = sqrt((rho_t - 4)(rho_t - 2) rho_inf
        p <- p - lr m^                      elsewhere                   / ((rho_inf - 4)(rho_inf - 2) rho_t))

    The mean of a few squares varies wildly, and dividing by it makes the first steps wild: what warm-up tames
    by hand.

    Args:
        params: Tensors, or groups of them.
        lr: learning rate.
        betas: how much of m and of v is kept each step, each 0 to below 1.
        eps: keeps the division finite, in the units of the gradient.
        weight_decay: adds weight_decay * p to the gradient.
        decoupled_weight_decay: shrink p itself, as AdamW does.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 12 flops a parameter, two arrays of its size.

    Source: liu2019radam, algorithm 2. Here: the threshold is 5, and eps is added to sqrt(v), as PyTorch.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                betas=betas,
                eps=eps,
                weight_decay=weight_decay,
                maximize=maximize,
                decoupled_weight_decay=decoupled_weight_decay,
            ),
        )

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["step"], state["exp_avg"], state["exp_avg_sq"] = 0, np.zeros_like(data), np.zeros_like(data)
        state["step"] += 1
        (b1, b2), t, m, v = group["betas"], state["step"], state["exp_avg"], state["exp_avg_sq"]
        lr, g = group["lr"], grad
        if group["weight_decay"] and group["decoupled_weight_decay"]:
            data *= 1 - lr * group["weight_decay"]
        elif group["weight_decay"]:
            g = grad + group["weight_decay"] * data
        m += (1 - b1) * (g - m)
        v *= b2
        v += (1 - b2) * g * g
        most = 2 / (1 - b2) - 1
        rho = most - 2 * t * b2**t / (1 - b2**t)
        step = lr / (1 - b1**t) * m
        if rho > 5:
            trust = math.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
            step = step * trust * math.sqrt(1 - b2**t) / (np.sqrt(v) + group["eps"])
        data -= step
