"""Looking into a model from Python: one function a question, for notebooks, lessons and the terminal alike.

    from rung.explain import look

    look.network(model, x)                      what it is made of, and where the work is
    look.activations(model, x)                  what every layer makes of an input
    look.attribution(model, x, 3, "saliency")   which places speak for class 3, and the sanity check
    look.attention(model, x, words)             what each head looks at
    look.gates(model, x, words)                 gates of an LSTM or GRU over time
    look.embedding(vectors, labels)             many vectors in a plane
    look.surface(model, x, y)                   the loss around the weights

A model is a Module of rung.scratch, a torch.nn.Module, or a `Subject`, which can hold a learner's own parts.
What comes back is `Drawn`: a notebook shows it by itself, a terminal prints what it says, `.values` are the
numbers and `.save(folder)` writes all of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.explain import network as drawing
from rung.explain.activations import activations as _activations
from rung.explain.attention_maps import attention_maps
from rung.explain.attribution import METHODS, attribute
from rung.explain.attribution.checked import Checked
from rung.explain.attribution.entrance import parts_of
from rung.explain.attribution.sanity import randomised, rank_correlation
from rung.explain.colors import png
from rung.explain.drawn import Drawn, Picture
from rung.explain.filters import filters
from rung.explain.gate_strips import GateStrips
from rung.explain.gates import GATES, readings
from rung.explain.overlay import overlay_png, words_html, words_text
from rung.explain.projection import project
from rung.explain.subject import Subject
from rung.explain.trace import trace
from rung.explain.units import units as _units
from rung.scratch.errors import SettingError

SIDE, LARGEST = 200, 24  # about so many pixels wide a picture is; pixels a number takes at most


def network(model: Any, x: Any, opened: Sequence[str] | None = None) -> Drawn:
    """Draw what a model is made of: layers, shapes, parameters, memory, work and time of each.

    Args:
        model: the model.
        x: an input, best of one example.
        opened: names of blocks to look into; None: as many as fit a page.

    Example:
        >>> from rung.scratch import nn
        >>> seen = network(nn.Sequential(nn.Linear(3, 2, rng=0)), np.ones((1, 3), np.float32))
        >>> seen.values["network"].shape
        (1, 3)
    """
    subject = _subject(model)
    found = trace(subject, x)
    rows = drawing.table(found)
    picture = Picture(
        "network",
        drawing.draw(found, opened),
        drawing.caption(found),
        np.array([[row["parameters"], row["bytes"], row["flops"]] for row in rows], dtype=np.int64),
        "\n".join(f"{row['layer']:<20} {row['kind']:<16} {json.dumps(row['output'])}" for row in rows),
    )
    return Drawn(_named(subject), (picture,), _whose(subject))


def activations(model: Any, x: Any, layers: Sequence[str] | None = None) -> Drawn:
    """Draw what every layer makes of one input: maps, vectors, or vectors over time.

    Args:
        model: the model.
        x: one input, a batch of 1.
        layers: names of those to draw; None: all.

    Raises:
        UnknownLayerError: there is no such layer.
    """
    subject = _subject(model)
    for layer in layers or ():
        subject.layer(layer)
    pictures = []
    for i, found in enumerate(_activations(subject, x)):
        if layers is not None and found.layer not in layers:
            continue
        pixels = found.picture()
        scale = max(1, min(LARGEST, SIDE // max(pixels.shape[:2])))
        name = f"{i}-{found.layer or 'model'}"
        pictures.append(Picture(name, png(pixels, scale), f"{found.kind}: {found.caption()}", found.values))
    return Drawn(f"What the layers of {_named(subject)} make of it", tuple(pictures), _whose(subject))


def weights(model: Any, shape: tuple[int, ...] | None = None) -> Drawn:
    """Draw the weights of every layer: filters, and matrices.

    Args:
        model: the model.
        shape: (h, w) or (h, w, 3) of the pictures that go in, in whose form the first weights are seen.
    """
    subject = _subject(model)
    pictures = []
    for found in filters(subject, shape):
        pixels = found.picture()
        scale = max(1, min(LARGEST, 2 * SIDE // max(pixels.shape[:2])))
        pictures.append(Picture(found.layer or "model", png(pixels, scale), found.caption(), found.values))
    return Drawn(f"Weights of {_named(subject)}", tuple(pictures))


def units(model: Any, x: Any) -> Drawn:
    """Draw what the units of every layer do over a batch: how values lie, which are dead or saturated.

    Args:
        model: the model.
        x: a batch.
    """
    subject = _subject(model)
    found = _units(subject, x)
    counts = np.array([row[-1] for row in found.histogram_table().rows])
    picture = Picture("units", found.svg(), found.caption, counts)
    return Drawn(f"Units of {_named(subject)}", (picture,), _whose(subject))


def attribution(
    model: Any,
    x: Any,
    target: int | None = None,
    method: str = "saliency",
    *,
    shape: tuple[int, ...] | None = None,
    names: Sequence[str] = (),
    check: bool = True,
    **settings: Any,
) -> Drawn:
    """Draw which places of one input speak for an answer, beside the same map with random weights.

    Args:
        model: the model.
        x: one input, a batch of 1: a picture (1, C, H, W), words (1, L) as whole numbers, or numbers (1, d).
        target: the class that is explained; None: the answer.
        method: a key of `rung.explain.attribution.METHODS`.
        shape: (h, w) of a picture that goes in as a row of numbers.
        names: of the words, or of the columns.
        check: draw the map of random weights beside it, and say how alike the two are.
        settings: of the method.

    Raises:
        UnknownNameError: there is no such method.
        AttributionError: it is not for this input or model.

    Source: adebayo2018 for the check.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(4, 8, rng=0), nn.ReLU(), nn.Linear(8, 3, rng=1))
        >>> seen = attribution(model, np.ones((1, 4), np.float32), method="saliency", shape=(2, 2))
        >>> {name: values.shape for name, values in seen.values.items()}
        {'saliency': (2, 2), 'saliency with random weights': (2, 2)}
    """
    subject = _subject(model)
    found = attribute(subject, x, target, method, **settings)
    target = int(found.classes[0])
    told = METHODS[method].shows
    pictures = [_map(method, told, found.map[0], x, shape, names)]
    notes = list(_whose(subject))
    if check:
        noise = subject
        for _, changed in randomised(subject, x):
            noise = changed
        other = attribute(noise, x, target, method, **settings).map[0]
        caption = (
            "The same map of a network whose every weight was drawn anew: what is alike was not learned."
        )
        pictures.append(_map(f"{method} with random weights", caption, other, x, shape, names))
        notes.append(Checked((rank_correlation(found.map[0], other),), 1).verdict)
    return Drawn(f"{METHODS[method].title}, for output {target}", tuple(pictures), tuple(notes))


def _map(
    name: str, caption: str, values: np.ndarray, x: Any, shape: tuple[int, ...] | None, names: Sequence[str]
) -> Picture:
    """Return a map as a picture, as words, or as a row of bars' numbers."""
    under = parts_of(x)[0]
    if shape is not None or values.ndim == 2:
        values = values.reshape(shape or values.shape)
        behind = under[0].reshape(-1, *values.shape) if under[0].size % values.size == 0 else None
        return Picture(name, overlay_png(values, behind, side=SIDE), caption, values)
    words = list(names) if len(names) else [str(i) for i in range(values.size)]
    flat = values.ravel()[: len(words)]
    return Picture(name, words_html(words, flat), caption, flat, words_text(words, flat))


