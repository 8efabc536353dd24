"""What a person gives to a network that tells cats from dogs: a photograph."""

from __future__ import annotations

from typing import Any

from rung.data import Dataset
from rung.serve.facts import App
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App | None:
    """Say how a photograph becomes the network's input, as `prepare` in recipe.py does it.

    None for a frozen run: it is a head alone, and what it takes is another network's description.
    """
    if config.model == "frozen":
        return None
    height, width, channels = data.shape
    names = " and ".join(data.names)
    return App(
        kind="picture",
        spec={
            "size": [height, width],
            "channels": channels,
            "ink": False,
            "layout": "maps",
            "offset": 127,
            "scale": 128,
        },
        takes=f"one photograph, {height} x {width} pixels: (value - 127) / 128, (3, {height}, {width})",
        limits=(
            f"It knows {names} and nothing else: a person, a house or both animals at once is still called "
            "one of them.",
            f"It sees {height} x {width} pixels, and was shown photographs of {data.card.title} alone: "
            "drawings, close-ups of a part and other animals mislead it.",
        ),
    )
