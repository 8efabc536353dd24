"""Reading texts line by line, with errors that name file and line, and parting them without a leak."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from rung.data.errors import CorruptDataError


def wrong(file: str, line: int, told: str, rule: str) -> CorruptDataError:
    """Return the error for a line of a file.

    Args:
        file: its name.
        line: which line, from 1, as an editor counts.
        told: what is wrong with it.
        rule: what every line of it is like.
    """
    return CorruptDataError(
        f"{file}, line {line:,}: {told}", rule=rule, fix=f"remove {file} and get the published one"
    )


def lines(data: bytes, file: str) -> list[str]:
    r"""Return the lines of a UTF-8 text, parted by \n or \r\n alone.

    `str.splitlines` would part at characters that occur within a line too (\x85, \u2028).

    Args:
        data: the contents.
        file: its name, for errors.

    Raises:
        CorruptDataError: a byte is not UTF-8.

    Example:
        >>> lines("one\r\ntw\u2028o\n".encode(), "f.txt")
        ['one', 'tw\u2028o']
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        raise wrong(
            file, at, f"the byte 0x{data[error.start]:02x} is not UTF-8", "The file is UTF-8."
        ) from None
    every = [line.removesuffix("\r") for line in text.split("\n")]
    return every[:-1] if every[-1] == "" else every  # the last line may lack its end


def fields(row: str, count: int, file: str, line: int, at_least: bool = False) -> list[str]:
    """Return the tab-separated fields of a line.

    Args:
        row: the line.
        count: how many fields it has.
        file: the file's name, for the error.
        line: which line it is, from 1.
        at_least: more fields are allowed.

    Raises:
        CorruptDataError: it has another number of them.
    """
    found = row.split("\t")
    if len(found) < count or (len(found) > count and not at_least):
        rule = f"Each line has {count} fields{' or more' if at_least else ''}, separated by tabs."
        raise wrong(file, line, f"{len(found)} fields", rule)
    return found


def choice(value: str, names: Sequence[str], file: str, line: int) -> int:
    """Return the number of a label among those there are.

    Args:
        value: the label.
        names: the labels, in the order of their numbers.
        file: the file's name, for the error.
        line: which line it is on, from 1.

    Raises:
        CorruptDataError: it is none of them.
    """
    if value not in names:
        raise wrong(file, line, f"the label {value!r}", f"A label is one of {', '.join(map(repr, names))}.")
    return list(names).index(value)


def objects(items: Iterable[Any]) -> np.ndarray:
    """Return an object array (n,) of any things, whether or not they are of equal length.

    Args:
        items: texts, pairs, rows of tags.
    """
    every = list(items)
    array = np.empty(len(every), dtype=object)
    for i, item in enumerate(every):
        array[i] = item
    return array


def consecutive(sizes: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return the splits of a data set whose parts lie one after the other.

    Args:
        sizes: rows of each part, in their order.

    Example:
        >>> consecutive({"train": 3, "test": 2})
        {'train': array([0, 1, 2]), 'test': array([3, 4])}
    """
    starts = np.cumsum([0, *sizes.values()])
    return {part: np.arange(starts[i], starts[i + 1]) for i, part in enumerate(sizes)}


def families(texts: Sequence[str], run: int = 8) -> list[str]:
    """Return the same key for texts that share `run` words in a row, straight or by way of others.

    Capitals and marks do not count. A text that is shorter than `run` words is compared whole.

    Args:
        texts: the texts (n,).
        run: words in a row that are no coincidence; 0 compares whole texts only.

    Cost: about half a second for 10,000 sentences.

    Example:
        >>> a, b, c = families(["One, two, three!", "zero one two three", "two three"], run=3)
        >>> a == b, a == c
        (True, False)
    """
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    words = [re.findall(r"\w+", text.lower()) for text in texts]
    first: dict[tuple[str, ...], int] = {}
    for i, row in enumerate(words):
        length = min(run, len(row)) if run else len(row)
        for start in range(len(row) - length + 1):
            parent[root(i)] = root(first.setdefault(tuple(row[start : start + length]), i))
    members: defaultdict[int, list[int]] = defaultdict(list)
    for i in range(len(texts)):
        members[root(i)].append(i)
    keys = [""] * len(texts)
    for rows in members.values():
        key = min(" ".join(words[i]) for i in rows)
        for i in rows:
            keys[i] = key
    return keys


def by_hash(keys: Sequence[str], shares: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Part rows by a hash of their keys: equal keys on one side, and a new row moves no other.

    Args:
        keys: what must stay together (n,), such as `families(texts)`.
        shares: about what share goes to each part but "train", which gets the rest.

    Example:
        >>> by_hash(["a", "b", "a", "d", "b", "c"], {"test": 0.2})
        {'train': array([0, 1, 2, 4]), 'test': array([3, 5])}
    """
    drawn = np.array([int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) for key in keys]) / 16**12
    edges = np.cumsum(list(shares.values()))
    where = np.searchsorted(edges, drawn, side="right")  # (n,) the number of its part; the last is "train"
    parts = {part: np.flatnonzero(where == i) for i, part in enumerate(shares)}
    return {"train": np.flatnonzero(where == len(shares)), **parts}


def by_position(texts: Sequence[str], shares: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Part texts that are one running text: training first, the other parts behind it, in characters.

    At random, the sentence before and the sentence after a test sentence would be trained on: the same
    scene, names and turns of phrase. A text that lies across an edge belongs to the part it begins in.

    Args:
        texts: the pieces in their order (n,).
        shares: about what share of the characters each part has, from the beginning to the end.

    Example:
        >>> by_position(["ab", "cd", "efgh", "ij"], {"train": 0.8, "test": 0.2})
        {'train': array([0, 1, 2]), 'test': array([3])}
    """
    starts = np.cumsum([0, *(len(text) for text in texts)])
    edges = np.cumsum(list(shares.values()))[:-1] * starts[-1]
    where = np.searchsorted(edges, starts[:-1], side="right")
    return {part: np.flatnonzero(where == i) for i, part in enumerate(shares)}
