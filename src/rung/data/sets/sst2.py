"""SST-2: sentences from film reviews, for or against, cut from whole reviews by the Stanford treebank."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.labelled import labelled
from rung.data.places import Source

CARD = Card(
    title="SST-2, whole sentences",
    about="One example is a sentence from a film review, in small letters and without marks. The answer is "
    "whether three readers on Mechanical Turk found it negative or positive; neutral ones are left out.",
    task="classes",
    size="9,613 sentences: 4,963 positive, 4,650 negative",
    splits="6,920 to train, 872 for validation, 1,821 to test, by the publishers",
    source="R. Socher and others, Recursive deep models for semantic compositionality over a sentiment "
    "treebank, 2013",
    url="https://nlp.stanford.edu/sentiment/",
    licence="none stated; made for research, please cite",
    problems=(
        "Sentences only. GLUE's SST-2 trains on 67,349 phrases of these sentences and keeps its test answers "
        "secret: scores are not comparable.",
        "This copy has lost hyphens, accents and full stops: 'crème brûlée' is 'cr me br l e'.",
        "2 sentences of the training part are in the test part too.",
        "The sentences are those of rt-polarity: never train on one and test on the other.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/clairett/pytorch-sentiment-classification/"
    "457ffd83de90a9d6d472d8ffc31bbffe40a8b236/data/SST2/"
)
FILES = {
    "train.tsv": Source(
        [_AT + "train.tsv"], "ec192f833a64da08f475488a77b0d0b47db47acd0f458bd18433fc793b569920"
    ),
    "dev.tsv": Source([_AT + "dev.tsv"], "eddea6b39e601dd4e7a672b53cc40fdf6019fa80522f351206c24340ca5d9359"),
    "test.tsv": Source(
        [_AT + "test.tsv"], "831169c7e2e429d6026e1bdbb542f33b636e3e596caad9602ebc953c205928b7"
    ),
}


def load() -> Dataset:
    """Read its three files; x texts, y 0 negative, 1 positive."""
    parts = {"train": "train.tsv", "validation": "dev.tsv", "test": "test.tsv"}
    contents = {part: (file, read("sst2", FILES, file)) for part, file in parts.items()}
    return labelled("sst2", contents, CARD, ("negative", "positive"), marks=("0", "1"), text=0, label=1)
