"""Other examples in the place of a data set's test part: what a trained model is tried on next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rung.data.dataset import Dataset
from rung.scratch.errors import ShapeError, UnknownNameError, did_you_mean


def with_test_part(data: Dataset, other: Dataset) -> Dataset:
    """Return the data set with all examples of another one as its test part; its other parts stay.

    So whatever is fitted on the training part is fitted as it was, and the others are only looked at.

    Args:
        data: what a model was trained on.
        other: examples of the same shape, whose answers mean the same.

    Raises:
        ShapeError: the examples are of another shape, or have other columns.
        UnknownNameError: a class of the other one is none of this one's.
    """
    x, y = _like(data, other), other.y
    if data.names:
        for name in other.names:
            if name not in data.names:
                raise UnknownNameError(
                    f"the class {name!r} of {other.name} is none of {data.name}'s",
                    rule=f"Its classes are {', '.join(data.names)}.",
                    fix=did_you_mean(name, list(data.names)),
                )
        y = np.array([data.names.index(name) for name in other.names])[other.y]
    rows = np.arange(len(data), len(data) + len(other))
    return replace(
        data,
        name=f"{data.name}, tried on {other.name}",
        x=np.concatenate([data.x, x]),
        y=np.concatenate([data.y, y]),
        splits={**data.splits, "test": rows},
    )


def _like(data: Dataset, other: Dataset) -> np.ndarray:
    """Return the other's examples as this one's kind of array."""
    if data.x.dtype.names:
        wanted = data.x.dtype.names
        lacking = [name for name in wanted if name not in (other.x.dtype.names or ())]
        if lacking:
            raise ShapeError(
                f"{other.name} lacks the column{'s' * (len(lacking) > 1)} {', '.join(map(repr, lacking))}",
                rule=f"A model of {data.name} reads {', '.join(wanted)}.",
            )
        # Strings may be longer there than here: the common type holds both.
        common = [(n, np.result_type(data.x.dtype[n], other.x.dtype[n])) for n in wanted]
        x = np.empty(len(other), dtype=common)
        for name in wanted:
            x[name] = other.x[name]
        return x
    if data.x.shape[1:] != other.x.shape[1:] or data.kind != other.kind:
        raise ShapeError(
            f"an example of {other.name} is {other.kind} of shape {other.x.shape[1:]}, "
            f"one of {data.name} is {data.kind} of shape {data.x.shape[1:]}",
            rule="A model can be tried on examples of the shape it was trained on.",
        )
    return other.x.astype(data.x.dtype, copy=False)
