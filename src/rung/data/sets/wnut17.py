"""WNUT-17: names of things in tweets and comments, most of them never seen in training."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.tagged import parse, tagged

CARD = Card(
    title="WNUT-17, emerging entities",
    about="One example is a tweet or a comment, cut into words. The answer is a tag for each word: B- begins "
    "a name, I- goes on with it, O is no name; behind it what is named.",
    task="tags",
    size="5,690 sentences, 101,857 words, 13 tags of 6 kinds of names",
    splits="3,394 to train, 1,009 for validation, 1,287 to test, by the publishers: each from other sites "
    "and "
    "years",
    source="L. Derczynski and others, Results of the WNUT2017 shared task on novel and emerging entity "
    "recognition, 2017",
    url="https://noisy-text.github.io/2017/emerging-rare-entities.html",
    licence="CC BY 4.0",
    problems=(
        "95 % of the training words are O: count whole names (F1), not words.",
        "Hard on purpose: names of the test part hardly occur in training; the best of 2017 had an F1 of 42.",
        "Training is tweets, validation YouTube comments, test Reddit, Twitter and Stack Overflow: what is "
        "tuned on one need not suit the next.",
        "Marks such as &gt; were cut into & gt ; and are left as published.",
    ),
)

_KINDS = ("corporation", "creative-work", "group", "location", "person", "product")
NAMES = ("O", *(f"{way}-{kind}" for kind in _KINDS for way in "BI"))
_AT = (
    "https://raw.githubusercontent.com/leondz/emerging_entities_17/e52a2d2a71ac1a051ca2d532eef28653c5c02603/"
)
FILES = {
    "wnut17train.conll": Source(
        [_AT + "wnut17train.conll"], "731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5"
    ),
    "emerging.dev.conll": Source(
        [_AT + "emerging.dev.conll"], "e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8"
    ),
    "emerging.test.annotated": Source(
        [_AT + "emerging.test.annotated"], "2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0"
    ),
}


def load() -> Dataset:
    """Read its three files; x tuples of words, y arrays of tag numbers."""
    parts = dict(zip(("train", "validation", "test"), FILES, strict=True))
    sentences = {
        part: (file, parse(read("wnut17", FILES, file), file, NAMES, columns=2, word=0, tag=1))
        for part, file in parts.items()
    }
    return tagged("wnut17", sentences, CARD, NAMES)
