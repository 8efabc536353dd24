"""Slices: for whom are the answers wrong most often?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from rung.data.interval import wilson
from rung.train.finding import Finding

FEWEST = 30  # of fewer people no share is told
MOST = 8  # words of a column that are told apart: the most frequent


def groups(x: np.ndarray, column: str) -> Iterator[tuple[str, np.ndarray]]:
    """Give the groups of a column, each with a mask (n,): its words, or four equal parts of its numbers."""
    values = x[column]
    if values.dtype.kind == "U" or values.dtype == object:
        words, counts = np.unique(values, return_counts=True)
        for word in words[np.argsort(-counts, kind="stable")][:MOST]:
            yield str(word) or f"{column} missing", values == word
        return
    edges = np.unique(np.nanquantile(values, [0, 0.25, 0.5, 0.75, 1]))
    for low, high in pairwise(edges):
        last = high == edges[-1]
        mask = (values >= low) & ((values <= high) if last else (values < high))
        yield f"{column} {low:g} to {'' if last else 'below '}{high:g}", mask


def share(right: int, of: int) -> str:
    """Return a share in per cent with its 95 % interval; "-" of too few."""
    if of < FEWEST:
        return "-"
    low, high = wilson(right, of)
    return f"{right / of:.0%} ({100 * low:.0f} to {100 * high:.0f})"


def slices_finding(
    x: np.ndarray, truth: np.ndarray, answers: np.ndarray, columns: Sequence[str], positive: str
) -> Finding:
    """Count right answers, misses and false alarms by group.

    Args:
        x: test rows of the table, structured (n,).
        truth: 0 or 1 (n,).
        answers: 0 or 1 (n,).
        columns: by which to part people.
        positive: what class 1 is called.
    """
    parts = [("everybody", np.ones(len(x), dtype=bool))]
    for column in columns:
        parts += [(name, mask) for name, mask in groups(x, column) if mask.sum() >= FEWEST]
    rows = []
    for name, mask in parts:
        t, a = truth[mask], answers[mask]
        missed = share(int(((t == 1) & (a == 0)).sum()), int((t == 1).sum()))
        alarms = share(int(((t == 0) & (a == 1)).sum()), int((t == 0).sum()))
        rows.append((name, len(t), f"{t.mean():.0%}", f"{(t == a).mean():.0%}", missed, alarms))
    return Finding(
        "For whom is it wrong?",
        f"'share' is how many of a group are '{positive}', 'right' how many answers are right, 'missed' for "
        "how many of these it says no, 'false alarm' for how many of the others it says yes; with 95 % "
        f"intervals, '-' where fewer than {FEWEST} people are behind it. Where the share is small, a model "
        "that only ranks well misses more. This tells how the model errs on these rows, not why the groups "
        "differ, nor whether a use of it would be fair.",
        ("group", "people", "share", "right", "missed", "false alarm"),
        rows,
    )
