"""NAdam: Adam that looks ahead along its momentum, as Nesterov's does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class NAdam(Optimizer):
    """Step along the gradient and the momentum it will have made by the next step, over the recent size.

        mu_t = b1 (1 - 0.96^(t momentum_decay) / 2)          m, v as in Adam
        p <- p - lr [ (1 - mu_t) / (1 - mu_1..mu_t) g + mu_(t+1) / (1 - mu_1..mu_(t+1)) m ] / (sqrt(v^) + eps)

    Args:
        params: Tensors, or groups of them.
        lr: learning rate, about the length of every step.
        betas: how much of m and of v is kept each step, each 0 to below 1.
        eps: keeps the division finite, in the units of the gradient.
        weight_decay: adds weight_decay * p to the gradient.
        momentum_decay: how fast mu_t grows from b1 / 2 to b1.
        decoupled_weight_decay: shrink p itself, as AdamW does.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 15 flops a parameter, two arrays of its size.

    Source: dozat2016nadam, section 3, with the schedule of mu that PyTorch uses.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
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
                momentum_decay=momentum_decay,
                maximize=maximize,
                decoupled_weight_decay=decoupled_weight_decay,
            ),
        )

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["step"], state["mu_product"] = 0, 1.0
            state["exp_avg"], state["exp_avg_sq"] = np.zeros_like(data), np.zeros_like(data)
        state["step"] += 1
        (b1, b2), t, m, v = group["betas"], state["step"], state["exp_avg"], state["exp_avg_sq"]
        lr, g = group["lr"], grad
        if group["weight_decay"] and group["decoupled_weight_decay"]:
            data *= 1 - lr * group["weight_decay"]
        elif group["weight_decay"]:
            g = grad + group["weight_decay"] * data
        mu = b1 * (1 - 0.5 * 0.96 ** (t * group["momentum_decay"]))
        mu_next = b1 * (1 - 0.5 * 0.96 ** ((t + 1) * group["momentum_decay"]))
        state["mu_product"] *= mu
        product = state["mu_product"]
        m += (1 - b1) * (g - m)
        v *= b2
        v += (1 - b2) * g * g
        size = np.sqrt(v / (1 - b2**t)) + group["eps"]
        data -= lr * (1 - mu) / (1 - product) * g / size
        data -= lr * mu_next / (1 - product * mu_next) * m / size
