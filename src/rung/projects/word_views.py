"""The views of a network that reads words: what its heads attend to, and its gates over time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rung.explain.attention import NoAttentionError
from rung.explain.attention_maps import attention_maps
from rung.explain.gate_strips import GateStrips
from rung.explain.gates import GATES, readings
from rung.projects.looking import Example
from rung.projects.view import Seen, View


def words(looking: Seen, example: Example) -> Iterator[View]:
    """Yield attention, of every layer, and gates."""
    if not example.words:
        return
    subject, read = looking.subject, list(example.words)
    try:
        maps = attention_maps(subject, example.x, read)
    except NoAttentionError:
        pass
    else:
        each = [
            View(
                f"attention-{i + 1}",
                "words",
                f"Attention of {layer or 'the model'}",
                "svg",
                lambda i=i: maps.svg(i),  # type: ignore[misc]
                "A row is a word that looks, a column a word that it looks at; a row's shades add up to 1.",
                lambda i=i: maps.weights[i],  # type: ignore[misc]
            )
            for i, layer in enumerate(maps.layers)
        ]
        weights = [w for layer in maps.weights for w in layer]
        yield View(
            "attention",
            "words",
            f"Attention: {len(weights)} heads of {len(maps.layers)} layers",
            "svg",
            maps.overview,
            maps.caption,
            lambda: np.stack(weights),
            more=tuple(each),
        )
    for name, module in subject.layers().items():
        if any(base.__name__ in GATES for base in type(module).__mro__):
            for reading in readings(subject, example.x, name, read):
                strips = GateStrips(reading)
                yield View(
                    f"gates-{name or 'model'}-{reading.part}",
                    "words",
                    f"Gates of {name or 'the model'}, {reading.part}",
                    "svg",
                    strips.svg,
                    strips.caption,
                    lambda strips=strips: np.stack(list(strips.layers.values())),  # type: ignore[misc]
                )
