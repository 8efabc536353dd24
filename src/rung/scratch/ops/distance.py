"""Losses between probabilities and between vectors."""

import numpy as np

from rung.scratch.ops.loss import Loss


class BCE(Loss):
    """Binary cross-entropy of a probability, in nats. From a score, BCEWithLogits stays exact.

        L = mean -[t log p + (1 - t) log(1 - p)]          dL/dp = (p - t) / (p (1 - p)) / n

    Both logarithms are held at -100 or above, as in PyTorch: a sure and wrong answer costs 100, not infinity.
    """

    def forward(self, probability, target, reduction="mean"):
        """probability: (...) of 0..1, target: (...) of 0..1 -> ()."""
        self.p, self.t = probability, target
        with np.errstate(divide="ignore"):  # log 0 is minus infinity
            log_p = np.maximum(np.log(probability), -100)  # (...)
            log_q = np.maximum(np.log(1 - probability), -100)  # (...)
        self.log_odds = log_p - log_q
        return self.reduce(-(target * log_p + (1 - target) * log_q), reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradients of probability and target."""
        g = g * self.share
        gp = g * (self.p - self.t) / np.maximum(self.p * (1 - self.p), 1e-12)
        return gp, -g * self.log_odds if self.needs[1] else None


class KLDiv(Loss):
    """The Kullback-Leibler divergence of the target from the prediction, in nats, element by element.

    L = mean t (log t - x)          dL/dx = -t / n          x: log-probabilities; 0 log 0 is 0
    """

    def forward(self, log_probability, target, reduction="mean"):
        """log_probability, target: (...) -> ()."""
        self.x, self.t = log_probability, target
        self.log_t = np.log(np.where(target > 0, target, 1))
        return self.reduce(target * (self.log_t - log_probability), reduction)

    def backward(self, g):
        """g: the gradient of the loss. Return the gradients of log_probability and target."""
        g = g * self.share
        return -g * self.t, g * (self.log_t + 1 - self.x) * (self.t > 0) if self.needs[1] else None
