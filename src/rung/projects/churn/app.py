"""What a person gives to a network that warns of customers who leave: one customer, as a row of the table."""

from __future__ import annotations

from typing import Any

from rung.data import Dataset
from rung.data.prepare import Columns
from rung.serve.facts import App
from rung.serve.form import settings_of
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how a customer becomes the network's input, as `prepare` in recipe.py does it."""
    (columns,) = (fitted for fitted in inputs.fitted if isinstance(fitted, Columns))
    return App(
        kind="table",
        spec=settings_of(columns, data.split("train")[0]),
        takes=f"one customer: {', '.join(columns.columns)}; numbers standardised by the training rows, "
        "then a column of 0 and 1 for each word",
        limits=(
            f"It says how much a customer looks like those of {data.card.title} who left; it does not know "
            "why they left, nor what an offer would change.",
            "Outside the range of its training rows its probabilities are guesses.",
        ),
    )
