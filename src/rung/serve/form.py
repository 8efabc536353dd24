"""What a form asks for: every column of a table with what its training rows say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def form(train: np.ndarray, words: Mapping[str, Sequence[str]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return a field for each column.

    Args:
        train: the training rows, a structured array (n,).
        words: of each column of words, those that training saw, the most frequent first.
        names: the columns, in their order.

    Returns:
        for each its `name`, its `kind` ("number" or "string") and its `typical` value: of numbers the median,
        of words the most frequent. A number has besides `low` and `high`, and whether all are `whole`; words
        have their `choices`.

    Example:
        >>> rows = np.array([(20.0, "tea"), (40.0, "tea"), (30.5, "milk")], [("age", "f8"), ("drinks", "U4")])
        >>> age, drinks = form(rows, {"drinks": ["tea", "milk"]}, ["age", "drinks"])
        >>> age["typical"], age["high"], age["whole"], drinks["typical"]
        (30.5, 40.0, False, 'tea')
    """
    fields: list[dict[str, Any]] = []
    for name in names:
        if name in words:
            choices = list(words[name])
            told: dict[str, Any] = {"kind": "string", "choices": choices, "typical": choices[0]}
        else:
            column = train[name].astype(np.float64)
            known = column[~np.isnan(column)]
            known = known if len(known) else np.zeros(1)
            low, middle, high = (float(v) for v in np.percentile(known, (0, 50, 100)))
            whole = bool((known == np.rint(known)).all())
            told = {"kind": "number", "low": low, "high": high, "typical": middle, "whole": whole}
        fields.append({"name": name, **told})
    return fields
