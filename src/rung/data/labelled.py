"""Labelled texts: files with a text and a label on every line, as many text data sets are published."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.texts import choice, consecutive, fields, lines, objects, wrong


def labelled(
    name: str,
    parts: Mapping[str, tuple[str, bytes]],
    card: Card,
    names: tuple[str, ...],
    text: int,
    label: int,
    marks: tuple[str, ...] = (),
) -> Dataset:
    """Return the data set of files with two tab-separated fields a line, text and label.

    Args:
        name: the data set.
        parts: (file name, contents) by the name of the part.
        card: its card.
        names: what the classes are called.
        text: which field is the text.
        label: which field is the label.
        marks: how the file writes the classes, in the order of `names`; by default as `names` does.

    Raises:
        CorruptDataError: a line has another number of fields, no text, or an unknown label.
    """
    x, y, sizes = [], [], {}
    for part, (file, data) in parts.items():
        rows = lines(data, file)
        for i, row in enumerate(rows, start=1):
            found = fields(row, 2, file, i)
            if not found[text].strip():
                raise wrong(file, i, "it has no text", "Each line has a text and a label.")
            x.append(found[text])
            y.append(choice(found[label], marks or names, file, i))
        sizes[part] = len(rows)
    return Dataset(name, objects(x), np.array(y), names, (), card, consecutive(sizes))
