"""Stereo, motorcycle: one scene with two eyes, and how far each point moves from one to the other."""

from __future__ import annotations

import io

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.pictures import listed, picture

CARD = Card(
    title="Stereo pair: motorcycle",
    about="The one example is a motorcycle in a garage, seen by two cameras 193 mm apart. The answer is the "
    "disparity of each pixel of the left picture: how many pixels further left the same point is in the "
    "right one.",
    task="number",
    size="1 pair of pictures of 500 by 741 pixels; disparities from 7 to 60 pixels, unknown for 7 % of the "
    "pixels",
    splits="the one pair is the test part; there is nothing to train on",
    source="D. Scharstein and others, High-resolution stereo datasets with subpixel-accurate ground truth, "
    "Middlebury, 2014; a quarter of its size, as scikit-image carries it",
    url="https://vision.middlebury.edu/stereo/data/scenes2014/",
    licence="none stated by Middlebury (research; cite the paper); scikit-image is BSD-3-Clause",
    problems=(
        "One scene: for looking at a method, not for ranking methods.",
        "Where the disparity was not measured it is NaN: leave these pixels out of any mean.",
        "Points that only one camera sees have no partner, though most have a disparity: count them apart.",
        "Depth is 994.978 * 193.001 / (disparity + 31.086), in mm: the two cameras' centres differ by "
        "31.086 pixels.",
    ),
)

FILES = {
    file: Packaged("skimage", f"data/{file}", sha256, "scikit-image")
    for file, sha256 in {
        "motorcycle_left.png": "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179",
        "motorcycle_right.png": "5fc913ae870e42a4b662314bc904d1786bcad8e2f0b9b67dba5a229406357797",
        "motorcycle_disp.npz": "2e49c8cebff3fa20359a0cc6880c82e1c03bbb106da81a177218281bc2f113d7",
    }.items()
}


def load() -> Dataset:
    """Read it from the installed scikit-image: x[0] is left and right (2, 500, 741, 3), y is (1, 500, 741).

    Cost: about 0.1 seconds and 4 MB.
    """
    eyes = [
        picture(read("stereo-motorcycle", FILES, file), file)
        for file in ("motorcycle_left.png", "motorcycle_right.png")
    ]
    file = io.BytesIO(read("stereo-motorcycle", FILES, "motorcycle_disp.npz"))
    with np.load(file, allow_pickle=False) as held:
        y = held["arr_0"][None].astype(np.float32)
    y[~np.isfinite(y)] = np.nan
    return Dataset("stereo-motorcycle", listed([np.stack(eyes)]), y, (), (), CARD, {"test": np.arange(1)})
