"""Which words each head of a model looks at in a person's own text, drawn and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.attention import attention
from rung.explain.sheet import Sheet, short
from rung.explain.subject import Subject
from rung.explain.table import Table
from rung.scratch.errors import ShapeError


@dataclass(frozen=True)
class AttentionMaps:
    """What the heads look at in one text.

    Attributes:
        words: the text's T words, as the model takes them.
        layers: names of the calls.
        weights: of each call, (heads, T, S).
        outside: share of the weight that goes to what stands behind the words, to padding: a mean.
    """

    words: tuple[str, ...]
    layers: tuple[str, ...]
    weights: tuple[np.ndarray, ...]
    outside: float

    @property
    def caption(self) -> str:
        """What it shows and how to read it."""
        rows = self.table().rows
        least, most = min(rows, key=lambda r: r[2]), max(rows, key=lambda r: r[2])
        heads = sum(len(w) for w in self.weights)
        fixed = least[4] >= 0.4
        where = f"mostly at {least[3]} ({least[4]:.0%})" if fixed else "at no place above all"
        text = (
            f"What {heads} attention heads of {len(self.layers)} layers look at in "
            f"{len(self.words)} word{'s' if len(self.words) > 1 else ''}. "
            "A row is a word that looks, a column a word that it looks at; a row's shades add up to 1. "
            f"The sharpest head, {least[0]} head {least[1]}, looks at {least[2]:.1f} words at a time on "
            f"average, {where}; the widest, {most[0]} head {most[1]}, at "
            f"{most[2]:.1f}."
        )
        if self.outside > 0.005:
            text += f" {self.outside:.0%} of the weight goes to the padding behind the words."
        return text + (
            " Weights tell where a head reads, not what the answer hangs on: other weights can give the same "
            "answer (Jain and Wallace, 2019). Hold them against an attribution."
        )

    def table(self) -> Table:
        """Return one row a head: how many words it looks at (exp of the entropy), and where mostly."""
        rows: list[tuple[Any, ...]] = []
        for layer, weights in zip(self.layers, self.weights, strict=True):
            for head, w in enumerate(weights, 1):
                place, share = habit(w)
                favourite = self._named(w.shape[1])[int(w.mean(axis=0).argmax())]
                rows.append((layer, head, breadth(w), place, share, favourite))
        return Table(("layer", "head", "words at a time", "mostly", "share", "most looked at"), rows)

    def weights_table(self) -> Table:
        """Return every weight: layer, head, the word that looks, the word looked at, both with places."""
        rows = [
            (layer, head, t, word, s, other, float(w[t, s]))
            for layer, weights in zip(self.layers, self.weights, strict=True)
            for head, w in enumerate(weights, 1)
            for t, word in enumerate(self._named(w.shape[0]))
            for s, other in enumerate(self._named(w.shape[1]))
        ]
        return Table(("layer", "head", "place", "word", "looks at place", "looks at", "weight"), rows)

    def svg(self, layer: int = 0) -> str:
        """Draw the heads of one layer, words at their sides; a row tells its largest weights on hover.

        Args:
            layer: its place in `layers`.
        """
        weights = self.weights[layer]
        heads, t, s = weights.shape
        queries, beside = self._named(t), self._named(s)
        columns = min(heads, 2 if max(t, s) <= 26 else 1)
        left, top, gap = 74, 70, 14
        room = (620 - left - gap * (columns - 1)) / columns
        cell = min(22.0, room / max(t, s))
        wide, high = cell * s + gap, cell * t + top + 12
        rows = -(-heads // columns)
        label = f"attention of {self.layers[layer] or 'the model'} over: {' '.join(self.words)}"
        sheet = Sheet(left + wide * columns, high * rows, label)
        every = max(1, int(np.ceil(9 / cell)))  # words that would overlap are left out; hover tells them
        for head in range(heads):
            x, y = left + wide * (head % columns), top + high * (head // columns)
            sheet.text(x, y - top + 13, f"head {head + 1}", bold=True)
            for at in range(0, s, every):
                sheet.text(x + cell * (at + 0.5) + 3, y - 5, short(beside[at], 8), size=11, turn=-60)
            if head % columns == 0:
                for at in range(0, t, every):
                    words = short(queries[at], 10)
                    sheet.text(x - 6, y + cell * (at + 0.5) + 4, words, anchor="end", size=11)
            self._draw(sheet, x, y, cell, weights[head])
        return sheet.svg()

    def overview(self) -> str:
        """Draw all heads, small: a row a layer, a column a head."""
        heads = max(len(w) for w in self.weights)
        side, gap, left = min(110.0, (600 - 26) / heads - 6), 6, 26
        sheet = Sheet(
            left + (side + gap) * heads,
            22 + (side + gap) * len(self.layers),
            f"attention of {heads} heads in each of {len(self.layers)} layers",
        )
        for head in range(heads):
            sheet.text(left + (side + gap) * head + side / 2, 14, head + 1, anchor="middle", soft=True)
        for row, (layer, weights) in enumerate(zip(self.layers, self.weights, strict=True)):
            y = 22 + (side + gap) * row
            sheet.text(left - 8, y + side / 2 + 4, row + 1, anchor="end", soft=True, title=layer)
            for head, w in enumerate(weights):
                x, cell = left + (side + gap) * head, side / max(w.shape)
                sheet.cells(x, y, cell, cell, w)
                sheet.frame(x, y, cell * w.shape[1], cell * w.shape[0])
                place, share = habit(w)
                told = (
                    f"{layer} head {head + 1}: {breadth(w):.1f} words at a time, mostly {place} ({share:.0%})"
                )
                sheet.hover(x, y, side, side, told)
        return sheet.svg()

    def _draw(self, sheet: Sheet, x: float, y: float, cell: float, w: np.ndarray) -> None:
        sheet.cells(x, y, cell, cell, w)
        sheet.frame(x, y, cell * w.shape[1], cell * w.shape[0])
        keys = self._named(w.shape[1])
        for at, (word, row) in enumerate(zip(self._named(w.shape[0]), w, strict=True)):
            best = [s for s in np.argsort(-row, kind="stable")[:3] if row[s] > 0]
            told = ", ".join(f"“{keys[s]}” {row[s]:.2f}" for s in best) or "nothing"
            sheet.hover(x, y + cell * at, cell * w.shape[1], cell, f"“{word}” looks at {told}")

    def _named(self, count: int) -> list[str]:
        """Return names of so many places: the words, or numbers where it is another text's places."""
        return list(self.words) if count == len(self.words) else [str(i + 1) for i in range(count)]


