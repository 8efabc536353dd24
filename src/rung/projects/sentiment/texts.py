"""From texts to rows of word numbers, by a vocabulary of the training texts alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.data.fingerprint import rows_sample
from rung.data.tokenize import Words


class Rows:
    """Texts as rows of word numbers, filled up with 0 behind.

    Args:
        vocabulary: words at most, the rarest are left out: one that was seen once has taught nothing.
        longest: words of a text that are kept; of a longer one its first and its last half of that, for a
            review opens and ends with its verdict.

    Attributes:
        words: the tokenizer, once fitted.
        fitted_on: a digest of the texts it was fitted on; "" before.
        sample: fingerprints of some of them.

    Example:
        >>> rows = Rows(vocabulary=8, longest=4).fit(["a fine film", "a bad film", "a film"])
        >>> rows.transform(["a film about a fine cat", "film"]).tolist()
        [[4, 5, 7, 1], [5, 0, 0, 0]]
    """

    def __init__(self, vocabulary: int, longest: int) -> None:
        self.vocabulary, self.longest = vocabulary, longest
        self.fitted_on = ""
        self.sample: tuple[int, ...] = ()

    def fit(self, texts: Sequence[str]) -> Rows:
        """Learn the words of the training texts."""
        self.words = Words.fit(texts, self.vocabulary)
        self.fitted_on, self.sample = rows_sample(np.array([*texts, None], dtype=object)[:-1])
        return self

    def encode(self, text: str) -> list[int]:
        """Return the word numbers of one text, cut but not filled up."""
        numbers = self.words.encode(text)
        if len(numbers) <= self.longest:
            return numbers
        half = self.longest // 2
        return numbers[: self.longest - half] + numbers[len(numbers) - half :]

    def transform(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, words of the longest text) int32."""
        rows = [self.encode(text) for text in texts]
        out = np.zeros((len(rows), max(1, max(map(len, rows), default=1))), np.int32)
        for i, row in enumerate(rows):
            out[i, : len(row)] = row
        return out

    def state(self) -> dict[str, Any]:
        """Return all that was fitted."""
        return {
            "vocabulary": self.words.vocabulary,
            "longest": self.longest,
            "fitted_on": self.fitted_on,
            "sample": list(self.sample),
        }


def trimmed(rows: np.ndarray) -> np.ndarray:
    """Cut a batch to its longest text: what nothing fills is not computed.

    Example:
        >>> trimmed(np.array([[3, 4, 0, 0], [5, 0, 0, 0]])).tolist()
        [[3, 4], [5, 0]]
    """
    length = max(1, int((rows != 0).sum(axis=1).max(initial=1)))
    return rows[:, :length]
