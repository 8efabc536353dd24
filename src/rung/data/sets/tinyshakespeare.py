"""Tiny Shakespeare: a million characters of plays, for models of letters."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_position, objects

CARD = Card(
    title="Tiny Shakespeare",
    about="One example is a speech of a play, with its speaker in the first line; in order, and with an "
    "empty "
    "line between each two, they are the file. There is no answer: a model learns what comes next.",
    task="itself",
    size="7,222 speeches, 1,115,394 characters of 65 kinds",
    splits="6,280 speeches to train, 442 for validation, 500 to test: the first 90 %, the next 5 % and the "
    "last "
    "5 % of the characters",
    source="A. Karpathy, char-rnn, 2015, from plays of W. Shakespeare",
    url="https://github.com/karpathy/char-rnn",
    licence="public domain",
    problems=(
        "Parted by position, not at random: a speech answers the one before it, so at random the scene "
        "around "
        "a test speech, with its names and turns, would be trained on.",
        "The last 10 % are The Taming of the Shrew, which training only begins, and The Tempest, which it "
        "does "
        "not have: Prospero speaks 63 times in the test part and never before.",
        "A score depends on the parting; nanoGPT takes the last 10 % as one part.",
        "Small: a model of a few million parameters knows it by heart after some passes.",
    ),
)

FILES = {
    "input.txt": Source(
        [
            "https://raw.githubusercontent.com/karpathy/char-rnn/"
            "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"
        ],
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    )
}


def load() -> Dataset:
    r"""Read its one file; x and y are the speeches, and "\n\n".join(x) is the file."""
    x = objects(read("tinyshakespeare", FILES, "input.txt").decode("ascii").split("\n\n"))
    splits = by_position(x.tolist(), {"train": 0.9, "validation": 0.05, "test": 0.05})
    return Dataset("tinyshakespeare", x, x.copy(), (), (), CARD, splits)
