"""What every tokenizer can do: encode a text as token numbers, decode them, and be kept in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from rung.scratch.errors import SettingError

# The special tokens, in the order of their numbers where a tokenizer is fitted here.
SPECIALS = {"pad": "<pad>", "unknown": "<unknown>", "begin": "<begin>", "end": "<end>"}
REPLACEMENT = "\ufffd"  # what Unicode shows in place of something unreadable: "�"
FORMAT = 1


class Tokenizer:
    """A vocabulary, and the way from a text to numbers in it and back.

    The numbers are from 0 to `len(tokenizer)` - 1. `encode` adds no special token, and no text can contain
    one: a text with "<end>" in it is five characters long. Whoever wants an end says
    `tokenizer.encode(text) + [tokenizer.end]`.

    Attributes:
        kind: the word that a file of it begins with.
        vocabulary: each token as people read it, in the order of the numbers.
        pad: fills short rows of a batch up; None where there is none, as with each of the next three.
        unknown: stands for what is not in the vocabulary; decoded as "�".
        begin: stands before a text.
        end: stands behind a text.
    """

    kind: ClassVar[str] = ""
    vocabulary: list[str]
    pad: int | None = 0
    unknown: int | None = 1
    begin: int | None = 2
    end: int | None = 3

    @classmethod
    def fit(cls, texts: Iterable[str], size: int) -> Tokenizer:
        """Return a tokenizer with the vocabulary of these texts.

        Args:
            texts: the training texts, and never the test texts.
            size: tokens in the vocabulary at most, the four special ones counted.

        Raises:
            SettingError: the size leaves no room beside the special tokens.
        """
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self):,} tokens)"

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of a text."""
        raise NotImplementedError

    def encode_all(self, texts: Iterable[str]) -> list[list[int]]:
        """Return the token numbers of each text."""
        return [self.encode(text) for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token numbers; pad, begin and end are left out.

        Raises:
            SettingError: a number is not in the vocabulary.
        """
        raise NotImplementedError

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all; `rung.data.tokenize.load` reads it back."""
        told = {"format": FORMAT, "kind": self.kind, **self._state()}
        _write_whole(Path(path), json.dumps(told, ensure_ascii=False))

    def _state(self) -> dict[str, Any]:
        """Return what JSON keeps of it."""
        return {"vocabulary": self.vocabulary}

    def _shown(self, ids: Sequence[int]) -> list[int]:
        """Return the numbers that decoding shows, after checking that all are in the vocabulary."""
        wrong = [i for i in ids if not 0 <= i < len(self)]
        if wrong:
            raise SettingError(
                f"token {wrong[0]} of a vocabulary of {len(self):,}",
                rule=f"Token numbers are from 0 to {len(self) - 1}.",
                fix="decode with the tokenizer that encoded",
            )
        hidden = (self.pad, self.begin, self.end)
        return [i for i in ids if i not in hidden]


def room(size: int, least: int, what: str) -> int:
    """Return how many tokens fit beside the four special ones.

    Args:
        size: tokens in all.
        least: how many must fit beside them.
        what: what these are, for the message.

    Raises:
        SettingError: fewer fit.
    """
    if size < len(SPECIALS) + least:
        raise SettingError(
            f"a vocabulary of {size} tokens",
            rule=f"It holds {len(SPECIALS)} special tokens and {what}: at least {len(SPECIALS) + least}.",
        )
    return size - len(SPECIALS)


def most_frequent(counts: dict[str, int], count: int) -> list[str]:
    """Return the special tokens and the `count` most frequent others; equal counts in Unicode's order.

    Example:
        >>> most_frequent({"b": 2, "c": 1, "a": 2}, 2)[4:]
        ['a', 'b']
    """
    chosen = sorted(counts, key=lambda token: (-counts[token], token))[:count]
    return [*SPECIALS.values(), *chosen]


def _write_whole(path: Path, text: str) -> None:
    """Write a file under a temporary name first, so that nobody ever sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
