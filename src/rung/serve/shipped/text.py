"""Prepare a text for the network: this file travels with the export and needs NumPy alone.

`input.json` beside it holds the settings: the words of the training texts, and how many of a text are read.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

UNKNOWN = 1  # every word that training did not see
MOST = 5000  # words of a text that is accepted
_LETTERS = 20 * MOST  # more of them are no text of so many words
# A word with what an apostrophe joins to it, or one mark that is neither part of a word nor space.
_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


class Refused(ValueError):
    """The input is none that the network can be asked about; the message says why, in plain words."""


def prepare(text: Any, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Return the network's input, a batch of one: (1, words that are read) int32.

    Args:
        text: what a person wrote.
        settings: `numbers`, of each word that training saw; `longest`, how many words are read: of a longer
            text its beginning and its end.

    Raises:
        Refused: it is no text, empty or too long, or training saw none of its words.
    """
    return (np.array([[number for _, number in read(text, settings)]], np.int32),)


def read(text: Any, settings: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the words that the network reads, as it reads them, each with its number.

    Raises:
        Refused: as `prepare` does.
    """
    found = [(word, settings["numbers"].get(word, UNKNOWN)) for word in split(text)]
    if all(number == UNKNOWN for _, number in found):
        few = ", ".join(shortened(word) for word, _ in found[:3])
        raise Refused(f"Training saw none of these words ({few}): the network could only guess.")
    longest = settings["longest"]
    if len(found) <= longest:
        return found
    half = longest // 2
    return found[: longest - half] + found[len(found) - half :]


def split(text: Any) -> list[str]:
    """Return the words and marks of a text, in small letters.

    Raises:
        Refused: it is no text, empty or too long.
    """
    if not isinstance(text, str):
        raise Refused("This is no text.")
    if len(text) > _LETTERS:
        raise Refused(f"This text has {len(text):,} letters; at most {_LETTERS:,} go.")
    words = _WORD.findall(text.lower())
    if not words:
        raise Refused("There is nothing written here yet.")
    if len(words) > MOST:
        raise Refused(f"This text has {len(words):,} words and marks; at most {MOST:,} go.")
    return words


def remarks(text: str, settings: dict[str, Any]) -> list[str]:
    """Return what a person should know of how the text was read, a sentence each."""
    words, told = split(text), []
    unknown = [word for word in dict.fromkeys(words) if word not in settings["numbers"]]
    longest = settings["longest"]
    if len(words) > longest:
        half = longest // 2
        told.append(f"Of its {len(words):,} words the first {longest - half} and last {half} are read.")
    if unknown:
        few = ", ".join(shortened(word) for word in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        told.append(f"Words it does not know, all alike to it: {few}{more}.")
    return told


def shortened(word: str, most: int = 24) -> str:
    """Return a word, cut where it would fill the screen."""
    return word if len(word) <= most else f"{word[: most - 4]}..."
