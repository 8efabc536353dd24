"""Occlusion: cover a piece of the input, and see how much of the score is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.explain.attribution.asking import answers
from rung.explain.attribution.calls import calls
from rung.explain.attribution.entrance import is_words, parts_of
from rung.explain.attribution.point import chosen, score
from rung.explain.attribution.result import Attribution
from rung.explain.subject import Subject
from rung.scratch.errors import SettingError

PAD = 0  # what fills short texts up


def occlusion(
    subject: Subject,
    x: Any,
    target: Any = None,
    size: int | None = None,
    stride: int | None = None,
    fill: Any = None,
    groups: Sequence[Sequence[int]] | None = None,
) -> Attribution:
    """Return how much the score falls without each piece: the one method that needs no gradient.

        map at a place = mean of S(x) - S(x without the piece), over the pieces that hold the place

    It asks the model itself, so it cannot be fooled by a gradient that is 0. But a covered picture is none
    that the model has seen, and of two pieces that say the same neither shows.

    Args:
        subject: the model.
        x: pictures (N, C, H, W), covered patch by patch; words (N, L), left out one by one; tables (N, d), or
            floats and categories as a tuple, column by column; all else number by number.
        target: whose score; None: the answer's own.
        size: side of a patch, in pixels; None: a seventh of the shorter side.
        stride: pixels from one patch to the next; None: half a side.
        fill: what stands there instead. A number, or an input such as x (mean values, say). None: 0, which is
            the mean of what was standardised, and of words: they are left out and the others close up (the
            only word of a text stays, and gets 0).
        groups: of a table, columns that are covered together, such as those of one category; each gets what
            they lose together. None: every column alone.

    Returns:
        `values` hold the fall by each piece, (N, pieces).

    Raises:
        SettingError: a size or stride is below 1, or there is no such column.
        AttributionError: the target is none of the answers.

    Cost: one pass forward a piece, and one more.

    Source: zeiler2014, section 4.2; words: li2016erasure.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 1, bias=False, rng=0))
        >>> model[0].weight.data[...] = [[3.0, -4.0]]
        >>> occlusion(Subject(model), np.full((1, 2), 10.0, np.float32)).map.tolist()
        [[30.0, -40.0]]
    """
    parts = parts_of(x)
    kind, which = _kind(subject, x)
    if kind == "picture":
        holds = patches(parts[0].shape[2], parts[0].shape[3], size, stride)
    elif kind == "table":
        holds = _columns(sum(part.shape[1] for part in parts), groups)
    else:
        shape = parts[which].shape[1:]
        holds = np.eye(int(np.prod(shape)), dtype=bool).reshape(-1, *shape)
    if kind == "words" and fill is None:
        covered = (_without(parts, which, place) for place in range(len(holds)))
    elif kind == "table":
        covered = (_covered(parts, hold, fill) for hold in holds)
    else:
        covered = (_covered(parts, hold, fill, which) for hold in holds)
    scores = subject.ask(x)
    weights = chosen(target, scores)
    inputs = (tuple(c) for c in covered) if isinstance(x, tuple) else (c[0] for c in covered)
    falls = np.array([score(scores - a, weights) for a in answers(subject, inputs)])  # (pieces, N)
    times = holds.sum(axis=0)
    map = np.tensordot(falls.T, holds.astype(np.float64), axes=1) / np.maximum(times, 1)
    return Attribution("occlusion", kind, map, falls.T, True, scores, weights)


def patches(height: int, width: int, size: int | None = None, stride: int | None = None) -> np.ndarray:
    """Return squares that cover a picture: (pieces, height, width), True inside; the last ones are cut.

    Args:
        height, width: of the picture.
        size: of a square; None: a seventh of the shorter side.
        stride: from one to the next; None: half a size.

    Raises:
        SettingError: size or stride is below 1.

    Example:
        >>> patches(1, 5, size=2, stride=2)[:, 0].astype(int).tolist()
        [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]]
    """
    size = max(1, round(min(height, width) / 7)) if size is None else size
    stride = max(1, size // 2) if stride is None else stride
    if size < 1 or stride < 1:
        raise SettingError(f"size={size}, stride={stride}", rule="Both are at least 1 pixel.")
    corners = [range(0, max(side - size, 0) + stride, stride) for side in (height, width)]
    holds = np.zeros((len(corners[0]) * len(corners[1]), height, width), bool)
    for hold, (top, left) in zip(holds, ((t, c) for t in corners[0] for c in corners[1]), strict=True):
        hold[top : top + size, left : left + size] = True
    return holds[holds.any(axis=(1, 2))]  # a stride longer than the size may step over the edge


def _kind(subject: Subject, x: Any) -> tuple[str, int]:
    """Return the kind of an input, and which of its parts holds the words or numbers."""
    parts = parts_of(x)
    whole = [i for i, part in enumerate(parts) if part.dtype.kind in "iu" and part.ndim == 2]
    if whole and is_words(x, calls(subject, x)):
        return "words", whole[0]
    if len(parts) == 1 and parts[0].ndim == 4:
        return "picture", 0
    return ("table" if all(part.ndim == 2 for part in parts) else "numbers"), 0


def _columns(count: int, groups: Sequence[Sequence[int]] | None) -> np.ndarray:
    """Return which columns each piece holds: (pieces, count)."""
    if groups is None:
        return np.eye(count, dtype=bool)
    wrong = [column for group in groups for column in group if not 0 <= column < count]
    if wrong:
        raise SettingError(f"groups name columns {wrong} of {count}", rule="Columns are counted from 0.")
    holds = np.zeros((len(groups), count), bool)
    for hold, group in zip(holds, groups, strict=True):
        hold[list(group)] = True
    return holds


def _covered(
    parts: list[np.ndarray], hold: np.ndarray, fill: Any, which: int | None = None
) -> list[np.ndarray]:
    """Return an input without a piece of one of its parts, or of a table's columns side by side."""
    ends = np.cumsum([part.shape[1] for part in parts])[:-1]
    masks = (
        np.split(hold, ends) if which is None else [hold if i == which else False for i in range(len(parts))]
    )
    alike = isinstance(fill, tuple) or np.ndim(fill) > 0
    fills = parts_of(fill) if alike else [0 if fill is None else fill] * len(parts)
    return [
        np.where(mask, other, part).astype(part.dtype)
        for part, mask, other in zip(parts, masks, fills, strict=True)
    ]


def _without(parts: list[np.ndarray], which: int, place: int) -> list[np.ndarray]:
    """Return texts without the word at a place: the others close up, one more place is filled behind."""
    words = parts[which]
    left = np.pad(np.delete(words, place, axis=1), ((0, 0), (0, 1)), constant_values=PAD)
    only = ~left.any(axis=1)  # a text of no word at all is nothing that a model has learned to read
    left[only] = words[only]
    return [left if i == which else part for i, part in enumerate(parts)]
