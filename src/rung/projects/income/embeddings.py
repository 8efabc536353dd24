"""What the embeddings learned: the vectors of a column's words, seen along their two main directions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rung.train.checkpoint import write_whole
from rung.train.finding import Finding
from rung.train.inputs import Inputs

PANELS = 3  # columns that are drawn: those with the most words, bins of numbers aside
LABELS = 18  # words that are named in a panel: the most frequent


@dataclass(frozen=True)
class Words:
    """The words of one column, and where they lie.

    Attributes:
        column: the column's name.
        words: in the order of their ids, from id 1 on.
        places: their vectors along the two main directions (words, 2).
        kept: the share of the vectors' spread that these two directions hold.
        counts: how many training rows have each word.
        shares: the share of class 1 among these rows.
    """

    column: str
    words: list[str]
    places: np.ndarray
    kept: float
    counts: np.ndarray
    shares: np.ndarray

    @property
    def order(self) -> float | None:
        """How well the first direction agrees with the order of `shares`: Spearman's, 0 to 1.

        None of fewer than three words, which any direction sorts.
        """
        from scipy.stats import spearmanr

        along = self.places[:, 0]
        if len(self.words) < 3:
            return None
        if np.ptp(along) == 0 or np.ptp(self.shares) == 0:
            return 0.0
        return abs(float(spearmanr(along, self.shares).statistic))


def main_directions(vectors: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the vectors along their two directions of most spread (n, 2), and the share of spread kept.

    Args:
        vectors: (n, width).
        weights: how often each counts: a word that was met twice has hardly left its first place.
    """
    share = (weights / weights.sum())[:, None]
    centred = vectors - (share * vectors).sum(axis=0)
    _, spread, directions = np.linalg.svd(np.sqrt(share) * centred, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    places[:, : len(directions[:2])] = centred @ directions[:2].T
    total = float(np.square(spread).sum())
    return places, float(np.square(spread[:2]).sum()) / total if total else 1.0


def learned(vectors: Sequence[np.ndarray], inputs: Inputs) -> list[Words]:
    """Return the words of every column with where they lie, the column with the most words first.

    Args:
        vectors: by column (ids, width); id 0, the word never seen, is left out.
        inputs: what the model was trained on; `about` names columns and words.
    """
    train = inputs.splits["train"]
    ids, y = inputs.x[1][train], inputs.y[train]
    found = []
    for j, (column, words) in enumerate(zip(inputs.about["columns"], inputs.about["words"], strict=True)):
        size = len(words) + 1
        counts = np.bincount(ids[:, j], minlength=size)[1:]
        positive = np.bincount(ids[:, j], weights=y, minlength=size)[1:]
        places, kept = main_directions(vectors[j][1:].astype(np.float64), counts)
        found.append(Words(column, words, places, kept, counts, positive / counts))
    return sorted(found, key=lambda w: -len(w.words))


def embeddings_finding(vectors: Sequence[np.ndarray], inputs: Inputs, positive: str, folder: Path) -> Finding:
    """Tell how the words of each column came to lie, and draw the columns with the most words.

    Args:
        vectors: by column (ids, width).
        inputs: what the model was trained on.
        positive: what class 1 is called.
        folder: where the picture goes.
    """
    columns = learned(vectors, inputs)
    words = [w for w in columns if w.column not in inputs.about["binned"]]
    draw(folder / "embeddings.png", (words or columns)[:PANELS])
    widths = {name: v.shape[1] for name, v in zip(inputs.about["columns"], vectors, strict=True)}
    rows = []
    for w in columns:
        order = "-" if w.order is None else f"{w.order:.2f}"
        rows.append((w.column, len(w.words), widths[w.column], f"{w.kept:.0%}", order))
    return Finding(
        "What the embeddings learned",
        "A dot of the picture is a word: larger where it is frequent in the training part, darker where a "
        f"larger share is '{positive}'. 'kept' is how much of the vectors' spread the two directions drawn "
        "can show. 'order' is how far the first direction sorts the words by that share (Spearman, 0 to 1): "
        "nobody told the network that words have an order. A rare word lies near where it began.",
        ("column", "words", "width", "kept", "order"),
        rows,
        picture="embeddings.png",
    )


def draw(path: Path, columns: Sequence[Words]) -> None:
    """Draw the words of some columns, one below the other: their names must be large enough to read."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6 * len(columns)), dpi=120, layout="constrained")
    for i, words in enumerate(columns):
        axes: Any = figure.add_subplot(len(columns), 1, i + 1)
        size = 12 + 300 * words.counts / words.counts.max()
        axes.scatter(*words.places.T, s=size, c=words.shares, cmap="viridis_r", vmin=0, vmax=0.7, alpha=0.75)
        for k in np.argsort(-words.counts, kind="stable")[:LABELS]:
            axes.annotate(
                words.words[k] or "(missing)",
                words.places[k],
                xytext=(4, 4),
                textcoords="offset points",
                fontsize=8,
            )
        axes.set(title=words.column, xticks=[], yticks=[])
        axes.margins(0.2, 0.12)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    write_whole(path, buffer.getvalue())
