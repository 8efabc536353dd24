"""Clipping: keep one bad batch from throwing the parameters far away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.errors import GradientError


def clip_grad_norm_(
    parameters: Any, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Shorten all gradients together, in place, to a norm of at most `max_norm`; the direction stays.

        g <- g * min(1, max_norm / (norm + 1e-6))          norm over all parameters at once

    Args:
        parameters: Tensors, or one; those without a gradient do not count.
        max_norm: the longest norm allowed, in the units of the gradient.
        norm_type: 2 for the length, np.inf for the largest entry.
        error_if_nonfinite: refuse a norm that is infinite or not a number.

    Returns:
        the norm before.

    Raises:
        GradientError: the norm is not finite and that was to be refused.

    Source: pascanu2013clipping, algorithm 1. PyTorch: torch.nn.utils.clip_grad_norm_.
    """
    grads = _gradients(parameters)
    norm = total_norm(grads, norm_type)
    if error_if_nonfinite and not np.isfinite(norm):
        raise GradientError(
            f"the gradients have the norm {norm}",
            rule="What is infinite or not a number cannot be shortened.",
            fix="a smaller learning rate; look for log(0) or a division by 0",
        )
    factor = max_norm / (norm + 1e-6)
    if not factor >= 1:  # also where the norm is not a number, as in PyTorch
        with np.errstate(invalid="ignore"):  # inf * 0 is not a number, and stays visible as that
            for g in grads:
                g *= factor
    return norm


def clip_grad_value_(parameters: Any, clip_value: float) -> None:
    """Cut every entry of every gradient to between -clip_value and clip_value; directions may change."""
    for g in _gradients(parameters):
        np.clip(g, -clip_value, clip_value, out=g)


def total_norm(grads: Iterable[np.ndarray], norm_type: float = 2.0) -> float:
    """Return the norm of all gradients as if they were one long vector."""
    norms = [float(np.linalg.norm(g.reshape(-1), norm_type)) for g in grads]
    return float(np.linalg.norm(norms, norm_type)) if norms else 0.0


def _gradients(parameters: Any) -> list[np.ndarray]:
    """Return the gradients that there are, of one Tensor or of several."""
    given = [parameters] if hasattr(parameters, "requires_grad") else list(parameters)
    return [p.grad for p in given if p.grad is not None]
