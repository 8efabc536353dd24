"""Monthly sunspots: 235 years of counting spots on the sun."""

from __future__ import annotations

from rung.data.columns import Column
from rung.data.dataset import Card, Dataset
from rung.data.files import Source, read
from rung.data.series import series

CARD = Card(
    title="Monthly sunspots",
    about="One example is a month from January 1749 to December 1983. The answer is the mean number of "
    "sunspots counted a day in it, by the Zurich formula.",
    task="number",
    size="2,820 months, from 0 to 253.8",
    splits="the first 2,256 months to train, the last 564 to test: nobody can train on tomorrow",
    source="Swiss Federal Observatory, Zurich; D. F. Andrews, A. M. Herzberg, Data, 1985",
    url="https://github.com/jbrownlee/Datasets",
    licence="none stated (public figures)",
    problems=(
        "These are the old numbers: the observers counted anew in 2015 (version 2), on a scale that is "
        "higher by about two thirds.",
        "Early counts are from few observers with small telescopes, and some months are estimates.",
        "A cycle lasts from 9 to 14 years, so 235 years hold about 21 of them: few examples of what matters.",
    ),
)

FILES = {
    "monthly-sunspots.csv": Source(
        [
            "https://raw.githubusercontent.com/jbrownlee/Datasets/"
            "d20fcb6402ae34e653d4513b00f39257bb37ed7f/monthly-sunspots.csv"
        ],
        "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3",
        folder="time-series",
    )
}


def load() -> Dataset:
    """Read it from the folder `time-series`; y in spots a day."""
    data = read("monthly-sunspots", FILES, "monthly-sunspots.csv")
    return series(
        "monthly-sunspots",
        data,
        "monthly-sunspots.csv",
        Column("date", "Month", "text"),
        Column("value", "Sunspots"),
        CARD,
    )
