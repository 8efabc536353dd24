"""What the losses check before they compute."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch.errors import DTypeError, SettingError, ShapeError, did_you_mean
from rung.scratch.tensor import Tensor

REDUCTIONS = ("mean", "sum", "none")


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Return the mean of the losses, their sum, or the losses as they are."""
    check_reduction("loss", reduction)
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()


def check_reduction(name: str, reduction: str, known: tuple[str, ...] = REDUCTIONS) -> None:
    """Refuse a reduction that there is not."""
    if reduction not in known:
        raise SettingError(
            f"{name}: reduction is {reduction!r}.",
            rule=f"It is one of {', '.join(map(repr, known))}.",
            fix=did_you_mean(str(reduction), known),
        )


def as_target(prediction: Tensor, target: Any) -> Tensor:
    """Make a Tensor of the target, in the prediction's dtype."""
    target = target if isinstance(target, Tensor) else Tensor(target)
    if target.data.dtype == prediction.data.dtype:
        return target
    return target.to(prediction.data.dtype)


def paired_target(name: str, prediction: Tensor, target: Any) -> Tensor:
    """Check the target of a loss that compares number with number: the shapes are equal.

    If they were left to broadcast, (N, 1) with (N,) would compare every prediction with every target, and
    train badly without a word.
    """
    target = as_target(prediction, target)
    if prediction.shape != target.shape:
        raise ShapeError(
            f"{name}: the prediction has shape {prediction.shape}, the target {target.shape}.",
            rule="Each number is compared with its own target, so the shapes must be equal.",
            fix="prediction.squeeze(-1)?"
            if prediction.shape == (*target.shape, 1)
            else "reshape the target.",
        )
    return target


def class_target(name: str, scores: Tensor, target: Any, ignore: int | None = None) -> tuple[Tensor, bool]:
    """Check class numbers: whole, one for each row of scores (N, C), and from 0 to C - 1, or `ignore`.

    Returns:
        the numbers, and whether one of them marks a place to leave out.

    Raises:
        ShapeError: the target is not (N,), or names a class that has no column.
        DTypeError: the target holds no whole numbers.
    """
    target = target if isinstance(target, Tensor) else Tensor(target)
    shape = scores.data.shape
    if len(shape) != 2 or target.data.shape != shape[:1]:
        raise ShapeError(
            f"{name}: the scores have shape {scores.shape}, the target {target.shape}.",
            rule="Scores are (N, C), one row an example; the target is (N,), one class number a row.",
            fix="target.argmax(1), if it is one-hot?"
            if target.shape == scores.shape
            else "reshape one of the two.",
        )
    numbers, classes = target.data, shape[1]
    if numbers.dtype.kind not in "iu":
        raise DTypeError(
            f"{name}: the target holds {numbers.dtype}.",
            rule="A class number is a whole number, from 0 to C - 1.",
            fix="target.long()?",
        )
    inside = all_below(numbers, classes)
    if inside and (ignore is None or not 0 <= ignore < classes):
        return target, False  # among numbers that are all classes none is a mark
    marks = numbers == ignore
    if inside:
        return target, bool(marks.any())
    outside = ((numbers < 0) | (numbers >= classes)) & ~marks
    if outside.any():
        raise ShapeError(
            f"{name}: the target holds class {numbers[np.argmax(outside)]}, the scores {classes} columns.",
            rule=f"Classes are numbered from 0 to C - 1, here {classes - 1}.",
            fix="a layer with more outputs, or targets counted from 0.",
        )
    return target, True


def all_below(numbers: np.ndarray, limit: int) -> bool:
    """Tell whether whole numbers are all from 0 to limit - 1, in one pass: read as unsigned, -1 is huge."""
    if numbers.dtype != np.int64:
        return bool(((numbers >= 0) & (numbers < limit)).all())
    return not numbers.size or int(np.maximum.reduce(numbers.view(np.uint64), axis=None)) < limit
