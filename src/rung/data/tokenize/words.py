"""Words: one number a word. Short rows, but a huge vocabulary, and what it has not seen is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rung.data.tokenize.interface import REPLACEMENT, Tokenizer, most_frequent, room

# A word with what an apostrophe joins to it, or one mark that is neither part of a word nor space.
WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


class Words(Tokenizer):
    """A tokenizer by words and marks, in small letters.

    What it loses: capitals, spaces and every word outside the vocabulary. Encoding what was decoded gives
    the same numbers again.

    Args:
        vocabulary: the special tokens and the words, in the order of their numbers.

    Example:
        >>> words = Words.fit(["The cat sat. The dog sat too."], size=8)
        >>> words.vocabulary[4:], words.encode("The cat sat!")
        (['.', 'sat', 'the', 'cat'], [6, 7, 5, 1])
        >>> words.decode([6, 7, 5, 1])
        'the cat sat �'
    """

    kind = "words"

    def __init__(self, vocabulary: list[str]) -> None:
        self.vocabulary = vocabulary
        self._numbers = {word: i for i, word in enumerate(vocabulary) if i > 3}

    @classmethod
    def fit(cls, texts: Iterable[str], size: int) -> Words:
        """Take the most frequent words of the texts; words of equal count in Unicode's order.

        Args:
            texts: the training texts.
            size: tokens at most, the four special ones counted.

        Raises:
            SettingError: fewer than five.
        """
        count = room(size, 1, "one word or more")
        return cls(most_frequent(Counter(word for text in texts for word in split(text)), count))

    def encode(self, text: str) -> list[int]:
        """Return the number of each word and mark; `unknown` where the vocabulary lacks it."""
        return [self._numbers.get(word, 1) for word in split(text)]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the words with a space between each two."""
        return " ".join(REPLACEMENT if i == 1 else self.vocabulary[i] for i in self._shown(ids))


def split(text: str) -> list[str]:
    """Return the words and marks of a text, in small letters.

    Example:
        >>> split("Don't panic -- it's 3.14!")
        ["don't", 'panic', '-', '-', "it's", '3', '.', '14', '!']
    """
    return WORD.findall(text.lower())
