"""First names of American children: what a model of letters learns to invent."""

from __future__ import annotations

from rung.data.dataset import Card, Dataset
from rung.data.files import read
from rung.data.places import Source
from rung.data.texts import by_hash, lines, objects, wrong

CARD = Card(
    title="First names",
    about="One example is a first name given to children in the United States in 2018, in small letters a to "
    "z. There is no answer: a model learns which letter comes next.",
    task="itself",
    size="32,033 names, 29,494 different ones, 2 to 15 letters",
    splits="25,769 to train, 3,135 for validation, 3,129 to test, by rung: equal names are on one side",
    source="A. Karpathy, makemore, 2022, from the lists of the U.S. Social Security Administration",
    url="https://github.com/karpathy/makemore",
    licence="MIT (the repository); the lists are public data of the United States",
    problems=(
        "2,539 names are there twice, as names of girls and of boys: makemore parts at random, so that some "
        "of its test names were trained on.",
        "The list is by frequency, girls first, and the frequency itself is left out: rare names weigh as "
        "much as common ones.",
        "Only five or more children of a name make it public.",
    ),
)

FILES = {
    "names.txt": Source(
        [
            "https://raw.githubusercontent.com/karpathy/makemore/"
            "988aa59e4d8fefa526d06f3b453ad116258398d4/names.txt"
        ],
        "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
        folder="names",
    )
}


def load() -> Dataset:
    """Read its one file; x and y are the names."""
    x = objects(parse(read("names-list", FILES, "names.txt"), "names.txt"))
    splits = by_hash(x.tolist(), {"validation": 0.1, "test": 0.1})
    return Dataset("names-list", x, x.copy(), (), (), CARD, splits)


def parse(data: bytes, file: str) -> list[str]:
    """Return the names of a file, one a line.

    Args:
        data: the contents.
        file: its name, for errors.

    Raises:
        CorruptDataError: a name has another character than a to z.
    """
    names = lines(data, file)
    for i, name in enumerate(names, start=1):
        if not (name.isascii() and name.isalpha() and name.islower()):
            raise wrong(file, i, f"the name {name!r}", "A name has the letters a to z, and one or more.")
    return names
