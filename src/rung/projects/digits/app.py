"""What a person gives to a network that reads digits: a picture, drawn or photographed."""

from __future__ import annotations

from typing import Any

from rung.data import Dataset
from rung.serve.facts import App
from rung.train.inputs import Inputs

# Whose digits are ink on paper, fitted into 20 of 28 pixels with their mass in the middle.
_MNIST = ("mnist", "mnist5k")


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how a picture becomes the network's input, as `prepare` in recipe.py does it."""
    shape = inputs.about["shape"]
    channels = 1 if len(shape) == 2 else shape[2]
    ink = data.name in _MNIST
    what = "one handwritten digit, ink on paper" if ink else f"one picture as in {data.card.title}"
    layout = "rows" if config.model == "mlp" else "maps"
    arrays = "a row of pixels" if layout == "rows" else "(channels, height, width)"
    return App(
        kind="picture",
        spec={
            "size": list(shape[:2]),
            "channels": channels,
            "ink": ink,
            "layout": layout,
            "offset": 0,
            "scale": 255,
        },
        takes=f"{what}: {shape[0]} x {shape[1]} pixels from 0 (paper) to 1 (ink), as {arrays}",
        limits=(
            "It reads one digit at a time, upright and whole; it was never shown a letter, two digits or an "
            "empty sheet, and calls each of them a digit.",
            "Its digits were written by Americans around 1990: a crossed 7 or a 1 with a long stroke may "
            "be read as another digit.",
        )
        if ink
        else (
            f"It knows {len(data.names)} kinds of pictures and has an answer for every other picture too.",
        ),
    )
