"""Daily minimum temperatures: ten years in Melbourne."""

from __future__ import annotations

from rung.data.columns import Column
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.series import series

CARD = Card(
    title="Daily minimum temperatures, Melbourne",
    about="One example is a day from 1 January 1981 to 31 December 1990. The answer is the lowest "
    "temperature of that day in Melbourne, in degrees Celsius.",
    task="number",
    size="3,650 days, from 0 to 26.3 degrees",
    splits="the first 2,920 days to train, the last 730 to test: nobody can train on tomorrow",
    source="Australian Bureau of Meteorology",
    url="https://github.com/jbrownlee/Datasets",
    licence="none stated (public figures)",
    problems=(
        "31 December is missing in the leap years 1984 and 1988: the days are not all one day apart.",
        "Yesterday is a strong guess: a score means nothing without that of saying yesterday again.",
        "The seasons are those of the southern hemisphere: January is warm.",
    ),
)

FILES = {
    "daily-min-temperatures.csv": Source(
        [
            "https://raw.githubusercontent.com/jbrownlee/Datasets/"
            "d20fcb6402ae34e653d4513b00f39257bb37ed7f/daily-min-temperatures.csv"
        ],
        "8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da",
        folder="time-series",
    )
}


def load() -> Dataset:
    """Read it from the folder `time-series`; y in degrees Celsius."""
    data = read("daily-min-temperatures", FILES, "daily-min-temperatures.csv")
    return series(
        "daily-min-temperatures",
        data,
        "daily-min-temperatures.csv",
        Column("date", "Date", "text"),
        Column("value", "Temp"),
        CARD,
    )
