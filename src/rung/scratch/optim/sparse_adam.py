"""SparseAdam: Adam for a large table of which each batch uses a few rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer, OptimizerError
from rung.scratch.sparse import SparseRows


class SparseAdam(Optimizer):
    """Adam on the rows that the batch used; the memory of all others stands still.

        for each used row:  m <- b1 m + (1 - b1) g          v <- b2 v + (1 - b2) g²
                            p <- p - lr * m^ / (sqrt(v^) + eps)

    Adam itself would go on moving rows that were not used, by what m still holds, and touch the whole table
    to do so. The count t of the corrections is that of all steps, also for a row used for the first time.

    Args:
        params: Tensors whose gradients are `SparseRows`: tables of `nn.Embedding(..., sparse=True)`.
        lr: learning rate, about the length of every step.
        betas: how much of m and of v is kept each step, each 0 to below 1.
        eps: keeps the division finite, in the units of the gradient.

    Raises:
        OptimizerError: a gradient is an ordinary array, or a setting is out of range.

    Cost: per step 12 flops a used number, whatever the size of the table.

    Source: pytorch, torch.optim.SparseAdam, with its correction sqrt(1 - b2^t) outside of eps.
    """

    takes_sparse = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def update(self, data: np.ndarray, grad: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Move the used rows of one table."""
        if not isinstance(grad, SparseRows):
            raise OptimizerError(
                f"SparseAdam: a parameter of shape {data.shape} has an ordinary gradient",
                rule="It takes gradients that hold the used rows of a table.",
                fix="nn.Embedding(..., sparse=True) for the table, and optim.Adam for everything else",
            )
        if not state:
            state["step"], state["exp_avg"], state["exp_avg_sq"] = 0, np.zeros_like(data), np.zeros_like(data)
        state["step"] += 1
        (b1, b2), t, i, g = group["betas"], state["step"], grad.index, grad.rows
        m, v = (state[name].take(i, axis=0) for name in ("exp_avg", "exp_avg_sq"))  # (k, d), copies
        m += (1 - b1) * (g - m)
        v += (1 - b2) * (g * g - v)
        state["exp_avg"][i], state["exp_avg_sq"][i] = m, v
        size = np.sqrt(v)
        size += group["eps"]
        m /= size
        m *= group["lr"] * math.sqrt(1 - b2**t) / (1 - b1**t)
        data[i] = data.take(i, axis=0) - m  # take is 3 times as quick as data[i]
