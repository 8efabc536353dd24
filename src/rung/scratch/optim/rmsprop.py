"""RMSprop: divide each step by the recent size of the gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class RMSprop(Optimizer):
    """Divide each parameter's step by the root of a running mean of its squared gradients.

        v <- alpha v + (1 - alpha) g²
        p <- p - lr * g / (sqrt(v) + eps)

    AdaGrad that forgets: it can go on for ever. `centered` divides by the deviation (v minus the squared
    mean) in place of the size; `momentum` sums the divided gradients.

    Args:
        params: Tensors, or groups of them.
        lr: learning rate, about the length of every step.
        alpha: how much of the running mean is kept each step, 0 to below 1.
        eps: keeps the division finite, in the units of the gradient.
        weight_decay: adds weight_decay * p to the gradient.
        momentum: how much of the running sum of steps is kept, 0 for none.
        centered: divide by the running deviation.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 8 flops a parameter, one array of its size; momentum and centered one more each.

    Source: tieleman2012rmsprop; centered: graves2013. eps outside the root, as PyTorch.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                momentum=momentum,
                alpha=alpha,
                eps=eps,
                centered=centered,
                weight_decay=weight_decay,
                maximize=maximize,
            ),
        )

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["step"], state["square_avg"] = 0, np.zeros_like(data)
            if group["momentum"]:
                state["momentum_buffer"] = np.zeros_like(data)
            if group["centered"]:
                state["grad_avg"] = np.zeros_like(data)
        state["step"] += 1
        alpha = group["alpha"]
        g = grad + group["weight_decay"] * data if group["weight_decay"] else grad
        v = state["square_avg"]
        v *= alpha
        v += (1 - alpha) * g * g
        if group["centered"]:
            mean = state["grad_avg"]
            mean += (1 - alpha) * (g - mean)
            v = v - mean * mean
        step = g / (np.sqrt(v) + group["eps"])
        if group["momentum"]:
            buffer = state["momentum_buffer"]
            buffer *= group["momentum"]
            buffer += step
            step = buffer
        data -= group["lr"] * step
