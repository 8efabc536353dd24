"""A running text as passages of equally many tokens, and these as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rung.data import Dataset
from rung.data.errors import TableError
from rung.data.fingerprint import rows_sample
from rung.data.split import by_time
from rung.data.tokenize.words import Words, split

LINE = "\n"  # the end of a line is a token, as Shakespeare's lines are of ten syllables
PAD, UNKNOWN, BEGIN, END = range(4)  # the special tokens of every tokenizer here; END is the end of a line
NEVER = (PAD, UNKNOWN, BEGIN)  # what is not written


def passages(data: Dataset, size: int, limit: int | None = None) -> Dataset:
    """Cut a text into passages of `size` tokens each, part by part and in order.

    The parts stay as the data set has them, by position; a text without a part for validation gives the
    last tenth of its training part. A rest of less than `size` tokens at the end of a part is dropped.

    Args:
        data: texts in order: paragraphs, with an empty line between each two, or lines.
        size: tokens in a passage, ends of lines counted.
        limit: keep about this many passages, the first of each part: drawn ones would have no neighbours.

    Returns:
        a data set whose examples, texts, are the passages: training first, then validation, then test.

    Raises:
        TableError: a part has not even one passage.
    """
    rows = dict(data.splits)
    if "validation" not in rows:
        parts = by_time(rows["train"], 0.1)
        rows = {
            "train": rows["train"][parts["train"]],
            "validation": rows["train"][parts["test"]],
            "test": rows["test"],
        }
    cut = {part: _cut(data.x[rows[part]], size) for part in ("train", "validation", "test")}
    for part, found in cut.items():
        if not found:
            raise TableError(
                f"the {part} part of {data.name} has less than {size} tokens",
                rule="A passage is the unit of training and of scoring.",
                fix="a longer text, or a smaller --passage",
            )
    if limit is not None:
        whole = sum(map(len, cut.values()))
        cut = {part: found[: max(2, limit * len(found) // whole)] for part, found in cut.items()}
    ends = np.cumsum([0, *map(len, cut.values())])
    splits = {part: np.arange(ends[i], ends[i + 1]) for i, part in enumerate(cut)}
    x = np.empty(ends[-1], dtype=object)
    x[:] = [passage for found in cut.values() for passage in found]
    return replace(data, x=x, y=x.copy(), splits=splits)


def _cut(texts: Sequence[str], size: int) -> list[str]:
    # A text of the learner's own without empty lines comes line by line: it gets no empty lines here.
    between = LINE + LINE if any(LINE in text for text in texts) else LINE
    tokens = [*tokens_of(between.join(texts)), LINE]
    return [" ".join(tokens[i : i + size]) for i in range(0, len(tokens) - size + 1, size)]


def tokens_of(text: str) -> list[str]:
    r"""Return the words, marks and ends of lines of a text.

    Example:
        >>> tokens_of("Speak,\nspeak.")
        ['speak', ',', '\n', 'speak', '.']
    """
    first, *others = text.split(LINE)
    return [*split(first), *(token for line in others for token in (LINE, *split(line)))]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The tokens of the training passages, and the passages they were taken from.

    Attributes:
        words: the tokenizer; its end stands for the end of a line.
        fitted_on, sample: by which rung.train.leakage tells whose passages these were.
    """

    words: Words
    fitted_on: str
    sample: tuple[int, ...]

    @classmethod
    def fit(cls, passages: np.ndarray, size: int) -> Vocabulary:
        """Take the most frequent words of the training passages, `size` tokens with the special ones."""
        return cls(Words.fit(passages, size), *rows_sample(passages))

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, passage: str) -> list[int]:
        """Return the numbers of a passage's tokens, ends of lines included."""
        first, *others = (self.words.encode(line) for line in passage.split(LINE))
        return [*first, *(i for line in others for i in (END, *line))]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some numbers, a line for each line, as people write it."""
        lines: list[list[int]] = [[]]
        for i in ids:
            if i == END:
                lines.append([])
            else:
                lines[-1].append(int(i))
        return LINE.join(_joined([self.words.decode([i]) for i in line]) for line in lines)

    def state(self) -> dict[str, Any]:
        """Return all that was fitted, as what JSON can hold."""
        return {"vocabulary": self.words.vocabulary, "fitted_on": self.fitted_on, "sample": list(self.sample)}


def _joined(words: Sequence[str]) -> str:
    text = ""
    for word in words:
        text += word if not text or word in ".,;:!?" else f" {word}"
    return text
