"""What the network must beat: frequencies, and Kneser-Ney's n-grams; both on the network's own tokens."""

from __future__ import annotations

import numpy as np

from rung.models.kneser_ney import KneserNey


def unigram(train: np.ndarray, test: np.ndarray, size: int) -> np.ndarray:
    """Answer the surprise at each test token by how often it stands in the training text: (n, passage).

    One is added to every count, for tokens that do not occur.
    """
    counts = np.bincount(train.ravel(), minlength=size) + 1
    surprises: np.ndarray = -np.log(counts / counts.sum())[test]
    return surprises


def kneser_ney(train: np.ndarray, before: np.ndarray, test: np.ndarray, size: int, order: int) -> np.ndarray:
    """Answer the surprise at each test token by modified Kneser-Ney: (n, passage).

    Args:
        train: tokens to count, (n, passage) in order.
        before: tokens that stand before the test part, (m, passage): the last are read, none is counted.
        test: tokens to answer.
        size: of the vocabulary.
        order: tokens in the longest n-gram.

    Source: chen1999smoothing.
    """
    text = np.concatenate([before[-1:].ravel(), test.ravel()])
    return KneserNey(train.ravel(), size, order).surprises(text, start=before.shape[1]).reshape(test.shape)
