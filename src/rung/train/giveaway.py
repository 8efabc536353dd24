"""The target in the features: a column that alone says the answer was made from the answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.data.dataset import Dataset

EXPLAINED = 0.98  # of the mistakes that the most frequent class makes, the share that the column avoids
CORRELATION = 0.9995
PIXELS = 4096  # numbers of a picture that are looked at; of more, as many evenly spread ones
PICTURES = 200  # among fewer, some pixel of thousands tells the classes apart by chance


def giveaways(data: Dataset, rows: np.ndarray, most: int = 2000) -> list[dict[str, Any]]:
    """Name the columns that alone predict the answer nearly perfectly.

    For classes, half of the rows say which answer goes with which value (of numbers: with which of a few
    ranges), and the other half is predicted from that; so a column of serial numbers is not taken for one.
    For numbers it is the correlation, of the values or of their ranks.

    Args:
        data: numbers, columns or pictures of one size; in others there are no columns.
        rows: which rows to look at, those of the training part.
        most: look at so many of them at most.

    Returns:
        a dict for each: {"column": its name, "score": share of right answers, or correlation, "of": which}.

    Cost: a sort for each column: half a second for 784 pixels; of larger pictures 4,096 are looked at.
    """
    classes = data.card.task == "classes"
    if not (classes or data.card.task == "number") or data.y.ndim != 1 or data.y.dtype.kind not in "biuf":
        return []
    if data.kind not in ("numbers", "columns", "pictures"):
        return []
    if len(rows) < (PICTURES if data.kind == "pictures" else 20):
        return []
    rows = np.random.default_rng(0).permutation(rows)[:most]
    y = data.y[rows]
    if len(np.unique(y)) < 2:
        return []
    found = []
    for name, column in _columns(data, rows):
        if column.dtype.kind in "biuf":
            column = column.astype(np.float64)
        score = _lookup(column, y) if classes else _correlation(column, y)
        if classes:
            usual = np.bincount(y.astype(int)).max() / len(y)
            far = score - usual >= EXPLAINED * (1 - usual)
        else:
            far = score >= CORRELATION
        if far:
            of = "right answers" if classes else "correlation"
            found.append({"column": name, "score": round(float(score), 4), "of": of})
    return found


def _columns(data: Dataset, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
    if data.x.dtype.names:
        return [(name, data.x[name][rows]) for name in data.x.dtype.names]
    table = data.x[rows].reshape(len(rows), -1)
    count = table.shape[1]
    if len(data.features) == count:
        names = list(data.features)
    elif data.kind == "pictures":
        places = np.ndindex(*data.shape)
        names = ["pixel " + ", ".join(map(str, place)) for place in places]
    else:
        names = [f"column {k}" for k in range(count)]
    moving = np.flatnonzero((table != table[0]).any(axis=0))
    if data.kind == "pictures":
        moving = moving[:: max(1, -(-len(moving) // PIXELS))]
    return [(names[k], table[:, k]) for k in moving]


def _lookup(column: np.ndarray, y: np.ndarray) -> float:
    """Return the share of right answers of a table from the column's values to the answers."""
    y = np.unique(y, return_inverse=True)[1]
    classes = int(y.max()) + 1
    values, ids = np.unique(column, return_inverse=True)
    if column.dtype.kind == "f" and len(values) > 4 * classes:
        ids = _ranges(column, y)
    half = len(y) // 2
    right = 0
    for learn, ask in ((slice(half), slice(half, None)), (slice(half, None), slice(half))):
        counts = np.zeros((int(ids.max()) + 1, classes), dtype=int)
        np.add.at(counts, (ids[learn], y[learn]), 1)
        answer = np.where(counts.any(axis=1), counts.argmax(axis=1), np.bincount(y[learn]).argmax())
        right += int((answer[ids[ask]] == y[ask]).sum())
    return right / len(y)


def _ranges(column: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return in which range of the column each row lies, with borders where the answer changes.

    A border that is worth having parts two answers on both of whose sides a run of at least 1 % of the rows
    stands, so that a column without order gets one range or few.
    """
    order = np.argsort(column, kind="stable")
    sorted_y, sorted_x = y[order], column[order]
    change = np.flatnonzero((np.diff(sorted_y) != 0) & (np.diff(sorted_x) != 0)) + 1
    borders = np.concatenate([[0], change, [len(y)]])
    long = np.diff(borders) >= max(2, len(y) // 100)
    ids = np.zeros(len(y), dtype=int)
    starts = borders[:-1][long]
    ids[order] = np.clip(np.searchsorted(starts, np.arange(len(y)), side="right") - 1, 0, None)
    return ids


def _correlation(column: np.ndarray, y: np.ndarray) -> float:
    """Return the larger of the correlations of values and of ranks, without its sign; 0 for strings."""
    if column.dtype.kind != "f":
        return 0.0
    known = np.isfinite(column) & np.isfinite(y)
    if known.sum() < 20 or known.mean() < 0.5:
        return 0.0
    a, b = column[known], y[known].astype(np.float64)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    ranks = [np.unique(v, return_inverse=True)[1].astype(float) for v in (a, b)]
    return max(abs(float(np.corrcoef(*pair)[0, 1])) for pair in ((a, b), ranks))