def attention(model: Any, x: Any, words: Sequence[str]) -> Drawn:
    """Draw what every head of every layer looks at in a text.

    Args:
        model: the model.
        x: one text, as the model takes it.
        words: of the text, one for each token.

    Raises:
        NoAttentionError: the model makes no attention call that can be seen.
    """
    subject = _subject(model)
    maps = attention_maps(subject, x, list(words))
    pictures = [
        Picture(f"attention-{i + 1}", maps.svg(i), f"{layer or 'the model'}. {maps.caption}", maps.weights[i])
        for i, layer in enumerate(maps.layers)
    ]
    return Drawn(f"What the heads of {_named(subject)} look at", tuple(pictures), _whose(subject))


def gates(model: Any, x: Any, words: Sequence[str], layer: str | None = None) -> Drawn:
    """Draw the gates of an LSTM or GRU over the words of a text.

    Args:
        model: the model.
        x: one text, as the model takes it.
        words: of the text, one for each step.
        layer: whose gates; None: of every such layer.

    Raises:
        SettingError: the model has no LSTM and no GRU.
        UnknownLayerError: there is no such layer.
    """
    subject = _subject(model)
    layers = [
        name
        for name, module in subject.layers().items()
        if any(base.__name__ in GATES for base in type(module).__mro__)
    ]
    if layer is None and not layers:
        raise SettingError("the model has no gates", rule="Gates are those of an LSTM or a GRU.")
    pictures = []
    for name in layers if layer is None else [layer]:
        for reading in readings(subject, x, name, list(words)):
            strips = GateStrips(reading)
            values = np.stack(list(strips.layers.values()))
            pictures.append(
                Picture(f"{name or 'model'}-{reading.part}", strips.svg(), strips.caption, values)
            )
    return Drawn(f"Gates of {_named(subject)}", tuple(pictures), _whose(subject))


def embedding(
    vectors: Any, labels: Sequence[object] = (), classes: Sequence[object] = (), method: str = "pca"
) -> Drawn:
    """Draw many vectors as points in a plane; a pointer on one shows its label.

    Args:
        vectors: (N, d): an embedding table, or what a layer made, `Subject(model).value(x, layer)`.
        labels: what each point is; none, or N.
        classes: the class of each; none, or N.
        method: "pca" or "t-sne".

    Raises:
        ShapeError: fewer than 3 points, or other numbers of labels or classes.
        SettingError: another method, or values that are not finite.
    """
    found = project(np.asarray(vectors), method, labels, classes)
    picture = Picture(method, found.svg(), found.caption, found.points)
    return Drawn(f"{len(found.points):,} vectors in a plane", (picture,))


def surface(model: Any, x: Any, y: Any, **settings: Any) -> Drawn:
    """Draw the loss around the weights of a model, along two directions.

    Args:
        model: the model.
        x: a batch.
        y: what the loss is held against.
        settings: of `rung.explain.surface.surface`: loss, snapshots, span, size, seed, progress.

    Raises:
        SettingError: a setting is out of its bounds, or there are no weights to move.
        ShapeError: a snapshot does not fit.

    Source: li2018landscape.
    """
    from rung.explain.surface import surface as _surface

    found = _surface(_subject(model), x, y, **settings)
    return Drawn(
        "The loss around the weights", (Picture("surface", found.svg(), found.caption, found.losses),)
    )


def _subject(model: Any) -> Subject:
    return model if isinstance(model, Subject) else Subject(model)


def _named(subject: Subject) -> str:
    return type(subject.model).__name__


def _whose(subject: Subject) -> tuple[str, ...]:
    """Say whose parts a model runs on, if it was given some."""
    own = [
        part.__name__ for part, theirs in subject.parts.items() if not theirs.__module__.startswith("rung.")
    ]
    others = [part.__name__ for part in subject.parts if part.__name__ not in own]
    told = [f"Seen through your own {' and '.join(own)}."] if own else []
    return (*told, *([f"Seen through the library’s {' and '.join(others)}."] if others else []))
