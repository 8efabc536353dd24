"""MNIST whole: 70,000 handwritten digits, from a folder on this machine or from the network."""

from __future__ import annotations

import struct

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.errors import CorruptDataError
from rung.data.files import Source, read

CARD = Card(
    title="MNIST",
    about="One example is a digit written by hand by an American student or census worker, 28 by 28 pixels, "
    "centred by "
    "its mass, from 0 (paper) to 1 (ink).",
    task="classes",
    size="70,000 pictures of 10 digits (6,313 to 7,877 each), 784 pixels",
    splits="60,000 to train, 10,000 to test, as published; no writer is on both sides",
    source="Y. LeCun, C. Cortes, C. J. C. Burges, from NIST's Special Databases 1 and 3, 1998",
    url="http://yann.lecun.com/exdb/mnist/",
    licence="CC BY-SA 3.0",
    problems=(
        "About 15 of the 10,000 test labels are wrong (Northcutt and others, 2021), so 99.8 % is about the "
        "ceiling.",
        "The first 5,000 test digits are cleaner than the last 5,000: do not judge on the first ones alone.",
        "Tuned on by everybody for 25 years: the test set is no longer unseen. A new one (QMNIST) scores "
        "lower.",
        "Easy: nearest neighbours reach 97 %. A method that works here may fail on photographs.",
    ),
)

# The publisher's own address no longer serves the files; these are the copies that PyTorch and TensorFlow
# read.
ADDRESSES = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
]
# The checksums are of the unpacked contents: the same files are published in several gzip packings.
FILES = {
    name: Source([address + name for address in ADDRESSES], sha256)
    for name, sha256 in {
        "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }.items()
}


def load() -> Dataset:
    """Read it from $RUNG_DATA/mnist or $RUNG_HOME/data/mnist, else fetch it (11 MB) into the latter.

    Cost: about half a second and 220 MB (float32).
    """
    train_x, train_y, test_x, test_y = (parse_idx(read("mnist", FILES, name), name) for name in FILES)
    x = np.concatenate([train_x, test_x]).reshape(-1, 784).astype(np.float32)
    x /= 255
    y = np.concatenate([train_y, test_y]).astype(int)
    splits = {"train": np.arange(len(train_y)), "test": np.arange(len(train_y), len(y))}
    features = tuple(f"row {i // 28}, column {i % 28}" for i in range(784))
    return Dataset("mnist", x, y, tuple("0123456789"), features, CARD, splits, (28, 28))


def parse_idx(data: bytes, what: str) -> np.ndarray:
    """Return the array in an IDX file: two zero bytes, kind of number, number of axes, each length, numbers.

    Only unsigned bytes (kind 8), the kind that MNIST and its relatives use.

    Raises:
        CorruptDataError: it is not such a file, or has more or fewer numbers than it says.
    """
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise CorruptDataError(
            f"{what} is not an IDX file of bytes", rule="It starts with the bytes 0, 0, 8."
        )
    axes = data[3]
    start = 4 + 4 * axes
    shape = struct.unpack(f">{axes}I", data[4:start]) if len(data) >= start else ()
    count = int(np.prod(shape)) if shape else -1
    if len(data) - start != count:
        raise CorruptDataError(
            f"{what} says it holds an array of shape {shape} but has {max(0, len(data) - start):,} numbers",
            rule="An IDX file has exactly as many numbers as its lengths multiply to.",
            fix=f"remove {what}; it is fetched again at the next load",
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
