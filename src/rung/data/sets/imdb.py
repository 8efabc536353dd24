"""IMDb reviews: 50,000 film reviews by users, for or against; eight that are none are left out."""

from __future__ import annotations

import json
import lzma

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.errors import CorruptDataError
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import consecutive, lines, objects, wrong

CARD = Card(
    title="IMDb film reviews",
    about="One example is a review that a user of imdb.com wrote before 2011. The answer is whether the user "
    "gave the film 1 to 4 stars of 10 (negative) or 7 to 10 (positive); what lies between was left out.",
    task="classes",
    size="49,992 reviews, 24,998 negative and 24,994 positive; 231 words in the mean",
    splits="24,996 to train, 24,996 to test, by the publishers, who say that no film is in both",
    source="A. L. Maas and others, Learning word vectors for sentiment analysis, 2011",
    url="https://ai.stanford.edu/~amaas/data/sentiment/",
    licence="none stated; made for research, please cite; the reviews belong to their authors",
    problems=(
        "This copy was made from a repository in which somebody had replaced 8 of the 50,000 reviews by "
        "reviews of phone apps, some with the wrong label; rung leaves these 8 out.",
        "123 texts are in both parts, and 295 twice in one.",
        "Reviews hold HTML line breaks (<br />); the rating is sometimes in the text ('8/10').",
        "Half positive, half negative, nothing between: real reviews are not like that.",
        "Most models read only the first 200 to 500 words; the verdict is often at the end.",
    ),
)

_MADE = (
    "It was made from aclImdb/ in https://github.com/PVidyadhar/Detection-of-Fraud-apps-using-Sentiment-"
    "Analysis at commit 81406d5: one JSON object a line, with id, label (0 neg, 1 pos), rating and text, "
    "packed by xz. The original is at https://ai.stanford.edu/~amaas/data/sentiment/"
)
FILES = {
    "train.jsonl.xz": Source([], "b2f6988698de4a54d1d8b564ea0bf5ed5cda116f057e990b19c887207f1b9ccc", _MADE),
    "test.jsonl.xz": Source([], "72df50d1c4e6faaa4ad5e889449c285e5e275d1f1d365aa8742d4b7a022d4c18", _MADE),
}
# (label, id) of what is no film review: reviews of phone apps under the names of the replaced files.
FOREIGN = {
    "train.jsonl.xz": {(0, 2), (0, 9), (1, 0), (1, 7)},
    "test.jsonl.xz": {(1, 0), (1, 2), (1, 7), (1, 9)},
}


def load() -> Dataset:
    """Read its two files; x texts, y 0 negative, 1 positive.

    Cost: about 4 s and 140 MB.
    """
    parts = [parse(read("imdb", FILES, file), file, FOREIGN[file]) for file in FILES]
    x = objects(text for texts, _ in parts for text in texts)
    y = np.array([label for _, labels in parts for label in labels])
    splits = consecutive({part: len(rows[1]) for part, rows in zip(("train", "test"), parts, strict=True)})
    return Dataset("imdb", x, y, ("negative", "positive"), (), CARD, splits)


def parse(packed: bytes, file: str, without: set[tuple[int, int]]) -> tuple[list[str], list[int]]:
    """Return the texts and the labels of one of its files.

    Args:
        packed: the file's contents.
        file: its name, for errors.
        without: (label, id) of rows to leave out.

    Raises:
        CorruptDataError: it cannot be unpacked, or a line is not JSON, or has no text or no label.
    """
    try:
        data = lzma.decompress(packed)
    except lzma.LZMAError as error:
        raise CorruptDataError(
            f"{file} cannot be unpacked: {error}", rule="It is a whole xz file.", fix=f"get {file} anew"
        ) from None
    texts, labels = [], []
    for i, line in enumerate(lines(data, file), start=1):
        row = _row(line, file, i)
        if (row["label"], row.get("id")) not in without:
            texts.append(row["text"])
            labels.append(row["label"])
    return texts, labels


def _row(line: str, file: str, number: int) -> dict:
    rule = 'Each line is a JSON object with "label" 0 or 1 and a "text".'
    try:
        row = json.loads(line)
    except ValueError as error:
        raise wrong(file, number, f"not JSON ({error})", rule) from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise wrong(file, number, "it has no text", rule)
    if row.get("label") not in (0, 1):
        raise wrong(file, number, f"the label {row.get('label')!r}", rule)
    return row
