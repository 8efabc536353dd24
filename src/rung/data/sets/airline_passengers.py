"""Airline passengers: 144 months of a growing business."""

from __future__ import annotations

from rung.data.columns import Column
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.series import series

CARD = Card(
    title="Airline passengers",
    about="One example is a month from January 1949 to December 1960. The answer is how many thousand "
    "passengers flew on international lines in it.",
    task="number",
    size="144 months, from 104 to 622 thousand passengers",
    splits="the first 115 months to train, the last 29 to test: nobody can train on tomorrow",
    source="G. E. P. Box, G. M. Jenkins, Time series analysis: forecasting and control, 1976, series G",
    url="https://github.com/jbrownlee/Datasets",
    licence="none stated (public figures)",
    problems=(
        "Its seasons swell with its level: predict the logarithm, or errors at the end outweigh all others.",
        "The last part lies wholly above the first: a model that cannot leave the range of its training (a "
        "tree, a nearest neighbour) must fail.",
        "Every method was tried on these 144 numbers; doing well on them shows little.",
        "Compare with the same month of the year before: many networks do not beat it.",
    ),
)

FILES = {
    "airline-passengers.csv": Source(
        [
            "https://raw.githubusercontent.com/jbrownlee/Datasets/"
            "d20fcb6402ae34e653d4513b00f39257bb37ed7f/airline-passengers.csv"
        ],
        "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621",
        folder="time-series",
    )
}


def load() -> Dataset:
    """Read it from the folder `time-series`; y in thousand passengers."""
    data = read("airline-passengers", FILES, "airline-passengers.csv")
    return series(
        "airline-passengers",
        data,
        "airline-passengers.csv",
        Column("date", "Month", "text"),
        Column("value", "Passengers"),
        CARD,
    )
