"""MRPC: pairs of sentences from news that may say the same."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import choice, consecutive, fields, lines, objects, wrong

CARD = Card(
    title="Microsoft Research paraphrase corpus",
    about="One example is a pair of sentences from news of 2003 on the same event. The answer is whether two "
    "readers found that they say the same.",
    task="classes",
    size="5,801 pairs, 3,900 of them paraphrases",
    splits="3,576 to train, 500 for validation, 1,725 to test: the publisher's test part, and its training "
    "part parted by the repository",
    source="W. B. Dolan, C. Brockett, Automatically constructing a corpus of sentential paraphrases, 2005",
    url="https://www.microsoft.com/en-us/download/details.aspx?id=52398",
    licence="Microsoft Research licence: non-commercial research only",
    problems=(
        "Always saying yes is right for 66 % of the test part, with an F1 of 80 %.",
        "The pairs were chosen for having many words in common: counting shared words does well, and does so "
        "on no other text.",
        "The readers disagreed on one pair in six before they talked.",
        "A sentence may be in several pairs: 240 sentences of the training part are in the test part too.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/brmson/dataset-sts/"
    "e1d3375f5b3bc24f21aa4e46f96eb379e9fc1081/data/para/msr/"
)
FILES = {
    "msr-para-train.tsv": Source(
        [_AT + "msr-para-train.tsv"], "446b9a5fa4e8d526b99f1d635f036f89063749783f5d3464ee8c1879724d406d"
    ),
    "msr-para-val.tsv": Source(
        [_AT + "msr-para-val.tsv"], "7e5d0ee4ec392b062af73c7cffe82f0725e5b08f6bfdf0915f31bbc470b8bacf"
    ),
    "msr-para-test.tsv": Source(
        [_AT + "msr-para-test.tsv"], "51a1f197d8786712d2f0d97700f5be653b7488a96cde00e158159350d23e3d90"
    ),
}


def load() -> Dataset:
    """Read its three files; x pairs of texts, y 0 different, 1 paraphrase."""
    parts = [parse(read("mrpc", FILES, file), file) for file in FILES]
    x, y = objects(pair for pairs, _ in parts for pair in pairs), np.concatenate([y for _, y in parts])
    sizes = dict(zip(("train", "validation", "test"), map(len, (y for _, y in parts)), strict=True))
    names, features = ("different", "paraphrase"), ("first sentence", "second sentence")
    return Dataset("mrpc", x, y, names, features, CARD, consecutive(sizes))


def parse(data: bytes, file: str) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Return the pairs and the answers of a file: quality, two numbers, two sentences, below a heading.

    Args:
        data: the contents.
        file: its name, for errors.

    Raises:
        CorruptDataError: the heading is missing, or a line has another number of fields or another answer.
    """
    head, *rows = lines(data, file) or [""]
    if not head.startswith("Quality\t"):
        raise wrong(file, 1, f"it begins with {head[:20]!r}", "The first line names the columns.")
    found = [fields(row, 5, file, i) for i, row in enumerate(rows, start=2)]
    y = [choice(row[0], ("0", "1"), file, i) for i, row in enumerate(found, start=2)]
    return [(row[3], row[4]) for row in found], np.array(y)
