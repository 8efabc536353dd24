"""Losses for numbers and for vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import SettingError
from rung.scratch.nn.functional.checks import check_reduction, paired_target, reduced
from rung.scratch.tensor import Tensor, apply


def mse_loss(prediction: Tensor, target: Any, reduction: str = "mean") -> Tensor:
    """Return the mean squared error."""
    check_reduction("mse_loss", reduction)
    return apply(ops.MSE, prediction, paired_target("mse_loss", prediction, target), reduction=reduction)


def l1_loss(prediction: Tensor, target: Any, reduction: str = "mean") -> Tensor:
    """Return the mean absolute error."""
    check_reduction("l1_loss", reduction)
    return apply(ops.L1, prediction, paired_target("l1_loss", prediction, target), reduction=reduction)


def huber_loss(prediction: Tensor, target: Any, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """Return the Huber loss: squared up to delta, straight beyond.

    Raises:
        SettingError: delta is not above 0.
    """
    check_reduction("huber_loss", reduction)
    if not delta > 0:
        raise SettingError(f"huber_loss: delta is {delta}.", rule="It is where the square ends, above 0.")
    target = paired_target("huber_loss", prediction, target)
    return apply(ops.Huber, prediction, target, delta=delta, reduction=reduction)


def smooth_l1_loss(prediction: Tensor, target: Any, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """Return the Huber loss divided by beta: far errors have slope 1. Beta 0 is the absolute error."""
    if beta == 0:
        return l1_loss(prediction, target, reduction)
    return huber_loss(prediction, target, reduction, beta) / beta


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between vectors along `dim`; lengths below eps count as eps."""
    length1 = x1.square().sum(dim).clip(min=eps * eps).sqrt()
    length2 = x2.square().sum(dim).clip(min=eps * eps).sqrt()
    return (x1 * x2).sum(dim) / (length1 * length2)


def cosine_embedding_loss(
    x1: Tensor, x2: Tensor, target: Any, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """Return 1 - cos for pairs that belong together (target 1), max(0, cos - margin) for others (-1).

    Shape:
        x1, x2 (N, D), target (N,) -> ()
    """
    cosine = cosine_similarity(x1, x2, dim=-1)
    together = np.asarray(target.data if isinstance(target, Tensor) else target) > 0
    return reduced((1 - cosine).where(together, (cosine - margin).clip(min=0)), reduction)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6) -> Tensor:
    """Return the p-norm of x1 - x2 + eps along the last axis."""
    return (x1 - x2 + eps).norm(p, -1)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    reduction: str = "mean",
) -> Tensor:
    """Return mean max(0, d(anchor, positive) - d(anchor, negative) + margin).

    Shape:
        anchor, positive, negative (N, D) -> ()
    """
    gap = pairwise_distance(anchor, positive, p) - pairwise_distance(anchor, negative, p) + margin
    return reduced(gap.clip(min=0), reduction)


def ctc_loss(
    log_probs: Tensor,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
) -> Tensor:
    """Return minus the log-probability of the target texts, over every way to align text and time, in nats.

    Args:
        log_probs: log-probabilities of the symbols at each time.
        targets: symbols of the texts, padded to one length.
        input_lengths: how many time steps of each example count.
        target_lengths: how many symbols of each text count.
        blank: the symbol that stands for "nothing new".
        reduction: "mean" divides each loss by the length of its text and takes the mean; "sum" or "none".

    Shape:
        log_probs (T, N, C), targets (N, S), lengths (N,) -> ()
    """
    check_reduction("ctc_loss", reduction)
    lengths = np.asarray(target_lengths)
    losses = apply(
        ops.CTC,
        log_probs,
        targets=np.asarray(targets.data if isinstance(targets, Tensor) else targets),
        input_lengths=np.asarray(input_lengths),
        target_lengths=lengths,
        blank=blank,
    )  # (N,)
    if reduction == "mean":
        return (losses / np.maximum(lengths, 1).astype(log_probs.data.dtype)).mean()
    return reduced(losses, reduction)
