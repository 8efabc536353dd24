"""Dropout: switch units off at random while training."""

from rung.scratch.function import Function


class Dropout(Function):
    """Zero each number with probability p and scale the others up, so that the expected value stays.

        y = x * m / (1 - p)          m = 0 with probability p, else 1          dL/dx = g * m / (1 - p)

    Source:
        srivastava2014dropout, section 4. Here: scaled while training ("inverted"); inference changes nothing.
    """

    def forward(self, x, p, rng):
        """x: (...) -> (...). p: the probability of dropping, 0 <= p < 1. rng: a numpy.random.Generator."""
        keep = rng.random(x.shape, dtype="float32") >= p  # (...)
        self.scale = keep.astype(x.dtype) / (1 - p)  # (...), 0 or 1 / (1 - p)
        return x * self.scale

    def backward(self, g):
        """g: (...) -> the gradient of x, (...)."""
        return g * self.scale
