"""The Verdict: a short story, the smallest text that a language model can be tried on."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_position, objects

CARD = Card(
    title="The Verdict",
    about="One example is a paragraph of a short story; in order, and with an empty line between each two, "
    "they are the file. There is no answer: a model learns what comes next.",
    task="itself",
    size="83 paragraphs, 20,479 characters",
    splits="77 paragraphs to train, 6 to test: the first 90 % and the last 10 % of the characters",
    source="E. Wharton, The Verdict, 1908; as S. Raschka, Build a large language model (from scratch), uses "
    "it",
    url="https://en.wikisource.org/wiki/The_Verdict",
    licence="public domain",
    problems=(
        "Far too small to learn a language from: a model knows it by heart, and its loss on the last 10 % "
        "rises again after a few passes. That is what it is good for showing.",
        "Parted by position, not at random: paragraphs follow from each other.",
        "A score on some 2,000 characters means little.",
    ),
)

FILES = {
    "the-verdict.txt": Source(
        [
            "https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/"
            "28c65cdfbc3338e2e040016eea4b7fdf556e4d57/ch02/01_main-chapter-code/the-verdict.txt"
        ],
        "b41e41a68f0398a3154ae69e2e4c0e2694e17fe0d66730536837f1b01935b31f",
    )
}


def load() -> Dataset:
    r"""Read its one file; x and y are the paragraphs, and "\n\n".join(x) is the file."""
    x = objects(read("the-verdict", FILES, "the-verdict.txt").decode("utf-8").split("\n\n"))
    splits = by_position(x.tolist(), {"train": 0.9, "test": 0.1})
    return Dataset("the-verdict", x, x.copy(), (), (), CARD, splits)
