"""Text that is predicted token by token: perplexity."""

from __future__ import annotations

import numpy as np

from rung.train.tasks.task import Task


class Language(Task):
    """Perplexity: e to the mean surprise at a token, in nats; the outputs ARE the surprises, (n, tokens).

    A perplexity of 50 means that the model is as unsure as if it chose among 50 equally likely tokens. It can
    be compared only between models that cut text into the same tokens. `nan` marks a place that does not
    count.
    """

    metric = "perplexity"
    higher = False

    def each(self, outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Return the mean surprise of each example."""
        return np.asarray(np.nanmean(outputs.reshape(len(outputs), -1), axis=1, dtype=np.float64))

    def finish(self, mean: np.ndarray) -> np.ndarray:
        """Return e to the power of it."""
        return np.exp(mean)
