"""Prepare the beginning of a text, and go on: this file travels with the export and needs NumPy alone.

`input.json` beside it holds the settings: the vocabulary, and how many tokens the network reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

PAD, UNKNOWN, BEGIN, END = range(4)  # what is not a word; END is the end of a line
LINE = "\n"
MOST = 5000  # words of a beginning that is accepted
_LETTERS = 20 * MOST
# A word with what an apostrophe joins to it, or one mark that is neither part of a word nor space.
_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")

Run = Callable[[Sequence[np.ndarray], Sequence[str]], list[np.ndarray]]


class Refused(ValueError):
    """The input is none that the network can be asked about; the message says why, in plain words."""


def prepare(text: Any, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Return the network's input, a batch of one: (1, tokens that are read) int64.

    Args:
        text: the beginning that a person wrote.
        settings: `numbers`, of each word of the vocabulary; `reach`, how many tokens are read: the last ones.

    Raises:
        Refused: it is no text, empty or too long, or training saw none of its words.
    """
    return (np.array([[number for _, number in read(text, settings)]], np.int64),)


def read(text: Any, settings: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the tokens that the network reads, each with its number; the end of a line is one of them.

    Raises:
        Refused: as `prepare` does.
    """
    found = [(token, settings["numbers"].get(token, UNKNOWN)) for token in split(text)]
    if all(number == UNKNOWN for _, number in found):
        few = ", ".join(shortened(word) for word, _ in found[:3])
        raise Refused(f"Training saw none of these words ({few}): the network could only guess.")
    return found[-settings["reach"] :]


def split(text: Any) -> list[str]:
    """Return the words, marks and ends of lines of a text, in small letters; spaces at its ends are dropped.

    Raises:
        Refused: it is no text, empty or too long.
    """
    if not isinstance(text, str):
        raise Refused("This is no text.")
    if len(text) > _LETTERS:
        raise Refused(f"This text has {len(text):,} letters; at most {_LETTERS:,} go.")
    lines = [_WORD.findall(line) for line in text.strip(" \t").lower().split(LINE)]
    words = sum(map(len, lines))
    if not words:
        raise Refused("There is nothing written here yet.")
    if words > MOST:
        raise Refused(f"This text has {words:,} words and marks; at most {MOST:,} go.")
    first, *others = lines
    return [*first, *(token for line in others for token in (LINE, *line))]


def remarks(text: str, settings: dict[str, Any]) -> list[str]:
    """Return what a person should know of how the text was read, a sentence each."""
    words, told = split(text), []
    unknown = [word for word in dict.fromkeys(words) if word not in settings["numbers"]]
    if len(words) > settings["reach"]:
        told.append(f"Of its {len(words):,} words and ends of lines the last {settings['reach']} are read.")
    if unknown:
        few = ", ".join(shortened(word) for word in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        told.append(f"Words it does not know, all alike to it: {few}{more}.")
    return told


def shortened(word: str, most: int = 24) -> str:
    """Return a word, cut where it would fill the screen."""
    return word if len(word) <= most else f"{word[: most - 4]}..."


def likely(probabilities: np.ndarray) -> np.ndarray:
    """Return probabilities (V,) of what may be written: never the tokens that are no words."""
    p = probabilities.astype(np.float64)
    p[[PAD, UNKNOWN, BEGIN]] = 0
    made: np.ndarray = p / p.sum()
    return made


def narrowed(p: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities raised to the power of 1 / temperature: below 1 the likely becomes likelier."""
    with np.errstate(divide="ignore"):
        logs = np.log(p) / temperature
    q = np.exp(logs - logs.max())
    made: np.ndarray = q / q.sum()
    return made


def written(
    run: Run, tokens: Sequence[int], count: int, temperature: float, seed: int, reach: int
) -> Iterator[int]:
    """Yield `count` tokens that the network writes after some others, each drawn from what it thinks likely.

    Args:
        run: asks the network.
        tokens: the numbers of the beginning.
        count: how many to write.
        temperature: see `narrowed`.
        seed: the same seed writes the same text again.
        reach: how many tokens are read back.
    """
    rng, text = np.random.default_rng(seed), list(tokens)
    for _ in range(count):
        (p,) = run([np.array([text[-reach:]], np.int64)], ["probabilities"])[0]
        text.append(int(rng.choice(len(p), p=narrowed(likely(p), temperature))))
        yield text[-1]


def joined(tokens: Sequence[str]) -> str:
    """Return tokens as people write them: a space between words, none before a mark."""
    text = ""
    for token in tokens:
        close = token == LINE or token in ".,;:!?" or not text or text.endswith(LINE)
        text += token if close else f" {token}"
    return text
