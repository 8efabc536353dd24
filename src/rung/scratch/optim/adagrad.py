"""AdaGrad: a step of its own for each parameter, shorter the more it has already moved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer


class Adagrad(Optimizer):
    """Divide each parameter's step by the root of the sum of all its squared gradients so far.

        s <- s + g²
        p <- p - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps)

    Rare features keep long steps, frequent ones get short ones. The sum only grows, so steps only shrink.

    Args:
        params: Tensors, or groups of them.
        lr: learning rate, the length of the first step where the gradient is any size.
        lr_decay: shrinks lr with the number of steps.
        weight_decay: adds weight_decay * p to the gradient.
        initial_accumulator_value: where the sum of squares starts.
        eps: keeps the division finite, in the units of the gradient.
        maximize: climb in place of descend.

    Raises:
        OptimizerError: a setting is out of range.

    Cost: 7 flops a parameter, one array of its size.

    Source: duchi2011adagrad, with PyTorch's eps outside the root.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                lr_decay=lr_decay,
                eps=eps,
                weight_decay=weight_decay,
                initial_accumulator_value=initial_accumulator_value,
                maximize=maximize,
            ),
        )

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter."""
        if not state:
            state["step"], state["sum"] = 0, np.full_like(data, group["initial_accumulator_value"])
        state["step"] += 1
        g = grad + group["weight_decay"] * data if group["weight_decay"] else grad
        lr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        state["sum"] += g * g
        data -= lr * g / (np.sqrt(state["sum"]) + group["eps"])