def attention_maps(subject: Subject, x: Any, words: Sequence[str], example: int = 0) -> AttentionMaps:
    """Look at what every head attends to in one text.

    Args:
        subject: the model.
        x: its input; texts that are filled up may be longer than the words, what is behind is cut off.
        words: of the example, one for each token.
        example: its place in x.

    Raises:
        NoAttentionError: the model makes no attention call that can be seen.
        ShapeError: there is no word.

    Source: jain2019, for what such weights do not show.
    """
    calls = attention(subject, x)
    n = min(len(words), max(c.weights.shape[2] for c in calls))  # a model may cut long texts off
    if not n:
        raise ShapeError("attention_maps: there is no word to look at.", rule="One word at least.")
    words = words[:n]
    # Keys of another length are another text's (a decoder looks at the encoder's): they stay whole.
    own = [w.shape[2] == w.shape[3] for w in (c.weights for c in calls)]
    kept = [c.weights[example, :, :n, : n if same else None] for c, same in zip(calls, own, strict=True)]
    lost = [c.weights[example, :, :n, n:] for c, same in zip(calls, own, strict=True) if same]
    outside = float(np.mean([w.sum(axis=-1).mean() for w in lost])) if lost else 0.0
    return AttentionMaps(tuple(map(str, words)), tuple(c.layer for c in calls), tuple(kept), outside)


def breadth(weights: np.ndarray) -> float:
    """Return how many words a query looks at, (T, S): the exp of a row's entropy, a mean over the rows.

    Example:
        >>> breadth(np.array([[0.5, 0.5], [1.0, 0.0]]))
        1.5
    """
    rows = weights[weights.sum(axis=-1) > 0]
    entropy = -(rows * np.log(np.where(rows > 0, rows, 1))).sum(axis=-1)
    return float(np.exp(entropy).mean()) if len(rows) else 0.0


def habit(weights: np.ndarray) -> tuple[str, float]:
    """Return at which place, seen from the word that looks, most of the weight lies, and how much, (T, S).

    Source: clark2019attention, whose kinds of heads these are: the same word, its neighbours, one place.

    Example:
        >>> habit(np.array([[1.0, 0, 0], [0.9, 0.1, 0], [0, 0.9, 0.1]]))[0]
        'the word before'
    """
    t, s = weights.shape
    shares = {"the first word": weights[:, 0].mean(), "the last word": weights[:, -1].mean()}
    if t == s:  # else it looks at another text, where a word has no neighbours
        places = {"itself": 0, "the word before": -1, "the word after": 1}
        lines = {name: np.diagonal(weights, offset) for name, offset in places.items()}
        shares |= {name: line.mean() for name, line in lines.items() if line.size}
    best = max(shares, key=lambda name: shares[name])
    return best, float(shares[best])
