"""Leakage: an example that stands in the training part and in the test part is not a test."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from rung.data.dataset import Dataset


def leakage(data: Dataset) -> dict[str, Any]:
    """Look for test examples that are, number for number, also training examples.

    Returns:
        {"test": how many were looked at, "leaked": their rows within the test part, "same_answer": of those,
        how many carry the same answer, "repeated": how many training examples are there more than once}.
    """
    train, test = data.splits["train"], data.splits["test"]
    seen: dict[bytes, int] = {}
    repeated = 0
    for row in train:
        key = _fingerprint(data.x[row])
        repeated += key in seen
        seen.setdefault(key, row)
    twins = [(i, seen[key]) for i, row in enumerate(test) if (key := _fingerprint(data.x[row])) in seen]
    same = sum(bool(data.y[test[i]] == data.y[twin]) for i, twin in twins)
    return {"test": len(test), "leaked": [i for i, _ in twins], "same_answer": same, "repeated": repeated}


def _fingerprint(example: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(example).data, digest_size=16).digest()
