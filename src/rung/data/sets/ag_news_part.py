"""AG's news, the test part: headlines and first sentences from 2004, in four topics."""

from __future__ import annotations

import csv
import io

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_hash, choice, families, lines, objects, wrong

CARD = Card(
    title="AG's news, test part",
    about="One example is a news item from around 2004: headline, a line break, the first sentence or two. "
    "The answer "
    "is its topic.",
    task="classes",
    size="7,600 items, 1,900 of each of 4 topics",
    splits="6,115 to train, 1,485 to test, by rung: items that share eight words in a row are on one side",
    source="A. Gulli's corpus of news articles; the four topics by X. Zhang, J. Zhao, Y. LeCun, "
    "Character-level convolutional networks for text classification, 2015",
    url="http://groups.di.unipi.it/~gulli/AG_corpus_of_news_articles.html",
    licence="for research and other non-commercial use only (readme.txt of the publisher)",
    problems=(
        "Only the official test part, parted anew: its 120,000 training items are in a file too large for "
        "rung's mirror, so a score is not comparable with published ones, and is lower.",
        "499 items share eight words in a row with another: agencies send a story several times.",
        "The agency's name, (Reuters) or (AP), is in the text and tells something of the topic.",
        "Remains of HTML (#39; &lt;) and lone backslashes, where a line break was, are left as published.",
    ),
)

NAMES = ("World", "Sports", "Business", "Sci/Tech")
FILES = {
    "test.csv": Source(
        [
            "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/"
            "555590db4219b1243abb1918effd6a7425a2d75f/data/ag_news_csv/test.csv"
        ],
        "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699",
    )
}


def load() -> Dataset:
    """Read its one file; x texts, y topics."""
    x, y = parse(read("ag-news-part", FILES, "test.csv"), "test.csv")
    splits = by_hash(families(x.tolist()), {"test": 0.2})
    return Dataset("ag-news-part", x, y, NAMES, (), CARD, splits)


def parse(data: bytes, file: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the texts and the topics of a file of three columns: topic from 1, headline, sentences.

    Args:
        data: the contents.
        file: its name, for errors.

    Raises:
        CorruptDataError: a row has another number of columns, or an unknown topic.
    """
    texts, topics = [], []
    rows = csv.reader(io.StringIO("\n".join(lines(data, file)), newline=""))
    for row in rows:
        if len(row) != 3:
            raise wrong(file, rows.line_num, f"{len(row)} columns", "A row has topic, headline, sentences.")
        topics.append(choice(row[0], ("1", "2", "3", "4"), file, rows.line_num))
        texts.append(f"{row[1]}\n{row[2]}")
    return objects(texts), np.array(topics)
