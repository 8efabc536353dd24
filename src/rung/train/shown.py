"""Showing one example of any data set in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.data.dataset import Dataset

_LENGTH = 300  # characters of a text


def shown(data: Dataset, row: int) -> dict[str, Any] | str | None:
    """Return an example as a page can show it: a text, or its columns by name; None for a picture.

    Args:
        data: the data set.
        row: which example of it.
    """
    example = data.x[row]
    if data.kind == "columns":
        return {name: _plain(example[name]) for name in data.x.dtype.names or ()}
    if data.kind == "texts":
        return example if len(example) <= _LENGTH else example[:_LENGTH].rsplit(" ", 1)[0] + " ..."
    if data.kind == "numbers" and len(data.features) == np.size(example) <= 40:
        return {name: _plain(value) for name, value in zip(data.features, np.ravel(example), strict=True)}
    return None


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return round(value, 6) if isinstance(value, float) else value
