"""Tagged sentences: files with a word and its tag on every line, and an empty line behind each sentence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.texts import choice, consecutive, fields, lines, objects, wrong

Sentence = tuple[tuple[str, ...], np.ndarray]


def tagged(
    name: str, parts: Mapping[str, tuple[str, list[Sentence]]], card: Card, names: tuple[str, ...]
) -> Dataset:
    """Return the data set of tagged sentences: x tuples of words, y arrays of tag numbers, one a word.

    Args:
        name: the data set.
        parts: (file name, sentences) by the name of the part.
        card: its card.
        names: the tags, in the order of their numbers.
    """
    sentences = [sentence for _, rows in parts.values() for sentence in rows]
    x, y = objects(words for words, _ in sentences), objects(tags for _, tags in sentences)
    return Dataset(name, x, y, names, (), card, consecutive({p: len(rows) for p, (_, rows) in parts.items()}))


def parse(
    data: bytes, file: str, names: tuple[str, ...], columns: int, word: int, tag: int
) -> list[Sentence]:
    r"""Return the sentences of a file in CoNLL's form.

    Lines that begin with "# " are remarks, and lines whose first column is no whole number, where there are
    ten columns (CoNLL-U), say how words are written together or which are left unsaid: neither is a word.

    Args:
        data: the contents.
        file: its name, for errors.
        names: the tags, in the order of their numbers.
        columns: how many tab-separated columns a line has.
        word: which of them is the word.
        tag: which of them is the tag.

    Raises:
        CorruptDataError: a line has another number of columns, no word, or an unknown tag.

    Example:
        >>> words, tags = parse(b"New\tB\nYork\tI\n\n", "f.conll", ("O", "B", "I"), 2, word=0, tag=1)[0]
        >>> words, tags.tolist()
        (('New', 'York'), [1, 2])
    """
    sentences: list[Sentence] = []
    words: list[str] = []
    tags: list[int] = []
    for i, line in enumerate([*lines(data, file), ""], start=1):
        if not line.strip():  # an empty line may hold a tab
            if words:
                sentences.append((tuple(words), np.array(tags)))
                words, tags = [], []
            continue
        if columns == 10 and line.startswith("#"):
            continue
        found = fields(line, columns, file, i)
        if columns == 10 and not found[0].isdecimal():
            continue
        if not found[word].strip():
            raise wrong(file, i, "it has no word", "Each line has a word and its tag.")
        words.append(found[word])
        tags.append(choice(found[tag], names, file, i))
    return sentences
