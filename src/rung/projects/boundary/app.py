"""What a person gives to a network that draws a line between classes: two numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.data import Dataset
from rung.data.prepare import Scaler
from rung.serve.facts import App
from rung.serve.form import form, scaling
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how two numbers become the network's input, as `prepare` in recipe.py does it."""
    (scaler,) = (fitted for fitted in inputs.fitted if isinstance(fitted, Scaler))
    names = data.features or ("first", "second")
    x = data.split("train")[0]
    rows = np.array([tuple(row) for row in x], [(name, "f8") for name in names])
    return App(
        kind="table",
        spec={
            "columns": dict.fromkeys(names, "number"),
            "scaler": scaling(scaler.state()),
            "categories": {"values": []},
            "fields": form(rows, {}, names),
        },
        takes=f"{names[0]} and {names[1]}, standardised by the training rows",
        limits=(
            "It divides the whole plane among its classes, also where no example ever lay: far from them it "
            "is as sure as ever.",
        ),
    )
