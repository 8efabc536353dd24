"""How a row of a table is asked for and prepared: what its training rows say of every column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rung.data.prepare import Columns


def settings_of(columns: Columns, train: np.ndarray, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the settings of `rung.serve.shipped.table` for a table that was prepared by `Columns`.

    Args:
        columns: fitted.
        train: the training rows, a structured array (n,).
        names: the columns that a person is asked for; all where it is left out.
    """
    state = columns.state()
    words = dict(zip(columns.strings, columns.categories.values, strict=True))
    return {
        "columns": state["columns"],
        "scaler": scaling(state["scaler"]),
        "categories": {"values": state["categories"]["values"]},
        "fields": form(train, words, list(columns.columns) if names is None else names),
    }


def scaling(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a scaler's state what `rung.serve.shipped.table` needs."""
    return {key: state[key] for key in ("indicators", "median", "mean", "scale", "gaps")}


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
