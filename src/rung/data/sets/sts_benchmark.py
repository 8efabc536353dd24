"""STS benchmark: pairs of sentences, and how alike people found their meanings."""

from __future__ import annotations

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import consecutive, fields, lines, objects, wrong

CARD = Card(
    title="STS benchmark",
    about="One example is a pair of English sentences from news, captions of pictures or forums. The answer "
    "is how alike they are in meaning, from 0 (nothing in common) to 5 (the same): the mean of several "
    "people.",
    task="number",
    size="8,628 pairs, 0 to 5, 2.6 in the mean",
    splits="5,749 to train, 1,500 for validation, 1,379 to test, by the publishers",
    source="D. Cer and others, SemEval-2017 task 1: semantic textual similarity, 2017",
    url="http://ixa2.si.ehu.eus/stswiki",
    licence="CC BY-SA 4.0 (scores); each source of sentences has its own licence (LICENSE.txt)",
    problems=(
        "Scored by correlation with the people, not by error: a model may be off by a factor.",
        "12 pairs of the test part are in the training part too, and 257 of its 2,552 sentences.",
        "The parts are of other mixtures: the test part has answers to questions, training has none.",
    ),
)

_AT = (
    "https://raw.githubusercontent.com/sudha93/semanticTextualSimilarity/"
    "f1ecd82418d9b84e48baef14d499d0fc23430360/stsbenchmark/"
)
FILES = {
    "sts-train.csv": Source(
        [_AT + "sts-train.csv"], "fbe68f39a712ff9e80d48906d62547bde42a8154a37dfb5ad78002f29a810fb3"
    ),
    "sts-dev.csv": Source(
        [_AT + "sts-dev.csv"], "5d7e944d8b02734b07bfdb5df67db3420c64bed153fcaa1ba47ad03480cf4234"
    ),
    "sts-test.csv": Source(
        [_AT + "sts-test.csv"], "affe45928a66ee5a708531233c95b7dacbbdc57f974f002a3d32ea0180cf816a"
    ),
}


def load() -> Dataset:
    """Read its three files; x pairs of texts, y from 0 to 5."""
    parts = [parse(read("sts-benchmark", FILES, file), file) for file in FILES]
    x, y = objects(pair for pairs, _ in parts for pair in pairs), np.concatenate([y for _, y in parts])
    sizes = dict(zip(("train", "validation", "test"), map(len, (y for _, y in parts)), strict=True))
    features = ("first sentence", "second sentence")
    return Dataset("sts-benchmark", x, y, (), features, CARD, consecutive(sizes))


def parse(data: bytes, file: str) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Return the pairs and the answers of a file: four fields of origin, the answer, two sentences.

    Args:
        data: the contents; quotes in it are just marks, although it is called CSV.
        file: its name, for errors.

    Raises:
        CorruptDataError: a line has fewer fields, or its answer is no number from 0 to 5.
    """
    pairs, y = [], []
    for i, line in enumerate(lines(data, file), start=1):
        row = fields(line, 7, file, i, at_least=True)
        try:
            score = float(row[4])
        except ValueError:
            score = -1.0
        if not 0 <= score <= 5:
            raise wrong(file, i, f"the answer {row[4]!r}", "An answer is a number from 0 to 5.")
        pairs.append((row[5], row[6]))
        y.append(score)
    return pairs, np.array(y)
