"""Digits, 8 by 8: 1,797 small handwritten digits that load in milliseconds."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Packaged, read
from rung.data.packaged import table
from rung.data.split import stratified

CARD = Card(
    title="Digits, 8 by 8",
    about="One example is a digit written by hand, shrunk to 8 by 8 squares; each is the count, from 0 to "
    "16, of the dark "
    "points in a 4 by 4 block of the original 32 by 32 bitmap. rung divides by 16.",
    task="classes",
    size="1,797 pictures of 10 digits (about 180 each), 64 pixels, 0 to 1",
    splits="1,438 to train, 359 to test, drawn once by rung, each digit in proportion",
    source="E. Alpaydin, C. Kaynak, Optical recognition of handwritten digits, Bogazici University, 1998; "
    "its test part, "
    "as scikit-learn carries it",
    url="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    licence="CC BY 4.0 (UCI Machine Learning Repository)",
    problems=(
        "It is the test part of the original only (13 writers), parted anew: both sides share writers, so a "
        "score here "
        "says nothing about a new person's hand.",
        "It is not MNIST made smaller; the two were collected by different people.",
    ),
)

FILES = {
    "digits.csv.gz": Packaged(
        "sklearn",
        "datasets/data/digits.csv.gz",
        "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
        "scikit-learn",
    )
}


def load() -> Dataset:
    """Read it from the installed scikit-learn; pixels from 0 (white) to 1 (ink)."""
    rows = table(read("digits8", FILES, "digits.csv.gz"), columns=65)
    x, y = (rows[:, :64] / 16).astype(np.float32), rows[:, 64].astype(int)
    features = tuple(f"row {i // 8}, column {i % 8}" for i in range(64))
    return Dataset("digits8", x, y, tuple("0123456789"), features, CARD, stratified(y), (8, 8))
