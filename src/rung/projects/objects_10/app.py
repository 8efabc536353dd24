"""What a person gives to a network that tells ten kinds of things apart: a photograph."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.data import Dataset
from rung.serve.facts import App
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how a photograph becomes the network's input, as `prepare` in recipe.py does it."""
    keywords: dict[str, Any] = inputs.to_input.keywords  # type: ignore[union-attr]
    mean, deviation = (
        np.atleast_1d(np.asarray(keywords[name], np.float64)) * 255 for name in ("mean", "deviation")
    )
    height, width = data.shape[:2]
    channels = inputs.about["channels"]
    names = ", ".join(data.names)
    return App(
        kind="picture",
        spec={
            "size": [height, width],
            "channels": channels,
            "ink": False,
            "layout": "maps",
            "offset": mean.tolist(),
            "scale": deviation.tolist(),
        },
        takes=f"one picture, {height} x {width} pixels, each colour with mean 0 and deviation 1 over the "
        f"training pictures: ({channels}, {height}, {width})",
        limits=(
            f"It knows {names}, and nothing else: whatever it is shown is called one of these.",
            f"It sees {height} x {width} pixels. A photograph is brought to that size, so a thing that "
            "fills it is seen better than one far away.",
        ),
    )
