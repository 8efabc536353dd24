"""Parting rows into training and test rows, the same way every time, each class in its proportion."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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


def hashed(names: Sequence[str | bytes], y: np.ndarray, test: float = 0.2) -> dict[str, np.ndarray]:
    """Part the rows of y, class by class, by a hash of their names: the order of the rows does not matter.

    Equal names are on one side, whichever that is, so a copy of an example never tells its answer. A class
    with two names or more is on both sides.

    Args:
        names: what each example is called (n,), or its contents.
        y: class numbers (n,).
        test: the share of each class that is kept for testing, between 0 and 1.

    Returns:
        {"train": rows, "test": rows}, both sorted; together every row once.

    Example:
        >>> hashed(["a", "b", "c", "d", "e"], np.zeros(5, int))["test"]
        array([3])
    """
    digests = [hashlib.sha256(n if isinstance(n, bytes) else n.encode()).hexdigest() for n in names]
    held_out: set[int] = set()
    for label in np.unique(y):
        rows = [int(i) for i in np.flatnonzero(y == label)]
        kinds = sorted({digests[i] for i in rows})
        chosen = set(kinds[: max(round(test * len(kinds)), min(1, len(kinds) - 1))])
        held_out |= {i for i in rows if digests[i] in chosen}
    return {
        "train": np.array([i for i in range(len(y)) if i not in held_out], dtype=np.int64),
        "test": np.array(sorted(held_out), dtype=np.int64),
    }


def by_time(time: np.ndarray, test: float = 0.2, of: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Part rows by their time: the last share is for testing, for nobody can train on tomorrow.

    Args:
        time: when each row was measured (n,), any numbers that grow; equal times keep the order of the rows.
        test: the share at the end that is kept for testing, between 0 and 1.
        of: whose row each is (n,); each keeps its own last share, rounded, but at least one row of two.

    Returns:
        {"train": rows, "test": rows}, both sorted; together every row once.

    Example:
        >>> by_time(np.array([3, 1, 2, 5, 4]))["test"]
        array([3])
    """
    owner = np.zeros(len(time), dtype=np.int64) if of is None else of
    order = np.lexsort((time, owner))
    edges = np.flatnonzero(np.diff(owner[order])) + 1
    held_out = [
        rows[len(rows) - max(round(test * len(rows)), min(1, len(rows) - 1)) :]
        for rows in np.split(order, edges)
    ]
    last = np.sort(np.concatenate(held_out))
    return {"train": np.setdiff1d(np.arange(len(time)), last), "test": last}


def with_validation(data: Dataset, share: float = 1 / 12, seed: int = 0) -> Dataset:
    """Take a share of the training part away from it as the part "validation", to look at during training.

    The test part is for one look at the end; whoever looks at it while deciding anything has trained on it.
    A data set that was published with such a part keeps it.
    """
    if "validation" in data.splits:
        return data
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
