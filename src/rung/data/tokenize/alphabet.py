"""GPT-2's alphabet: each of the 256 bytes as a character that can be seen, so that a vocabulary is text."""

from __future__ import annotations

# Bytes that are visible characters of Latin-1 stand for themselves; the other 68 get those from "Ā" on.
_VISIBLE = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
_REST = [b for b in range(256) if b not in _VISIBLE]

# The bytes in the order of their characters, which is the order of their numbers in GPT-2's vocabulary.
BYTES = [*_VISIBLE, *_REST]
LETTER = {b: chr(b) for b in _VISIBLE} | {b: chr(256 + i) for i, b in enumerate(_REST)}
BYTE = {letter: b for b, letter in LETTER.items()}


def visible(data: bytes) -> str:
    """Return bytes as GPT-2 writes them in its vocabulary: " cat" is "Ġcat".

    Example:
        >>> visible(" cät".encode())
        'ĠcÃ¤t'
    """
    return "".join(LETTER[b] for b in data)


def invisible(text: str) -> bytes:
    """Return the bytes that `visible` shows.

    Raises:
        KeyError: a character stands for no byte.

    Example:
        >>> invisible("ĠcÃ¤t").decode()
        ' cät'
    """
    return bytes(BYTE[c] for c in text)
