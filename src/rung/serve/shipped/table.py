"""Prepare a row of a table for the network: this file travels with the export and needs NumPy alone.

`input.json` beside it holds the settings: what training rows said of every column.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Refused(ValueError):
    """The input is none that the network can be asked about; the message says why, in plain words."""


def prepare(row: Any, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Return the network's input, a batch of one.

    Args:
        row: a value for every column by its name; None or "" for one that is not known.
        settings: `columns`, "number" or "string" by name, in the order of training; `scaler` with `median`,
            `mean`, `scale`, and in `gaps` which numbers were missing in training; `categories`, the words
            of each string column that training saw.

    Raises:
        Refused: a column is lacking or unknown, a number is none, or a word was never seen.
    """
    numbers, words = _parted(row, settings["columns"])
    told = settings["scaler"]
    table = np.array(numbers)
    missing = np.isnan(table)
    parts = [(np.where(missing, told["median"], table) - told["mean"]) / told["scale"]]
    if told["indicators"]:
        parts.append(missing[np.array(told["gaps"], dtype=int)])
    for (name, word), known in zip(words, settings["categories"]["values"], strict=True):
        if word not in known:
            raise Refused(f"{name}: training never saw {word!r}; it is one of {', '.join(map(repr, known))}.")
        parts.append(np.array(known) == word)
    return (np.concatenate(parts).astype(np.float32)[None],)


def _parted(row: Any, columns: dict[str, str]) -> tuple[list[float], list[tuple[str, str]]]:
    """Return the numbers, and name and word of the others, in the order of training."""
    if not isinstance(row, dict):
        raise Refused("A row is a value for each of the columns by its name.")
    lacking = [name for name in columns if name not in row]
    unknown = [str(name) for name in row if name not in columns]
    if lacking or unknown:
        told = [f"lacks {', '.join(lacking)}"] if lacking else []
        told += [f"has the unknown column {', '.join(unknown)}"] if unknown else []
        raise Refused(f"The row {' and '.join(told)}.")
    numbers, words = [], []
    for name, kind in columns.items():
        value = "" if row[name] is None else row[name]
        if kind == "string":
            words.append((name, str(value).strip()))
            continue
        try:
            number = float(value) if str(value).strip() else float("nan")
        except (TypeError, ValueError):
            raise Refused(f"{name}: {str(value)[:40]!r} is no number.") from None
        if np.isinf(number):
            raise Refused(f"{name}: a number has an end.")
        numbers.append(number)
    return numbers, words
