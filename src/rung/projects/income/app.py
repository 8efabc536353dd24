"""What a person gives to a network that tells who earns more: one person, as a row of the table."""

from __future__ import annotations

from typing import Any

from rung.data import Dataset
from rung.projects.income.binned import BinnedColumns
from rung.serve.facts import App
from rung.serve.form import settings_of
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how a person becomes the network's input, as `prepare` in recipe.py does it."""
    (made,) = (fitted for fitted in inputs.fitted if isinstance(fitted, BinnedColumns))
    names = [name for name in made.columns.columns if name not in made.binned]
    return App(
        kind="table",
        spec={
            **settings_of(made.columns, data.split("train")[0], names),
            "layout": "ids",
            "logarithm": list(made.logarithm),
            "edges": {name: edges.tolist() for name, edges in made.edges.items()},
        },
        takes=f"one person: {', '.join(names)}; x0 holds the numbers, standardised by the training rows, "
        "x1 the number of each word, and of the bin that each number falls into",
        limits=(
            f"It repeats who earned how much in {data.card.title}, with all that was unjust in it: it is no "
            "ground for any decision about a person.",
            "Its mistakes are not the same for all groups; the run's report tells them apart.",
            "Outside the range of its training rows its probabilities are guesses.",
        ),
    )
