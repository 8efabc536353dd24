"""Prepare a row of a table for the network: this file travels with the export and needs NumPy alone.

`input.json` beside it holds the settings: what training rows said of every column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

LARGEST = 1e30  # of a number's size: the network counts in single precision, which ends at 3e38


class Refused(ValueError):
    """The input is none that the network can be asked about; the message says why, in plain words."""


def prepare(row: Any, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Return the network's input, a batch of one.

    Args:
        row: a value for every column by its name; None or "" for one that is not known.
        settings: `columns`, "number" or "string" by name, in the order of training; `scaler` with `median`,
            `mean`, `scale`, and in `gaps` which numbers were missing in training; `categories`, the words
            of each string column that training saw. Of a network with embeddings besides: `layout` "ids";
            `logarithm`, the numbers replaced by log(1 + x); `edges`, by name of a number where its bins
            begin, which are words too and stand last among `columns`, as "age bin".

    Raises:
        Refused: a column is lacking or unknown, a number is none, or a word was never seen.
    """
    edges = settings.get("edges", {})
    bins = {f"{name} bin" for name in edges}
    given = {name: kind for name, kind in settings["columns"].items() if name not in bins}
    numbers, words = _parted(row, given)
    curved = settings.get("logarithm", ())
    told = settings["scaler"]
    table = np.array([np.log1p(max(v, 0)) if name in curved else v for name, v in numbers.items()])
    missing = np.isnan(table)
    parts = [(np.where(missing, told["median"], table) - told["mean"]) / told["scale"]]
    if told["indicators"]:
        parts.append(missing[np.array(told["gaps"], dtype=int)])
    for name, begins in edges.items():
        number = numbers[name]
        words[f"{name} bin"] = "" if np.isnan(number) else str(np.searchsorted(begins, number, side="right"))
    ids, as_ids = [], settings.get("layout") == "ids"
    for (name, word), known in zip(words.items(), settings["categories"]["values"], strict=True):
        if word not in known and name not in bins:
            raise Refused(f"{name}: training never saw {word!r}; it is one of {', '.join(map(repr, known))}.")
        ids.append(known.index(word) + 1 if word in known else 0)
        if not as_ids:
            parts.append(np.array(known) == word)
    made = np.concatenate(parts).astype(np.float32)[None]
    return (made, np.array([ids], dtype=np.int64)) if as_ids else (made,)


def remarks(row: dict[str, Any], settings: dict[str, Any]) -> list[str]:
    """Return what should be said beside the answer: numbers that lie outside what training saw.

    Args:
        row: one that `prepare` does not refuse.
        settings: as `prepare` takes them; `fields` with `low` and `high` of each number.
    """
    found = []
    for field in settings["fields"]:
        value = row[field["name"]]
        if field["kind"] != "number" or value is None or not str(value).strip():
            continue
        if not field["low"] <= float(value) <= field["high"]:
            found.append(
                f"{field['name'].replace('_', ' ')}: {float(value):g} lies outside what training saw "
                f"({field['low']:g} to {field['high']:g}); there the answer is a guess."
            )
    return found


def _parted(row: Any, columns: dict[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """Return the numbers and the words by name, in the order of training."""
    if not isinstance(row, dict):
        raise Refused("A row is a value for each of the columns by its name.")
    lacking = [name for name in columns if name not in row]
    unknown = [str(name) for name in row if name not in columns]
    if lacking or unknown:
        told = [f"lacks {', '.join(lacking)}"] if lacking else []
        told += [f"has the unknown column {', '.join(unknown)}"] if unknown else []
        raise Refused(f"The row {' and '.join(told)}.")
    numbers, words = {}, {}
    for name, kind in columns.items():
        value = "" if row[name] is None else row[name]
        if kind == "string":
            words[name] = str(value).strip()
            continue
        try:
            number = float(value) if str(value).strip() else float("nan")
        except (TypeError, ValueError):
            raise Refused(f"{name}: {str(value)[:40]!r} is no number.") from None
        if np.isinf(number):
            raise Refused(f"{name}: a number has an end.")
        if abs(number) > LARGEST:
            raise Refused(f"{name}: {number:g} is larger than the network can hold.")
        if np.isnan(number) and str(value).strip():
            raise Refused(f"{name}: {str(value)[:40]!r} is no number; leave it empty if it is not known.")
        numbers[name] = number
    return numbers, words
