"""What a person gives to a network that guesses the chance of admission: one applicant, a row."""

from __future__ import annotations

from typing import Any

from rung.data import Dataset
from rung.data.prepare import Columns
from rung.serve.facts import App
from rung.serve.form import settings_of
from rung.train.inputs import Inputs

_OF_APPLICANTS = (
    "It repeats what applicants from India thought their own chances were, not whom a university took.",
)


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how an applicant becomes the network's input, as `prepare` in recipe.py does it."""
    (columns,) = (fitted for fitted in inputs.fitted if isinstance(fitted, Columns))
    return App(
        kind="table",
        spec=settings_of(columns, data.split("train")[0]),
        takes=f"one row: {', '.join(columns.columns)}; numbers standardised by the training rows",
        limits=(
            *_OF_APPLICANTS[: data.name == "graduate-admission"],
            "It learned from few rows: outside their range, or where they are far apart, it guesses.",
            f"The interval beside an answer holds for rows like those of {data.card.title}, on average over "
            "them: for one kind of row it may be too narrow, for another too wide.",
        ),
    )
