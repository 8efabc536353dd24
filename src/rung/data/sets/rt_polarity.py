"""Film review snippets: one sentence each, for or against."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_hash, families, lines, objects

CARD = Card(
    title="Film review snippets (rt-polarity)",
    about="One example is a sentence from a film review, in small letters with spaces around its marks. The "
    "answer is whether the site Rotten Tomatoes marked the review rotten (negative) or fresh (positive).",
    task="classes",
    size="10,662 sentences, 5,331 of each class",
    splits="8,524 to train, 2,138 to test, by rung: sentences that share eight words in a row are on one "
    "side",
    source="B. Pang, L. Lee, Seeing stars: exploiting class relationships for sentiment categorization with "
    "respect to rating scales, 2005",
    url="https://www.cs.cornell.edu/people/pabo/movie-review-data/",
    licence="none stated; made for research, please cite",
    problems=(
        "The label is the whole review's: a sentence alone may say the opposite, or nothing.",
        "One sentence is in both classes, and 34 share eight words in a row with another.",
        "There is no official split, so published scores are means over ten folds.",
        "It is published in Latin-1; this copy is UTF-8.",
        "sst2 has the same sentences: never train on one and test on the other.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/dennybritz/cnn-text-classification-tf/"
    "18762b459e21d9c70e5c242f8d43fc4e6db37a0d/data/rt-polaritydata/"
)
FILES = {
    "rt-polarity.neg": Source(
        [_AT + "rt-polarity.neg"], "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd"
    ),
    "rt-polarity.pos": Source(
        [_AT + "rt-polarity.pos"], "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58"
    ),
}


def load() -> Dataset:
    """Read its two files; x texts, y 0 negative, 1 positive."""
    negative, positive = (
        [line.strip() for line in lines(read("rt-polarity", FILES, file), file)] for file in FILES
    )
    x, y = objects(negative + positive), np.repeat([0, 1], [len(negative), len(positive)])
    splits = by_hash(families(x.tolist()), {"test": 0.2})
    return Dataset("rt-polarity", x, y, ("negative", "positive"), (), CARD, splits)
