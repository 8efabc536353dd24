"""Ratings of films as a data set: who rated what, when; each person's last ratings are for testing."""

from __future__ import annotations

from collections.abc import Sequence

from rung.data.columns import Column, columns, keep
from rung.data.dataset import Card, Dataset
from rung.data.split import by_time

FEATURES = ("user", "item", "time")


def ratings(
    name: str, data: bytes, what: str, heads: Sequence[str], card: Card, separator: str = ","
) -> Dataset:
    """Return ratings: x has the columns user, item and time (int64; seconds since 1970), y the ratings.

    The last tenth of each person's ratings is for testing, by time: a system recommends tomorrow's film from
    what was seen before, and a random split would let it look into the future of the person it is judged on.

    Args:
        name: the data set's.
        data: a CSV file's contents.
        what: what errors call it.
        heads: what its first line calls user, item, rating and time.
        card: the data set's.
        separator: what stands between two values.

    Raises:
        TableError: a column is missing, or a value is none; the message names file, line and column.
    """
    user, item, rating, time = heads
    wanted = [
        Column("user", user, "whole"),
        Column("item", item, "whole"),
        Column("rating", rating, required=True),
        Column("time", time, "whole"),
    ]
    table = columns(data, what, wanted, separator=separator)
    splits = by_time(table["time"], test=0.1, of=table["user"])
    x, y = keep(table, FEATURES), table["rating"].copy()
    return Dataset(name, x, y, (), FEATURES, card, splits, (len(FEATURES),))
