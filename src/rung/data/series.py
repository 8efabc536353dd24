"""A time series as a data set: dates and values in their order, the last part for testing."""

from __future__ import annotations

import numpy as np

from rung.data.columns import Column, columns
from rung.data.dataset import Card, Dataset
from rung.data.errors import TableError
from rung.data.split import by_time

FEATURES = ("step", "year", "month", "date")


def series(name: str, data: bytes, what: str, date: Column, value: Column, card: Card) -> Dataset:
    """Return a time series: x has the columns step (from 0), year, month and date, y the values.

    Args:
        name: the data set's.
        data: a CSV file's contents.
        what: what errors call it.
        date: its column of dates, such as "1949-01" or "1981-12-31".
        value: its column of values.
        card: the data set's.

    Raises:
        TableError: a value is missing or none, a date is none, or the dates do not grow.
    """
    table = columns(data, what, [date, value])
    days = table[date.name]
    try:
        order = days.astype("datetime64[D]")
    except ValueError as error:
        raise TableError(
            f"{what}, column {date.name!r}: {error}", rule="A date is written 1949-01 or 1981-12-31."
        ) from None
    if not (np.diff(order) > np.timedelta64(0)).all():
        row = int(np.flatnonzero(np.diff(order) <= np.timedelta64(0))[0]) + 1
        raise TableError(
            f"{what}: {days[row]} comes after {days[row - 1]}", rule="The dates of a series grow."
        )
    if np.isnan(table[value.name]).any():
        row = int(np.flatnonzero(np.isnan(table[value.name]))[0])
        raise TableError(f"{what}: {days[row]} has no value", rule="Every date of a series has a value.")
    x = np.empty(len(days), [("step", "f8"), ("year", "f8"), ("month", "f8"), ("date", days.dtype)])
    x["step"], x["date"] = np.arange(len(days)), days
    x["year"] = order.astype("datetime64[Y]").astype(np.int64) + 1970
    x["month"] = order.astype("datetime64[M]").astype(np.int64) % 12 + 1
    splits = by_time(x["step"])
    return Dataset(name, x, table[value.name].copy(), (), FEATURES, card, splits, (len(FEATURES),))
