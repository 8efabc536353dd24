"""The ratings as this project wants them: ids as names, parted by time, with the films' titles."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

import rung.data
from rung.data import Dataset
from rung.data.split import by_time
from rung.scratch.errors import RungError
from rung.train.options import OptionError

TITLED = ("movielens-small", "movielens-100k")  # data sets that tell the titles of their films
VALIDATION = 1 / 9  # of what is not for testing: as many ratings as are for testing


class RatingsError(RungError, ValueError):
    """A table of ratings lacks the column that says who rated, or what.

        rung train movies --data my.csv             # its columns are: person, film, stars

    Repair: call the columns user, item and rating (and time, if it is known), and say which is the answer:
    `--data "my.csv?answer=rating"`.
    """

    name = "ratings"


def load(name: str, limit: int | None = None) -> Dataset:
    """Load ratings, parted by time: of each person the last tenth for testing, the tenth before to look at.

    The numbers of users become strings and those of films their titles: film 2 is not nearly film 3, a
    near-duplicate is not a rating of the next number, and people read titles.

    Args:
        name: of a data set, or a path.
        limit: keep about this many ratings: whole people, for a tenth of everybody's would have no patterns.

    Raises:
        RatingsError: the table has no column "user" or "item".
    """
    data = rung.data.load(name)
    missing = [c for c in ("user", "item") if c not in data.features]
    if missing:
        raise RatingsError(
            f"{name} has no column {missing[0]!r}",
            rule=f"Its columns are {', '.join(data.features) or 'nameless'}.",
            fix="columns user, item, rating, and time if it is known",
        )
    x = _named(data)
    known = "time" in data.features
    if known:
        _, who = np.unique(x["user"], return_inverse=True)
        splits = by_time(x["time"], 0.1, of=who)
        train = splits["train"]
        parts = by_time(x["time"][train], VALIDATION, of=who[train])
        splits |= {"train": train[parts["train"]], "validation": train[parts["test"]]}
    else:  # nothing says what came last: the parts stay as the data set has them
        splits = dict(data.splits)
    data = replace(data, x=x, y=data.y.astype(np.float32), splits=splits, features=x.dtype.names or ())
    return data if limit is None or limit >= len(data) else _people(data, limit)


def _named(data: Dataset) -> np.ndarray:
    columns = {}
    for name in ("user", "item", "time"):
        if name not in data.features:
            continue
        column = data.x[name] if data.x.dtype.names else data.x[:, data.features.index(name)]
        whole = column.dtype.kind in "iu" or (column.dtype.kind == "f" and (column == np.rint(column)).all())
        column = column.astype(np.int64) if whole else column
        columns[name] = column.astype(np.float64) if name == "time" else column.astype(np.str_)
    columns["item"] = titles(data.name, columns["item"])
    x = np.empty(len(data), dtype=[(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        x[name] = column
    return x


def _people(data: Dataset, limit: int, seed: int = 0) -> Dataset:
    """Keep whole people, drawn at random, until there are about `limit` ratings."""
    people, of, counts = np.unique(data.x["user"], return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(people))
    kept = np.zeros(len(people), dtype=bool)
    kept[order[: 1 + int(np.searchsorted(np.cumsum(counts[order]), limit))]] = True
    rows = np.flatnonzero(kept[of])
    where = np.full(len(data), -1)
    where[rows] = np.arange(len(rows))
    splits = {part: where[old[kept[of[old]]]] for part, old in data.splits.items()}
    return replace(data, x=data.x[rows], y=data.y[rows], splits=splits)


def titles(name: str, items: np.ndarray) -> np.ndarray:
    """Return what each film of a data set is called (n,); of data that has no titles, its number.

    Two films of one title are told apart by their numbers: "Emma (1996) [838]".
    """
    if name not in TITLED:
        return items
    module = importlib.import_module(f"rung.data.sets.{name.replace('-', '_')}")
    told = {str(item): title for item, (title, _) in module.titles().items()}
    often = Counter(told.values())
    kinds, of = np.unique(items, return_inverse=True)
    names = [told.get(item, item) for item in kinds.tolist()]
    names = [f"{n} [{item}]" if often[n] > 1 else n for n, item in zip(names, kinds.tolist(), strict=True)]
    return np.array(names)[of]


def find(wanted: str, names: Sequence[str], counts: np.ndarray, most: int = 5) -> list[int]:
    """Return the numbers of films by parts of their titles; of several that fit, the one with most ratings.

    Args:
        wanted: "alien; fargo", in any case; "" for the films with the most ratings.
        names: of all films; number 0 is no film.
        counts: ratings of each film (films,).
        most: how many films "" stands for.

    Raises:
        OptionError: no film has such a title.

    Example:
        >>> find("alien", ["", "Alien (1979)", "Aliens (1986)"], np.array([0, 20, 30]))
        [2]
    """
    order = [int(i) for i in np.argsort(-counts, kind="stable") if i]
    parts = [part.strip() for part in wanted.split(";") if part.strip()]
    found = [next((i for i in order if part.casefold() in names[i].casefold()), 0) for part in parts]
    if 0 in found:
        raise OptionError(
            f"--liked has {parts[found.index(0)]!r}",
            rule="No film with two ratings or more in the training part has that in its title.",
            fix="--liked 'godfather, the': MovieLens puts the article last",
        )
    return found or order[:most]
