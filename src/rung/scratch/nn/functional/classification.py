"""Losses for classes: cross-entropy and its relatives. The plain case is one node; options are composed."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.nn.functional.activation import log_softmax, softplus
from rung.scratch.nn.functional.checks import (
    as_target,
    check_reduction,
    class_target,
    paired_target,
    reduced,
)
from rung.scratch.tensor import Tensor, apply


def cross_entropy(
    logits: Tensor,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return minus the mean log-probability that softmax gives the right class, in nats.

    Args:
        logits: scores.
        target: class numbers; or probabilities of the shape of logits.
        weight: how much each class counts, (C,).
        ignore_index: a class number that marks places to leave out.
        reduction: "mean" (over what is not left out, by weight), "sum" or "none".
        label_smoothing: how much of the target is spread evenly over all classes, 0 to 1.

    Shape:
        logits (N, C), target (N,); or (C,), (); or (N, C, d1, ...), (N, d1, ...)

    Raises:
        ShapeError: the shapes do not fit, or a class number is out of range.
        DTypeError: the class numbers are not whole.
        SettingError: the reduction is unknown, or label_smoothing is not from 0 to 1.
    """
    check_reduction("cross_entropy", reduction)
    if not 0 <= label_smoothing <= 1:
        raise SettingError(f"cross_entropy: label_smoothing is {label_smoothing}.", rule="It is from 0 to 1.")
    target = target if isinstance(target, Tensor) else Tensor(target)
    if target.data.dtype.kind == "f" and target.shape == logits.shape and logits.ndim:
        return _soft_cross_entropy(logits, target, weight, reduction, label_smoothing)
    scores, numbers = _rows(logits, target)
    numbers, marked = class_target("cross_entropy", scores, numbers, ignore_index)
    if weight is None and not label_smoothing and not marked:
        losses = apply(ops.CrossEntropy, scores, numbers, reduction=reduction)
    else:
        losses = _composed(log_softmax(scores, 1), numbers, weight, ignore_index, reduction, label_smoothing)
    return losses.reshape(target.shape) if reduction == "none" else losses


