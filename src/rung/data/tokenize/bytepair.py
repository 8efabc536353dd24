"""Byte-pair encoding: it begins with the 256 bytes, so nothing is unknown, and joins what is frequent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rung.data.tokenize.alphabet import BYTES, invisible, visible
from rung.data.tokenize.interface import SPECIALS, Tokenizer, room
from rung.data.tokenize.merging import Pair, learn, merged
from rung.data.tokenize.pieces import pattern
from rung.scratch.errors import SettingError

REMEMBERED = 100_000  # pieces whose numbers are kept: a text says the same few words most of the time


class BytePair(Tokenizer):
    """A tokenizer of GPT-2's form: pieces by its pattern, their bytes merged in the order that was learned.

    It loses nothing: `decode(encode(text)) == text` for every text. Numbers that end within a character
    decode to "�" there.

    Args:
        vocabulary: each token in GPT-2's visible letters ("Ġ" is a space), in the order of the numbers.
        merges: {pair of numbers: number it becomes}, in the order learned.
        specials: the number of each special token there is, by "pad", "unknown", "begin", "end".

    Source: radford2019gpt2: the same pattern, alphabet and order of merging; only the special tokens differ.

    Example:
        >>> pairs = BytePair.fit(["low lower lowest"] * 9, size=264)
        >>> pairs.vocabulary[260:], pairs.encode("lowest low")
        (['lo', 'low', 'Ġlow', 'Ġlowe'], [261, 72, 86, 87, 262])
        >>> pairs.decode([261, 72, 86, 87, 262])
        'lowest low'
    """

    kind = "bytepair"

    def __init__(
        self, vocabulary: list[str], merges: Mapping[Pair, int], specials: Mapping[str, int] | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self.merges = dict(merges)
        self.specials = dict(specials or {})
        self.pad, self.unknown = self.specials.get("pad"), self.specials.get("unknown")
        self.begin, self.end = self.specials.get("begin"), self.specials.get("end")
        special = set(self.specials.values())
        self._bytes = [b"" if i in special else invisible(t) for i, t in enumerate(vocabulary)]
        # The first token of a string counts: a pair learned later may spell one that is there already.
        numbers = {b: i for i, b in reversed(list(enumerate(self._bytes))) if len(b) == 1}
        self._byte = [numbers[bytes([b])] for b in range(256)]
        self._ranks = {pair: (rank, number) for rank, (pair, number) in enumerate(self.merges.items())}
        self._known: dict[str, list[int]] = {}

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        size: int,
        fast: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> BytePair:
        """Learn the merges of these texts: always the pair that is most frequent by then.

        Args:
            texts: the training texts.
            size: tokens at most: 4 special ones, 256 bytes, and the merges.
            fast: let the library `tokenizers` do it, which uses all cores and takes about half the time on
                one; the same numbers come out.
            report: called with (merges so far, merges wanted).

        Raises:
            SettingError: the size is below 260, a text is not Unicode, or `tokenizers` is not installed.

        Cost: 1 to 3 s for 1 MB of English and 1,000 merges; more text with few new words costs little.
        """
        count = room(size, 256, "the 256 bytes") - 256
        specials = {name: i for i, name in enumerate(SPECIALS)}
        if fast:
            from rung.data.tokenize.library import train

            vocabulary, merges = train(texts, size)
            return cls(vocabulary, merges, specials)
        words: Counter[str] = Counter()
        for text in texts:
            words.update(pattern().findall(text))
        number = {b: len(SPECIALS) + i for i, b in enumerate(BYTES)}
        tokens = [b""] * len(SPECIALS) + [bytes([b]) for b in BYTES]
        learned = learn(
            {tuple(number[b] for b in utf8(word)): n for word, n in words.items()}, tokens, count, report
        )
        return cls([*SPECIALS.values(), *(visible(t) for t in tokens[len(SPECIALS) :])], learned, specials)

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of a text.

        Raises:
            SettingError: the text holds half of a surrogate pair, which is no character.

        Cost: 1 to 3 MB of English a second; a piece that was met before is looked up.
        """
        known, ids = self._known, []
        for piece in pattern().findall(text):
            numbers = known.get(piece)
            if numbers is None:
                numbers = merged([self._byte[b] for b in utf8(piece)], self._ranks)
                if len(known) < REMEMBERED and len(piece) < 100:
                    known[piece] = numbers
            ids += numbers
        return ids

    def encode_all(self, texts: Iterable[str], fast: bool = False) -> list[list[int]]:
        """Return the token numbers of each text.

        Args:
            texts: any number of texts.
            fast: let the library `tokenizers` do it, which uses all cores; on one it is no quicker, for we
                remember each piece. The same numbers come out.

        Raises:
            SettingError: `fast`, and `tokenizers` is not installed.
        """
        if not fast:
            return [self.encode(text) for text in texts]
        from rung.data.tokenize.library import encode_all

        return encode_all(self, list(texts))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token numbers; "�" where their bytes are no character, or are unknown."""
        parts = (b"\xef\xbf\xbd" if i == self.unknown else self._bytes[i] for i in self._shown(ids))
        return b"".join(parts).decode("utf-8", errors="replace")

    def _state(self) -> dict[str, Any]:
        # Each merge with its number: two pairs may spell the same token.
        merges = [[a, b, number] for (a, b), number in self.merges.items()]
        return {"specials": self.specials, "vocabulary": self.vocabulary, "merges": merges}


def utf8(text: str) -> bytes:
    """Return the UTF-8 bytes of a text.

    Raises:
        SettingError: it holds half of a surrogate pair.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise SettingError(
            f"the text holds {error.object[error.start]!a}, half of a surrogate pair",
            rule="That is no character, so it has no bytes in UTF-8.",
            fix='text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")',
        ) from None
