"""Adadelta: steps in the parameter's own units, with no learning rate to find."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class Adadelta(Optimizer):
    """Scale each gradient by the recent size of the steps over the recent size of the gradients.

        v <- rho v + (1 - rho) g²
        d  = sqrt(u + eps) / sqrt(v + eps) * g
        u <- rho u + (1 - rho) d²
        p <- p - lr * d

    A gradient has the unit loss/p; d has the unit of p, as a step should.

    Args:
        params: Tensors, or groups of them.
        lr: a factor on the step, 1 by the paper.
        rho: how much of the running means is kept each step, 0 to below 1.
        eps: starts the first steps and keeps the division finite, in squared units.
        weight_decay: adds weight_decay * p to the gradient.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 14 flops a parameter, two arrays of its size.

    Source: zeiler2012adadelta, algorithm 1.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        settings = dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize)
        super().__init__(params, settings)

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["step"], state["square_avg"] = 0, np.zeros_like(data)
            state["acc_delta"] = np.zeros_like(data)
        state["step"] += 1
        rho, eps, v, u = group["rho"], group["eps"], state["square_avg"], state["acc_delta"]
        g = grad + group["weight_decay"] * data if group["weight_decay"] else grad
        v *= rho
        v += (1 - rho) * g * g
        d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u *= rho
        u += (1 - rho) * d * d
        data -= group["lr"] * d
