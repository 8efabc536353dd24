"""Parting rows into training and test rows, the same way every time, each class in its proportion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rung.data.dataset import Dataset


def stratified(y: np.ndarray, test: float = 0.2, seed: int = 0) -> dict[str, np.ndarray]:
    """Part the rows of y, class by class, at random but always alike.

    Args:
        y: class numbers (n,).
        test: the share of each class that is kept for testing, between 0 and 1.
        seed: another seed gives another, equally good, split.

    Returns:
        {"train": rows, "test": rows}, both sorted; together every row once.
    """
    rng = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        chosen.append(rng.permutation(rows)[: round(test * len(rows))])
    held_out = np.sort(np.concatenate(chosen))
    return {"train": np.setdiff1d(np.arange(len(y)), held_out), "test": held_out}


def shuffled(n: int, test: float = 0.2, seed: int = 0) -> dict[str, np.ndarray]:
    """Part n rows at random but always alike: for answers that are numbers, which have no classes to keep."""
    return stratified(np.zeros(n, dtype=int), test, seed)


def with_validation(data: Dataset, share: float = 1 / 12, seed: int = 0) -> Dataset:
    """Take a share of the training part away from it as the part "validation", to look at during training.

    The test part is for one look at the end; whoever looks at it while deciding anything has trained on it.
    """
    train = data.splits["train"]
    parts = (
        stratified(data.y[train], share, seed)
        if data.card.task == "classes"
        else shuffled(len(train), share, seed)
    )
    if not len(parts["test"]):  # too few of each class for a share of it: at least one example
        parts = {"train": np.arange(1, len(train)), "test": np.arange(1)}
    splits = {**data.splits, "train": train[parts["train"]], "validation": train[parts["test"]]}
    return replace(data, splits=splits)