def nll_loss(
    log_probability: Tensor,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """Return minus the mean log-probability of the right class; arguments as for cross_entropy."""
    check_reduction("nll_loss", reduction)
    target = target if isinstance(target, Tensor) else Tensor(target)
    scores, numbers = _rows(log_probability, target)
    numbers, marked = class_target("nll_loss", scores, numbers, ignore_index)
    if weight is None and not marked:
        losses = apply(ops.NLL, scores, numbers, reduction=reduction)
    else:
        losses = _composed(scores, numbers, weight, ignore_index, reduction, 0.0)
    return losses.reshape(target.shape) if reduction == "none" else losses


def _rows(scores: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Bring (C,) and (N, C, d1, ...) into the form (rows, C), and the target into (rows,)."""
    if scores.ndim == 1 and target.ndim == 0:
        return scores.reshape(1, -1), target.reshape(1)
    if scores.ndim > 2 and target.shape == (scores.shape[0], *scores.shape[2:]):
        return scores.movedim(1, -1).reshape(-1, scores.shape[1]), target.reshape(-1)
    return scores, target


def _composed(
    log_p: Tensor, numbers: Tensor, weight: Any, ignore_index: int, reduction: str, smoothing: float
) -> Tensor:
    """Return the loss with weights, places left out, and smoothing, put together from plain operations."""
    classes = log_p.shape[1]
    kept = numbers.data != ignore_index  # (rows,)
    w = np.ones(classes) if weight is None else np.asarray(as_target(log_p, weight).data)
    if w.shape != (classes,):
        raise ShapeError(
            f"cross_entropy: the weight has shape {w.shape}, there are {classes} classes.",
            rule="There is one weight for each class.",
        )
    w = w.astype(log_p.data.dtype)  # (C,)
    safe = np.where(kept, numbers.data, 0)  # (rows,), any class will do where the weight is 0
    row_weight = np.where(kept, w[safe], 0).astype(w.dtype)  # (rows,)
    losses = -log_p.gather(1, safe[:, None]).squeeze(1) * row_weight  # (rows,)
    if smoothing:
        even = -(log_p * w).sum(1) * kept.astype(w.dtype)  # (rows,), all classes alike
        losses = losses * (1 - smoothing) + even * (smoothing / classes)
    if reduction == "mean":
        return losses.sum() / row_weight.sum()
    return reduced(losses, reduction)


def _soft_cross_entropy(
    logits: Tensor, target: Tensor, weight: Any, reduction: str, smoothing: float
) -> Tensor:
    """Return the cross-entropy against probabilities in place of class numbers."""
    dim = 0 if logits.ndim == 1 else 1
    classes = logits.shape[dim]
    target = as_target(logits, target)
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    terms = target * log_softmax(logits, dim)
    if weight is not None:
        terms = terms * as_target(logits, weight).reshape(classes, *[1] * (logits.ndim - 1 - dim))
    losses = -terms.sum(dim)
    return reduced(losses, reduction)


def binary_cross_entropy(
    probability: Tensor, target: Any, weight: Any = None, reduction: str = "mean"
) -> Tensor:
    """Return the binary cross-entropy of probabilities, in nats; from scores, take the function below.

    Shape:
        probability (...), target (...) of 0..1, weight that broadcasts -> ()
    """
    check_reduction("binary_cross_entropy", reduction)
    target = paired_target("binary_cross_entropy", probability, target)
    if weight is None:
        return apply(ops.BCE, probability, target, reduction=reduction)
    return reduced(apply(ops.BCE, probability, target, reduction="none") * weight, reduction)


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Any, weight: Any = None, reduction: str = "mean", pos_weight: Any = None
) -> Tensor:
    """Return the binary cross-entropy of scores, in nats.

    Args:
        logits: scores (...).
        target: (...), 0..1.
        weight: how much each number counts; broadcasts.
        reduction: "mean", "sum" or "none".
        pos_weight: how much more a 1 counts than a 0; broadcasts.
    """
    name = "binary_cross_entropy_with_logits"
    check_reduction(name, reduction)
    target = paired_target(name, logits, target)
    if weight is None and pos_weight is None:
        return apply(ops.BCEWithLogits, logits, target, reduction=reduction)
    if pos_weight is None:
        losses = apply(ops.BCEWithLogits, logits, target, reduction="none")
    else:  # (1 - t) x + (1 + (w - 1) t) log(1 + e^-x)
        losses = (1 - target) * logits + (1 + target * (as_target(logits, pos_weight) - 1)) * softplus(
            -logits
        )
    return reduced(losses if weight is None else losses * as_target(logits, weight), reduction)


def kl_div(log_probability: Tensor, target: Any, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """Return the Kullback-Leibler divergence of the target from the prediction, in nats.

    Args:
        log_probability: the prediction's logarithm (N, ...).
        target: probabilities, or their logarithms with log_target.
        reduction: "batchmean" is the divergence of the definition; "mean" divides by every number, as in
            PyTorch.
        log_target: whether the target is given as logarithms.
    """
    check_reduction("kl_div", reduction, ("batchmean", "mean", "sum", "none"))
    target = paired_target("kl_div", log_probability, target)
    target = target.exp() if log_target else target
    if reduction == "batchmean":
        return apply(ops.KLDiv, log_probability, target, reduction="sum") / log_probability.shape[0]
    return apply(ops.KLDiv, log_probability, target, reduction=reduction)


def hinge_loss(score: Tensor, target: Any, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """Return mean max(0, margin - target * score); targets are -1 and 1."""
    check_reduction("hinge_loss", reduction)
    return apply(
        ops.Hinge, score, paired_target("hinge_loss", score, target), margin=margin, reduction=reduction
    )
