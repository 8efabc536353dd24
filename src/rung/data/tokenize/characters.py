"""Characters: one number a character. A tiny vocabulary and nothing to learn, but very long rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rung.data.tokenize.interface import REPLACEMENT, Tokenizer, most_frequent, room


class Characters(Tokenizer):
    """A tokenizer by characters (Unicode code points: "é" may be one or two of them, a flag is two).

    Args:
        vocabulary: the special tokens and the characters, in the order of their numbers.

    Example:
        >>> letters = Characters.fit(["banana"], size=7)
        >>> letters.vocabulary[4:], letters.encode("ban!")
        (['a', 'n', 'b'], [6, 4, 5, 1])
        >>> letters.decode(letters.encode("banana"))
        'banana'
    """

    kind = "characters"

    def __init__(self, vocabulary: list[str]) -> None:
        self.vocabulary = vocabulary
        self._numbers = {c: i for i, c in enumerate(vocabulary) if i > 3}

    @classmethod
    def fit(cls, texts: Iterable[str], size: int) -> Characters:
        """Take the most frequent characters of the texts; those of equal count in Unicode's order.

        Args:
            texts: the training texts.
            size: tokens at most, the four special ones counted.

        Raises:
            SettingError: fewer than five.
        """
        count = room(size, 1, "one character or more")
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text)
        return cls(most_frequent(counts, count))

    def encode(self, text: str) -> list[int]:
        """Return the number of each character; `unknown` where the vocabulary lacks it."""
        return [self._numbers.get(character, 1) for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the characters; "�" for each unknown one."""
        return "".join(REPLACEMENT if i == 1 else self.vocabulary[i] for i in self._shown(ids))
