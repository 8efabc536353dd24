"""ECG5000: 500 heartbeats of one patient, each normal or one of four kinds of irregular."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.packaged import table
from rung.data.split import hashed

CARD = Card(
    title="ECG5000, its training part",
    about="One example is a heartbeat of a patient with severe heart failure: 140 samples of one lead of an "
    "electrocardiogram, stretched to one length, with mean 0 and deviation 1. The answer is the kind of "
    "beat, annotated by a program.",
    task="classes",
    size="500 heartbeats of 5 kinds (292, 177, 10, 19, 2), 140 samples",
    splits="400 to train, 100 to test, drawn by rung by a hash of the samples, each kind in proportion",
    source="Y. Chen, E. Keogh, from record chf07 of PhysioNet's BIDMC database; the UCR archive's training "
    "part",
    url="https://www.timeseriesclassification.com/description.php?Dataset=ECG5000",
    licence="research (UCR archive, PhysioNet)",
    problems=(
        "Only the official training part is here, parted anew: the official test part (4,500 beats) is at "
        "the address, and published scores are on that one.",
        "One patient in 20 hours: nothing here says how a method does on another heart.",
        "The kinds were given by a program, not by a physician.",
        "Two kinds have 10 and 2 examples: their scores are chance. Often used as normal against the rest.",
        "Each beat was scaled by itself, so how strong it was is lost.",
    ),
)

FILES = {
    "ECG5000_TRAIN.txt": Source(
        [
            "https://raw.githubusercontent.com/sushantsk1/DL/"
            "ba8fc49832fe4919a83e1e73525c3581cfef0600/ECG5000_TRAIN.txt"
        ],
        "0d96aff193311a6dc6111bf0dbd2f7d2313987fbf7a1da4a383d92563876057b",
    )
}
NAMES = ("normal", "R on T", "premature ventricular", "supraventricular", "unclassified")


def load() -> Dataset:
    """Read it from the folder `ecg5000`."""
    rows = table(read("ecg5000", FILES, "ECG5000_TRAIN.txt"), columns=141, separator=" ")
    x, y = rows[:, 1:].copy(), rows[:, 0].astype(np.int64) - 1
    features = tuple(f"sample {i}" for i in range(140))
    return Dataset("ecg5000", x, y, NAMES, features, CARD, hashed([row.tobytes() for row in x], y), (140,))
