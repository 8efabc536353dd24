"""Muon: momentum made orthogonal, so that a matrix moves equally in every direction it moves in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer, OptimizerError

# The polynomial a x + b x³ + c x⁵, tuned to be steep at 0: small singular values reach 1 in five rounds.
NEWTON_SCHULZ = (3.4445, -4.775, 2.0315)


class Muon(Optimizer):
    """Step along the momentum of a matrix with all its singular values made about 1.

        m <- momentum m + (1 - momentum) g             u = momentum m + (1 - momentum) g  with nesterov, else
        m u = U S V^T  ->  about U V^T, by `orthogonalise`
        p <- p - lr weight_decay p - lr r u            r = sqrt(max(1, rows / columns))

    A gradient of a layer is nearly of low rank: a few directions would take the whole step. For the matrices
    of hidden layers only; biases, embeddings and the output layer go to AdamW.

    Args:
        params: Tensors of two axes, or groups of them.
        lr: learning rate.
        weight_decay: the share of p that goes each step, times lr.
        momentum: how much of m is kept each step.
        nesterov: look ahead along the momentum.
        ns_coefficients: the polynomial of `orthogonalise`.
        eps: keeps the first division finite, in the units of the gradient.
        ns_steps: rounds of `orthogonalise`.
        adjust_lr_fn: how lr follows the matrix's shape: "original" (r above; None means it), or
            "match_rms_adamw", 0.2 sqrt(max(rows, columns)), with which AdamW's lr can be kept.

    Raises:
        OptimizerError: a parameter has not two axes, or a setting is out of range.

    Cost: about 2 ns_steps rows² (2 columns + rows) flops for rows <= columns; one array of its size.

    Source: jordan2024muon; "match_rms_adamw": liu2025moonlight. Here: in the parameter's own precision, where
        PyTorch orthogonalises in bfloat16, so that updates agree to about 1 %, and exactly if PyTorch is kept
        from rounding.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = NEWTON_SCHULZ,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise OptimizerError(
                f"Muon: adjust_lr_fn is {adjust_lr_fn!r}", rule='It is "original", "match_rms_adamw" or None.'
            )
        super().__init__(
            params,
            dict(
                lr=lr,
                weight_decay=weight_decay,
                momentum=momentum,
                nesterov=nesterov,
                ns_coefficients=ns_coefficients,
                eps=eps,
                ns_steps=ns_steps,
                adjust_lr_fn=adjust_lr_fn,
            ),
        )

    def add_param_group(self, group: dict[str, Any]) -> None:
        """Add matrices with settings of their own."""
        super().add_param_group(group)
        for p in self.param_groups[-1]["params"]:
            if p.data.ndim != 2:
                raise OptimizerError(
                    f"Muon was given a parameter of shape {p.data.shape}",
                    rule="It makes matrices orthogonal, so it takes parameters of two axes only.",
                    fix="give biases, embeddings and the output layer to AdamW",
                )

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one matrix."""
        if not state:
            state["momentum_buffer"] = np.zeros_like(data)
        m, momentum, lr = state["momentum_buffer"], group["momentum"], group["lr"]
        m += (1 - momentum) * (grad - m)
        u = grad + momentum * (m - grad) if group["nesterov"] else m
        u = orthogonalise(u, group["ns_coefficients"], group["ns_steps"], group["eps"])
        rows, columns = data.shape
        if group["adjust_lr_fn"] == "match_rms_adamw":
            ratio = 0.2 * math.sqrt(max(rows, columns))
        else:
            ratio = math.sqrt(max(1.0, rows / columns))
        data *= 1 - lr * group["weight_decay"]
        data -= lr * ratio * u


def orthogonalise(
    x: np.ndarray,
    coefficients: tuple[float, float, float] = NEWTON_SCHULZ,
    steps: int = 5,
    eps: float = 1e-7,
) -> np.ndarray:
    """Return about U V^T for x = U S V^T, by products alone.

        s <- a s + b s³ + c s⁵          for every singular value s, `steps` times

    Five rounds bring singular values from 1/500 of the largest up to between 0.6 and 1.3: not 1, but the same
    size, which is what counts.

    Shape:
        x (rows, columns) -> (rows, columns)

    Example:
        >>> s = np.linalg.svd(orthogonalise(np.diag([1.0, 0.1, 0.01])), compute_uv=False)
        >>> bool(s.min() > 0.6 and s.max() < 1.3)
        True
    """
    a, b, c = coefficients
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.T  # the smaller square product
    x = x / max(float(np.linalg.norm(x)), eps)  # no singular value above 1
    for _ in range(steps):
        square = x @ x.T  # (rows, rows)
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide else x.T
