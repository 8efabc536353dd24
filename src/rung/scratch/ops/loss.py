"""Losses: how wrong a prediction is, as one number to make smaller."""

import numpy as np

from rung.scratch.function import Function
from rung.scratch.ops.activation import sigmoid


class Loss(Function):
    """What the losses share: a loss for each number or example, reduced by "mean", "sum" or "none"."""

    abstract = True

    def reduce(self, losses, reduction):
        """Reduce the losses to what forward returns; keep for backward what one of them counts for."""
        if reduction == "none":
            self.share = 1.0
            return losses
        self.share = 1.0 if reduction == "sum" else 1 / losses.size if losses.size else np.nan
        return losses.sum() * self.share


class MSE(Loss):
    """Mean squared error.

    L = mean (p - t)^2          dL/dp = 2 (p - t) / n
    """

    def forward(self, prediction, target, reduction="mean"):
        """prediction, target: (...) -> () or, for reduction "none", (...). Keep the error for backward."""
        self.error = prediction - target
        return self.reduce(self.error**2, reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradients of prediction and target."""
        gp = g * self.share * 2 * self.error
        return gp, -gp if self.needs[1] else None


class L1(Loss):
    """Mean absolute error (MAE), which an outlier moves less than a squared one.

    L = mean |p - t|          dL/dp = sign(p - t) / n
    """

    def forward(self, prediction, target, reduction="mean"):
        """prediction, target: (...) -> (). Keep the error for backward."""
        self.error = prediction - target
        return self.reduce(np.abs(self.error), reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradients of prediction and target."""
        gp = g * self.share * np.sign(self.error)
        return gp, -gp if self.needs[1] else None


class Huber(Loss):
    """Squared near 0, straight beyond delta: the squared error with its outliers tamed.

    L = mean of  e^2 / 2 where |e| <= delta,  delta (|e| - delta / 2) elsewhere          e = p - t
    dL/dp = e clipped to [-delta, delta], / n
    """

    def forward(self, prediction, target, delta=1.0, reduction="mean"):
        """prediction, target: (...) -> (). delta: where the square ends, in the units of the target.

        Keep the clipped error for backward.
        """
        error = prediction - target
        self.clipped = np.clip(error, -delta, delta)
        return self.reduce(self.clipped * (error - self.clipped / 2), reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradients of prediction and target."""
        gp = g * self.share * self.clipped
        return gp, -gp if self.needs[1] else None


class Hinge(Loss):
    """The margin loss of the support vector machine: right is not enough, it must be right by a margin.

    L = mean max(0, margin - t s)          dL/ds = -t / n where t s < margin, else 0
    """

    def forward(self, score, target, margin=1.0, reduction="mean"):
        """score: (...), target: (...) of -1 and 1 -> (). margin 0 is the perceptron's loss."""
        slack = margin - target * score
        self.target, self.short = target, slack > 0
        return self.reduce(np.maximum(slack, 0), reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradient of score; the target has none."""
        return g * self.share * -self.target * self.short, None


class BCEWithLogits(Loss):
    """Binary cross-entropy of a score: how surprised sigmoid(x) is by the answer t, in nats.

    L = mean -[t log s(x) + (1 - t) log(1 - s(x))] = mean max(x, 0) - x t + log(1 + e^-|x|)
    dL/dx = (s(x) - t) / n
    """

    def forward(self, logits, target, reduction="mean"):
        """logits: (...), target: (...) of 0..1 -> (). The second form of the formula cannot overflow.

        Keep both for backward.
        """
        self.logits, self.target = logits, target
        return self.reduce(
            np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))), reduction
        )

    def backward(self, g):
        """g: the gradient of the loss. Return the gradients of logits and target."""
        g = g * self.share
        return g * (sigmoid(self.logits) - self.target), -g * self.logits if self.needs[1] else None


class CrossEntropy(Loss):
    """Cross-entropy of scores: minus the log of the probability that softmax gives the right class, in nats.

        L = mean -log softmax(x)[t]          dL/dx = (softmax(x) - onehot(t)) / n

    Log-softmax and negative log-likelihood in one node: quicker, and no logarithm of a rounded 0.
    """

    def forward(self, logits, target, reduction="mean"):
        """logits: (N, C), target: (N,) of class numbers -> ().

        Keep for backward: probability (N, C), the softmax; rows, the numbers 0 ... N-1; and target.
        """
        shifted = logits - logits.max(axis=1, keepdims=True)  # (N, C), the same softmax, and no overflow
        exp = np.exp(shifted)  # (N, C)
        total = exp.sum(axis=1, keepdims=True)  # (N, 1)
        self.probability = exp / total  # (N, C)
        self.rows, self.target = np.arange(len(target)), target  # (N,)
        return self.reduce(np.log(total[:, 0]) - shifted[self.rows, target], reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradient of logits; the class numbers have none."""
        g = (g * self.share).reshape(-1, 1)  # one number a row, or one for all if the losses were reduced
        gx = self.probability * g  # (N, C)
        gx[self.rows, self.target] -= g[:, 0]
        return gx, None


class NLL(Loss):
    """Negative log-likelihood: minus the log-probability of the right class.

    L = mean -x[t]          dL/dx = -onehot(t) / n
    """

    def forward(self, log_probability, target, reduction="mean"):
        """log_probability: (N, C), target: (N,) of class numbers -> ()."""
        self.shape, self.target, self.rows = log_probability.shape, target, np.arange(len(target))
        return self.reduce(-log_probability[self.rows, target], reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return that of log_probability; the class numbers have none."""
        gx = np.zeros(self.shape, dtype=g.dtype)  # (N, C)
        gx[self.rows, self.target] = -g * self.share
        return gx, None
