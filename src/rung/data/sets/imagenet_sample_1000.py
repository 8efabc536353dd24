"""ImageNet, a sample: one photograph of each of its 1,000 classes, to look at networks with."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.pictures import listed, picture, stacked, unzipped
from rung.data.split import shuffled

CARD = Card(
    title="ImageNet, one photograph a class",
    about="One example is a photograph from the web that shows one of 1,000 kinds of things. It is for "
    "looking at what trained networks answer, not for training.",
    task="classes",
    size="1,000 pictures of 224 by 224 pixels, 1 of each of 1,000 classes",
    splits="800 in train, 200 in test, drawn once by rung; each class is on one side only, so what the test "
    "part asks cannot be learnt from the train part: both are for looking at networks that were trained "
    "elsewhere",
    source="J. Deng and others, ImageNet, 2009; one picture a class as E. Schwartz chose it",
    url="https://github.com/EliSchwartz/imagenet-sample-images",
    licence="non-commercial research and education (ImageNet's terms); the photographs are their makers'",
    problems=(
        "One picture a class: an accuracy on it is rough (3 points for 95 %), and no class can be judged.",
        "The pictures are of ImageNet's training part: networks trained on ImageNet have seen them, so they "
        "look better here than they are.",
        "They were scaled to 256, cut to the middle 224 and stored again as JPEG of quality 85.",
        "Two pairs of classes share a name (crane, maillot): here the second has its WordNet number behind "
        "it.",
        "About 6 % of ImageNet's validation labels are wrong (Northcutt and others, 2021), and many "
        "pictures show several things.",
    ),
)

_ORIGIN = (
    "It was made from https://github.com/EliSchwartz/imagenet-sample-images (commit bc69043): scaled to "
    "256, the middle 224 kept."
)
FILES = {
    "classes.json": Source(
        [], "4aeeb789f396db10ebfc34c5a2442e3ad969a1d594fbd84c608d9c866fcd6243", origin=_ORIGIN
    ),
    "images_224.zip": Source(
        [], "320f6c4766f5522b13afbe2ca1566ad7c15f9f8949f8ea3312eb4e7c3cb162fd", origin=_ORIGIN
    ),
}
SHAPE = (224, 224, 3)


def load(limit: int | None = None) -> Dataset:
    """Read it from the folder `imagenet-sample-1000`; class numbers are those that networks give.

    Args:
        limit: decode about this many pictures, the same as `load().take(limit)`.

    Cost: about 3 seconds and 150 MB, in proportion to `limit`.
    """
    files = unzipped(read("imagenet-sample-1000", FILES, "images_224.zip"), "images_224.zip")
    classes = json.loads(read("imagenet-sample-1000", FILES, "classes.json"))
    number = {wordnet: i for i, (wordnet, _) in enumerate(classes)}
    paths = sorted(files)
    y = np.array([number[path.partition("_")[0]] for path in paths])
    splits = shuffled(len(paths))
    data = Dataset("imagenet-sample-1000", listed(paths), y, _names(classes), (), CARD, splits, SHAPE)
    data = data if limit is None else data.take(limit)
    decoded = (picture(files[path], path) for path in data.x)
    return replace(data, x=stacked(decoded, len(data), SHAPE, "images_224.zip"))


def _names(classes: list[tuple[str, str]]) -> tuple[str, ...]:
    """Return a name for each class, no two alike."""
    seen: Counter[str] = Counter()
    names = []
    for wordnet, name in classes:
        seen[name] += 1
        plain = name.replace("_", " ")
        names.append(plain if seen[name] == 1 else f"{plain} ({wordnet})")
    return tuple(names)
