"""Cats and dogs: 2,002 photographs, each of a cat or of a dog."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.pictures import centre_crop, listed, stacked, unzipped
from rung.data.split import hashed

CARD = Card(
    title="Cats and dogs, 2,002 photographs",
    about="One example is a photograph of a pet that was looking for a home. The answer is whether it is a "
    "cat or a dog.",
    task="classes",
    size="2,002 pictures of 128 by 128 pixels, 1,001 of each",
    splits="1,602 to train, 400 to test, drawn by rung by a hash of the file name, 200 of each held out",
    source="J. Elson and others, Asirra, Microsoft Research and Petfinder.com, 2007; the first 1,001 of "
    "each of the training part that Kaggle published",
    url="https://www.kaggle.com/c/dogs-vs-cats",
    licence="non-commercial research (Asirra, Kaggle)",
    problems=(
        "The published pictures are of all sizes. These are the middle squares, 128 by 128: the short side "
        "was scaled to at most 128 and stored as JPEG of quality 86, and an animal at the edge may be cut "
        "off.",
        "43 pictures are smaller than 128 pixels, and are enlarged here.",
        "Some pictures of the whole set show neither, both, or a drawing.",
        "The first 2,002 of 25,000: scores are not comparable with published ones on the whole.",
        "Cats are often pictured indoors and near, dogs outdoors and whole: a model can look at the "
        "background.",
    ),
)

FILES = {
    "train_2002_short128.zip": Source(
        [],
        "fd35938175abe4c652762a9ffbd71f9e99c04d8f653691f5e934b5eea1efb6b8",
        origin="It was made from cat.0 to cat.1000 and dog.0 to dog.1000 of "
        "https://www.kaggle.com/c/dogs-vs-cats, short side at most 128.",
    )
}
SHAPE = (128, 128, 3)


def load(limit: int | None = None) -> Dataset:
    """Read it from the folder `cats-vs-dogs`.

    Args:
        limit: decode about this many pictures, the same as `load().take(limit)`.

    Cost: about 2 seconds and 100 MB, in proportion to `limit`.
    """
    files = unzipped(read("cats-vs-dogs", FILES, "train_2002_short128.zip"), "train_2002_short128.zip")
    names = sorted(files)
    y = np.array([int(name.startswith("dog")) for name in names])
    data = Dataset("cats-vs-dogs", listed(names), y, ("cat", "dog"), (), CARD, hashed(names, y), SHAPE)
    data = data if limit is None else data.take(limit)
    crops = (centre_crop(files[name], name, SHAPE[0]) for name in data.x)
    return replace(data, x=stacked(crops, len(data), SHAPE, "cats-vs-dogs"))
