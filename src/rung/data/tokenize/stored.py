"""Tokenizers in files: those that `save` wrote, and GPT-2's own two files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rung.data.errors import CorruptDataError
from rung.data.tokenize.bytepair import BytePair
from rung.data.tokenize.characters import Characters
from rung.data.tokenize.interface import FORMAT, SPECIALS, Tokenizer
from rung.data.tokenize.words import Words

_FIX = "fit and save it anew, with the same texts and size"


def load(path: Path) -> Tokenizer:
    """Return the tokenizer that `Tokenizer.save` wrote, of whichever kind it is.

    Args:
        path: the JSON file.

    Raises:
        FileNotFoundError: there is no such file.
        CorruptDataError: it is no such file, or was damaged; the message says what is wrong with it.
    """
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(path, f"is not JSON: {error}") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise _damaged(path, f"is not of format {FORMAT}")
    vocabulary = told.get("vocabulary")
    if not isinstance(vocabulary, list) or not all(isinstance(token, str) for token in vocabulary):
        raise _damaged(path, "has no vocabulary")
    if told.get("kind") == BytePair.kind:
        return _byte_pair(path, vocabulary, told)
    for kind in (Words, Characters):
        if told.get("kind") == kind.kind:
            if vocabulary[:4] != list(SPECIALS.values()):
                raise _damaged(path, f"does not begin with {', '.join(SPECIALS.values())}")
            return kind(vocabulary)
    raise _damaged(path, f"is of the unknown kind {told.get('kind')!r}")


def _byte_pair(path: Path, vocabulary: list[str], told: dict[str, Any]) -> BytePair:
    try:
        specials = {name: int(told["specials"][name]) for name in told["specials"]}
        merges = {(int(a), int(b)): int(number) for a, b, number in told["merges"]}
    except (KeyError, TypeError, ValueError):
        raise _damaged(path, "has no special tokens or no merges") from None
    for (a, b), number in merges.items():
        if max(a, b, number) >= len(vocabulary) or vocabulary[a] + vocabulary[b] != vocabulary[number]:
            raise _damaged(path, f"merges {a} and {b} to {number}, which does not spell the two")
    try:
        return BytePair(vocabulary, merges, specials)
    except KeyError as error:
        raise _damaged(path, f"has no token for {error}") from None


def gpt2(vocabulary: bytes, merges: bytes) -> BytePair:
    """Return GPT-2's tokenizer from its two files, `encoder.json` and `vocab.bpe`.

    Its one special token, <|endoftext|>, is both begin and end. `rung.data.pretrained.gpt2_tokenizer` finds
    the files.

    Args:
        vocabulary: the contents of encoder.json: a JSON object, token: number.
        merges: the contents of vocab.bpe: a heading, then two tokens a line, in the order learned.

    Raises:
        CorruptDataError: a merge has no token.
    """
    numbers: dict[str, int] = json.loads(vocabulary)
    pairs: dict[tuple[int, int], int] = {}
    for i, line in enumerate(merges.decode("utf-8").split("\n")[1:], start=2):
        if not line:
            continue
        a, _, b = line.partition(" ")
        if not {a, b, a + b} <= numbers.keys():
            raise CorruptDataError(
                f"vocab.bpe, line {i}: {line!r} merges what encoder.json has no token for",
                rule="Both parts of a merge, and what they become, are in the vocabulary.",
            )
        pairs[numbers[a], numbers[b]] = numbers[a + b]
    end = numbers["<|endoftext|>"]
    return BytePair(sorted(numbers, key=numbers.__getitem__), pairs, {"begin": end, "end": end})


def _damaged(path: Path, what: str) -> CorruptDataError:
    return CorruptDataError(
        f"{path} {what}", rule="A tokenizer is kept as JSON, as its `save` writes it.", fix=_FIX
    )
