"""Flickr8k, a part: 1,000 photographs, each told by five people in a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rung.data.columns import Column, columns
from rung.data.dataset import Card, Dataset
from rung.data.errors import CorruptDataError
from rung.data.files import Source, read
from rung.data.pictures import listed, picture, unzipped
from rung.data.split import hashed

CARD = Card(
    title="Flickr8k, 1,000 photographs",
    about="One example is a photograph of people or animals doing something. The answer is five English "
    "sentences about it, each by another person.",
    task="text",
    size="1,000 pictures, long side at most 224 pixels, 5,000 sentences",
    splits="800 to train, 200 to test, drawn by rung by a hash of the file name; the published lists are of "
    "the whole set",
    source="M. Hodosh, P. Young, J. Hockenmaier, Framing image description as a ranking task, 2013; 1,000 "
    "of its 8,000 pictures",
    url="https://hockenmaier.cs.illinois.edu/8k-pictures.html",
    licence="non-commercial research and education (Flickr8k's terms); the photographs are their makers'",
    problems=(
        "An eighth of the whole, and smaller: scores are not comparable with published ones.",
        "The sentences were written by crowd workers: they guess sex, age and origin, and have slips of the "
        "pen.",
        "Dogs, children and sports are most of it; a model that always says a dog runs through grass scores "
        "well.",
        "Five sentences belong to one picture: part by picture, never by sentence, or the answer leaks.",
    ),
)

_ORIGIN = (
    "It was made from data/ of https://github.com/quantumnaan/sic_translator (commit d27da85), the long "
    "side shrunk to 224; the whole is asked for at https://hockenmaier.cs.illinois.edu/8k-pictures.html"
)
FILES = {
    "captions.txt": Source(
        [], "2e68c3e276f88a5193bf14b6dfac49db12a449fb7f988405875d9d16fed7d608", origin=_ORIGIN
    ),
    "images.zip": Source(
        [], "ff34e01fd2ea82851bdd8eb78e33baa70da700500bb98788a4048d3b69e76978", origin=_ORIGIN
    ),
}


def load(limit: int | None = None) -> Dataset:
    """Read it from the folder `flickr8k-part`: pictures of many sizes, and five sentences each.

    Args:
        limit: decode about this many pictures, the same as `load().take(limit)`.

    Raises:
        CorruptDataError: a file is damaged, or one names a picture that the other does not have.

    Cost: about a second and 95 MB, in proportion to `limit`.
    """
    files = unzipped(read("flickr8k-part", FILES, "images.zip"), "images.zip")
    wanted = (Column("image", kind="text", required=True), Column("caption", kind="text", required=True))
    told: dict[str, list[str]] = {}
    for image, caption in columns(read("flickr8k-part", FILES, "captions.txt"), "captions.txt", wanted):
        told.setdefault(str(image), []).append(str(caption))
    if strange := set(told) ^ set(files):
        raise CorruptDataError(
            f"{min(strange)} is in one of captions.txt and images.zip", rule="Both name it."
        )
    names = sorted(files)
    splits = hashed(names, np.zeros(len(names), dtype=np.int64))
    y = listed(tuple(told[name]) for name in names)
    data = Dataset("flickr8k-part", listed(names), y, (), (), CARD, splits)
    data = data if limit is None else data.take(limit)
    return replace(data, x=listed(picture(files[name], name) for name in data.x))
