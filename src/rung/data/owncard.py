"""What every data set of the learner's own shares: its error, its card, and how it is parted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from rung.data.dataset import Card
from rung.data.errors import CorruptDataError

TEST = 0.2


class OwnDataError(CorruptDataError):
    """Data of your own cannot be used as it is: something is missing, unlabelled or unreadable.

    The message names the file, and of a table the line.

        >>> from rung.data.own import load_own
        >>> load_own("no-such-folder/")
        Traceback (most recent call last):
            ...
        rung.data.owncard.OwnDataError: ...

    Repair: put the pictures of each class into a folder of its own (flowers/rose/1.jpg), or write a table
    with a header whose last column is the answer, or a text file. Nothing was changed or half read.
    """

    name = "data-own"


def own_card(path: str, task: str, size: str, about: str, splits: str, *problems: str) -> Card:
    """Return the card of data that the learner brought."""
    return Card(
        title=path,
        about=about,
        task=task,
        size=size,
        splits=splits,
        source="yours",
        url=path,
        licence="not known to rung: it is as its makers say",
        problems=(
            "Nobody but you has looked at it: wrong answers, copies and gaps are yours to find.",
            *problems,
        ),
    )


HASHED = (
    "about a fifth to test, by a hash of each example's content: adding examples later moves no other, and "
    "copies stay on one side"
)


def parted(contents: Sequence[bytes], y: np.ndarray | None) -> dict[str, np.ndarray]:
    """Part examples by a hash of their content; where that leaves a class without training rows, mend it.

    A class all of whose examples fall to the test part gives those with the largest hash back; if no
    example at all falls to the test part, those with the smallest hash of all go there.

    Args:
        contents: each example's content, without its answer (n,).
        y: class numbers (n,), or None where there are none.
    """
    drawn = np.array([int.from_bytes(hashlib.sha256(c).digest()[:6], "big") / 2**48 for c in contents])
    test = drawn < TEST
    for label in np.unique(y) if y is not None else ():
        rows = np.flatnonzero(y == label)
        if test[rows].all():
            test[drawn == drawn[rows].max()] = False
    if not test.any():
        test = drawn == drawn.min()
    return {"train": np.flatnonzero(~test), "test": np.flatnonzero(test)}


def need_classes(counts: dict[str, int], what: str, where: dict[str, str]) -> None:
    """Refuse classes that nothing can be learned of.

    Args:
        counts: how many examples each class has.
        what: what errors call the data.
        where: the place of a class's first example, for the error.

    Raises:
        OwnDataError: there is one class only, or a class has a single example.
    """
    if len(counts) < 2:
        raise OwnDataError(
            f"{what} has one class only: {next(iter(counts), 'none')!r}",
            rule="A classifier needs two classes or more to tell apart.",
        )
    single = [name for name, count in counts.items() if count == 1]
    if single:
        raise OwnDataError(
            f"{where[single[0]]}: the class {single[0]!r} has this one example only",
            rule="Every class needs two or more: one to learn from, and one to be asked about.",
            fix="add examples, or leave the class out",
        )
