"""What breaks when a network is made smaller: the classes that lose most."""

from __future__ import annotations

from typing import Any

import numpy as np


def recalls(answers: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Return the share of each class's examples that are answered right, (classes,); nan for none.

    Args:
        answers: class numbers (n,).
        truth: class numbers (n,).
        classes: how many there are.

    Example:
        >>> recalls(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
        [0.5, 1.0]
    """
    counts = np.bincount(truth, minlength=classes).astype(np.float64)
    right = np.bincount(truth[answers == truth], minlength=classes)
    return np.where(counts > 0, right / np.maximum(counts, 1), np.nan)


def losers(before: np.ndarray, after: np.ndarray, truth: np.ndarray, classes: int) -> list[dict[str, Any]]:
    """List the classes whose recall fell, the one that fell most first.

    Args:
        before, after: class numbers (n,) that the two networks answer.
        truth: class numbers (n,).
        classes: how many there are.

    Returns:
        dicts of "class" (its number), "before" and "after" (recalls) and "of" (its examples).

    Example:
        >>> losers(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0, 0, 1]), 2)
        [{'class': 0, 'before': 1.0, 'after': 0.5, 'of': 2}]
    """
    was, now = recalls(before, truth, classes), recalls(after, truth, classes)
    order = np.argsort(np.nan_to_num(now - was), kind="stable")
    counts = np.bincount(truth, minlength=classes)
    return [
        {"class": int(c), "before": float(was[c]), "after": float(now[c]), "of": int(counts[c])}
        for c in order
        if now[c] < was[c]
    ]
