"""Losses as modules, by the names and arguments of torch.nn; nn.functional has what each computes."""

from __future__ import annotations

from typing import Any

from rung.scratch.nn import functional as F
from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor


class Loss(Module):
    """What the losses share.

    Args:
        reduction: "mean", "sum" or "none".
    """

    abstract = True

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def extra_repr(self) -> str:
        """Return the reduction, where it is not the usual one."""
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """Mean squared error."""

    def forward(self, prediction: Tensor, target: Any) -> Tensor:
        """(...), (...) -> ()."""
        return F.mse_loss(prediction, target, self.reduction)


class L1Loss(Loss):
    """Mean absolute error."""

    def forward(self, prediction: Tensor, target: Any) -> Tensor:
        """(...), (...) -> ()."""
        return F.l1_loss(prediction, target, self.reduction)


class HuberLoss(Loss):
    """Squared up to delta, straight beyond.

    Args:
        reduction: "mean", "sum" or "none".
        delta: where the square ends, in the units of the target.
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = delta

    def forward(self, prediction: Tensor, target: Any) -> Tensor:
        """(...), (...) -> ()."""
        return F.huber_loss(prediction, target, self.reduction, self.delta)


class SmoothL1Loss(Loss):
    """The Huber loss divided by beta, so that far errors have slope 1.

    Args:
        reduction: "mean", "sum" or "none".
        beta: where the square ends, in the units of the target.
    """

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = beta

    def forward(self, prediction: Tensor, target: Any) -> Tensor:
        """(...), (...) -> ()."""
        return F.smooth_l1_loss(prediction, target, self.reduction, self.beta)


class HingeLoss(Loss):
    """The support vector machine's loss, max(0, margin - target * score). Margin 0: the perceptron's.

    Args:
        margin: how far on the right side a score must be to cost nothing, in the units of the score.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, score: Tensor, target: Any) -> Tensor:
        """(...), (...) of -1 and 1 -> ()."""
        return F.hinge_loss(score, target, self.margin, self.reduction)


class BCELoss(Loss):
    """Binary cross-entropy of probabilities, in nats.

    Args:
        weight: how much each number counts, or None; broadcasts.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, weight: Any = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    def forward(self, probability: Tensor, target: Any) -> Tensor:
        """(...), (...) of 0..1 -> ()."""
        return F.binary_cross_entropy(probability, target, self.weight, self.reduction)


class BCEWithLogitsLoss(Loss):
    """Binary cross-entropy of scores, in nats.

    Args:
        weight: how much each number counts, or None; broadcasts.
        reduction: "mean", "sum" or "none".
        pos_weight: how much more a 1 counts than a 0, or None; broadcasts.
    """

    def __init__(self, weight: Any = None, reduction: str = "mean", pos_weight: Any = None) -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, logits: Tensor, target: Any) -> Tensor:
        """(...), (...) of 0..1 -> ()."""
        return F.binary_cross_entropy_with_logits(
            logits, target, self.weight, self.reduction, self.pos_weight
        )


class CrossEntropyLoss(Loss):
    """Cross-entropy of scores, in nats: minus the mean log-probability that softmax gives the right class.

    Args:
        weight: how much each class counts, (C,).
        ignore_index: a class number that marks places to leave out.
        reduction: "mean", "sum" or "none".
        label_smoothing: how much of the target is spread evenly over all classes, 0 to 1.
    """

    def __init__(
        self,
        weight: Any = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, logits: Tensor, target: Any) -> Tensor:
        """(N, C), (N,) of class numbers -> ()."""
        return F.cross_entropy(
            logits, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(Loss):
    """Minus the mean log-probability of the right class.

    Args:
        weight: how much each class counts, (C,), or None.
        ignore_index: a class number that marks places to leave out.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, log_probability: Tensor, target: Any) -> Tensor:
        """(N, C), (N,) of class numbers -> ()."""
        return F.nll_loss(log_probability, target, self.weight, self.ignore_index, self.reduction)


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence of the target; reduction "batchmean" is the definition's.

    Args:
        reduction: "batchmean", "mean", "sum" or "none".
        log_target: whether the target is given as logarithms.
    """

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, log_probability: Tensor, target: Any) -> Tensor:
        """(N, ...), (N, ...) -> ()."""
        return F.kl_div(log_probability, target, self.reduction, self.log_target)


class CosineEmbeddingLoss(Loss):
    """Bring pairs that belong together into one direction, and the others apart.

    Args:
        margin: the cosine below which a pair that does not belong together costs nothing, -1 to 1.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin

    def forward(self, x1: Tensor, x2: Tensor, target: Any) -> Tensor:
        """(N, D), (N, D), (N,) of -1 and 1 -> ()."""
        return F.cosine_embedding_loss(x1, x2, target, self.margin, self.reduction)


class TripletMarginLoss(Loss):
    """Bring the anchor nearer to the positive than to the negative, by a margin.

    Args:
        margin: by how much nearer, in the units of the distance.
        p: which norm the distance is; 2 is the length of the difference.
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, margin: float = 1.0, p: float = 2.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin, self.p = margin, p

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """(N, D), (N, D), (N, D) -> ()."""
        return F.triplet_margin_loss(anchor, positive, negative, self.margin, self.p, self.reduction)


class CTCLoss(Loss):
    """Minus the log-probability of texts, over every way to align text and time.

    Args:
        blank: the symbol that stands for "nothing new".
        reduction: "mean", "sum" or "none".
    """

    def __init__(self, blank: int = 0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.blank = blank

    def forward(self, log_probs: Tensor, targets: Any, input_lengths: Any, target_lengths: Any) -> Tensor:
        """(T, N, C), (N, S), (N,), (N,) -> ()."""
        return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction)
