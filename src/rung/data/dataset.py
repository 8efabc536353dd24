"""Dataset: examples and their answers as arrays, with the card that says where they come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np

from rung.scratch.errors import RungError, UnknownNameError, did_you_mean

# What the answer of an example can be.
TASKS = {
    "classes": "a class number",
    "number": "a measured number",
    "text": "another text, such as its translation",
    "tags": "a tag for each of its words",
    "boxes": "things in a picture: rows of (class, left, top, right, bottom)",
    "mask": "a class for each of its pixels",
    "itself": "the example itself: nobody labelled it, and a model predicts it from a part of it",
}


@dataclass(frozen=True)
class Card:
    """What a person should know of a data set before trusting a score on it.

    Attributes:
        title: its name as people write it.
        about: what one example is, who measured it, when.
        task: what the answer of an example is, one of `TASKS`.
        size: how many examples of what.
        splits: how training and test examples were parted, and by whom.
        source: who published it; `url` is where.
        licence: under what terms.
        problems: what is known to be wrong with it, or easy to get wrong.
        synthetic: True where nobody measured anything: a program drew it.
    """

    title: str
    about: str
    task: str
    size: str
    splits: str
    source: str
    url: str
    licence: str
    problems: tuple[str, ...]
    synthetic: bool = False

    def markdown(self) -> str:
        """Return the card as Markdown."""
        known = "\n".join(f"- {p}" for p in self.problems)
        kind = "\n**Synthetic**: drawn by a program, nothing was measured.\n" if self.synthetic else ""
        return (
            f"# {self.title}\n{kind}\n{self.about}\n\n"
            f"| | |\n|---|---|\n| task | {self.task} |\n| size | {self.size} |\n| splits | {self.splits} |\n"
            f"| source | {self.source} <{self.url}> |\n| licence | {self.licence} |\n\n## Known "
            f"problems\n\n{known}\n"
        )


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples `x`, answers `y`, and which rows are for training and which for testing.

    The first axis of `x` counts the examples, whatever they are: numbers are a floating-point array (n, d);
    pictures of one size are bytes (n, height, width[, 3]); a table with columns of different kinds is a
    structured array (n,), whose columns are `x["age"]` (numbers, NaN where one is missing), `x["job"]`
    (strings, "" where one is missing) and `x["user"]` (int64: which of many; none is missing); texts, and
    pictures of many sizes, are an object array (n,).

    Attributes:
        name: what `rung.data.load` calls it.
        x: the examples.
        y: the answers (n, ...), by the card's task: class numbers from 0, numbers, or an object array.
        names: what each class number means; empty where the answer is a number.
        features: what each column of x means; empty where it has none.
        card: where it comes from and what is known to be wrong with it.
        splits: row numbers by the name of their part ("train", "test"); no row is in two parts.
        shape: the shape of one example before it became a row: (28, 28) for a picture, (d,) for a table.

    Example:
        >>> import rung.data
        >>> iris = rung.data.load("iris")
        >>> iris.x.shape, iris.names[0]
        ((150, 4), 'setosa')
        >>> x, y = iris.split("train")
        >>> x.shape
        (120, 4)
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]
    features: tuple[str, ...]
    card: Card
    splits: dict[str, np.ndarray] = field(default_factory=dict)
    shape: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.y)

    def __repr__(self) -> str:
        parts = ", ".join(f"{len(rows)} {part}" for part, rows in self.splits.items())
        task = self.card.task
        y = {"classes": f"{len(self.names)} classes", "number": "a number"}.get(task, task)
        return f"Dataset({self.name!r}, x {self.x.shape}, y {y}, {parts})"

    @property
    def kind(self) -> str:
        """What one example is: "columns", "pictures", "texts", "objects" or "numbers"."""
        if self.x.dtype.names:
            return "columns"
        if self.x.dtype == object:
            return "texts" if len(self.x) and isinstance(self.x[0], str) else "objects"
        return "pictures" if len(self.shape) >= 2 else "numbers"

    @property
    def images(self) -> np.ndarray:
        """The examples in their own shape, (n, 28, 28) for pictures."""
        return self.x.reshape(len(self.x), *(self.shape or self.x.shape[1:]))

    def split(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the x and y of one part.

        Raises:
            UnknownNameError: there is no such part.
        """
        if part not in self.splits:
            raise UnknownNameError(
                f"{self.name} has no part {part!r}",
                rule=f"Its parts are {', '.join(self.splits)}.",
                fix=did_you_mean(part, list(self.splits)),
            )
        rows = self.splits[part]
        return self.x[rows], self.y[rows]

    def take(self, limit: int, seed: int = 0) -> Dataset:
        """Return about `limit` examples of each part's share, drawn at random, for a quick try.

        Every part keeps its proportion and at least one example; the draw depends on `seed` alone.

        Raises:
            RungError: limit is below the number of parts.
        """
        if limit < len(self.splits):
            raise RungError(
                f"a limit of {limit} examples on {self.name}",
                rule=f"At least one example of each part is needed ({', '.join(self.splits)}).",
            )
        if limit >= len(self):
            return self
        rng = np.random.default_rng(seed)
        kept, splits, start = [], {}, 0
        for part, rows in self.splits.items():
            count = min(len(rows), max(1, round(limit * len(rows) / len(self))))
            kept.append(np.sort(rng.choice(rows, count, replace=False)))
            splits[part] = np.arange(start, start := start + count)
        rows = np.concatenate(kept)
        return replace(self, x=self.x[rows], y=self.y[rows], splits=splits)

    def digest(self) -> str:
        """Return a SHA-256 of the examples, the answers and the splits: equal data, equal digest."""
        digest = hashlib.sha256()
        for array in (self.x, self.y, *(self.splits[part] for part in sorted(self.splits))):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(_bytes(array))
        return digest.hexdigest()


def _bytes(array: np.ndarray) -> bytes | memoryview:
    """Return what an array holds, as bytes: of an array of objects, what each is, and not where it lies."""
    if array.dtype == object:
        return b"".join(_object_bytes(item) for item in array.ravel())
    if array.dtype.names or array.dtype.kind == "U":
        return array.tobytes()
    return np.ascontiguousarray(array).data


def _object_bytes(item: object) -> bytes:
    told = item.tobytes() + str(item.shape).encode() if isinstance(item, np.ndarray) else repr(item).encode()
    return len(told).to_bytes(8, "big") + told  # with its length: ("ab", "c") is not ("a", "bc")
