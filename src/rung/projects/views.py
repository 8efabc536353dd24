"""The views into a run for one example: each a picture, drawn when it is asked for, and its numbers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

import numpy as np

from rung.explain import network
from rung.explain.activations import Activation, activations
from rung.explain.attention import NoAttentionError
from rung.explain.attention_maps import attention_maps
from rung.explain.attribution import METHODS, Attribution, AttributionError, attribute
from rung.explain.attribution.entrance import parts_of
from rung.explain.colors import png
from rung.explain.filters import filters
from rung.explain.gate_strips import GateStrips
from rung.explain.gates import GATES, readings
from rung.explain.overlay import overlay_png, words_html, words_text
from rung.explain.subject import Subject
from rung.explain.trace import Trace, trace
from rung.projects.looking import Answer, Example

GROUPS = {
    "why": "Why it said so",
    "words": "How it read the words",
    "network": "The network",
    "layers": "Layer by layer",
    "weights": "What its first weights look for",
}
SIDE = 240  # about so many pixels wide a drawn map is
LARGEST = 28  # pixels a number takes at most
COLUMNS = 12  # columns of a table that are told


class Seen(Protocol):
    """What can be looked into: a run (`Looking`), or a model from outside (`Outside`).

    Attributes:
        subject: the model.
        takes: what a person can bring: "picture", "text", or "".
        picture_shape: of a network of pictures, (h, w) or (h, w, 3) of what goes in; else ().
    """

    subject: Subject

    @property
    def takes(self) -> str: ...

    @property
    def picture_shape(self) -> tuple[int, ...]: ...

    def example(self, number: int) -> Example:
        """Return one of its examples."""

    def column_names(self, width: int) -> list[str]:
        """Return which column of a table each of so many inputs came from."""


@dataclass(frozen=True, eq=False)
class View:
    """One picture.

    Attributes:
        name: for a file or an address: "layer-3-conv2".
        group: a key of GROUPS.
        title: what it is.
        form: "png", "svg" or "html" (of words).
        draw: draws it: bytes of a PNG, else text.
        caption: says what it shows and how to read it; computed from its numbers.
        numbers: returns what was drawn, an array.
        text: says the same in a terminal, or "".
    """

    name: str
    group: str
    title: str
    form: str
    draw: Callable[[], bytes | str]
    caption: str
    numbers: Callable[[], np.ndarray]
    text: str = ""

    def as_bytes(self) -> bytes:
        """Return the picture as a file holds it."""
        drawn = self.draw()
        return drawn if isinstance(drawn, bytes) else drawn.encode()

    def as_npy(self) -> bytes:
        """Return the numbers as a NumPy file."""
        file = io.BytesIO()
        np.save(file, self.numbers(), allow_pickle=False)
        return file.getvalue()


def recorded(looking: Seen) -> Trace:
    """Record a pass over the first test example."""
    return trace(looking.subject, looking.example(0).x)


def views(
    looking: Seen,
    example: Example,
    answer: Answer,
    passed: Trace,
    opened: Collection[str] | None = None,
    link: Callable[[network.Node], str] | None = None,
) -> list[View]:
    """Return what can be seen of a network on one example, in the order of GROUPS.

    Args:
        looking: the run.
        example: what it is shown.
        answer: what it said.
        passed: from `recorded`.
        opened: blocks of the drawing to look into; the layers told are those of the drawing.
        link: where a box of the drawing leads.

    Cost: one pass, and what each view says of itself when it is drawn.
    """
    opened = network.opened_at_first(passed) if opened is None else opened
    drawing = View(
        "network",
        "network",
        "Architecture",
        "svg",
        lambda: network.draw(passed, opened, link),
        network.caption(passed),
        lambda: np.array(json.dumps(network.table(passed))),
    )
    return [
        *_why(looking, example, answer),
        *_words(looking, example),
        drawing,
        *_layers(looking, example, {node.name for node in network.nodes(passed, opened)}),
        *_weights(looking),
    ]


# -- why -----------------------------------------------------------------------------------------------------


def _why(looking: Seen, example: Example, answer: Answer) -> Iterator[View]:
    """Yield a view for each method of attribution that is for such an input."""
    pictured = looking.takes == "picture"
    sides = looking.picture_shape[:2]
    if any(np.ndim(part) < 2 for part in parts_of(example.x)):
        return  # one number an example, of a person or a film: there is nothing to tell apart in it
    kind = "picture" if pictured else "words" if example.words else "table"
    for name, method in METHODS.items():
        if kind not in method.inputs or (name == "grad-cam" and np.ndim(example.x) != 4):
            continue

        def made(name: str = name) -> Attribution:
            return attribute(looking.subject, example.x, answer.target, name)

        def values(made: Callable[[], Attribution] = made) -> np.ndarray:
            return made().map[0].reshape(sides or -1)

        try:
            found = None if pictured else made()
        except AttributionError:
            continue
        title = f"{method.title}, for “{answer.said}”"
        if pictured:

            def overlay(values: Callable[[], np.ndarray] = values) -> bytes:
                seen = example.picture
                under = None if seen is None else np.moveaxis(seen, -1, 0) if seen.ndim == 3 else seen
                return overlay_png(values(), under, side=SIDE)

            yield View(f"why-{name}", "why", title, "png", overlay, method.shows, values)
        elif found is not None and example.words:
            told = found.map[0][: len(example.words)]
            yield View(
                f"why-{name}",
                "why",
                title,
                "html",
                lambda told=told: words_html(example.words, told),  # type: ignore[misc]
                method.shows,
                lambda told=told: told,  # type: ignore[misc]
                words_text(example.words, told),
            )
        elif found is not None and (rows := by_column(looking, found.map[0])):
            yield View(
                f"why-{name}",
                "why",
                title,
                "html",
                lambda rows=rows: bars_html(rows),  # type: ignore[misc]
                method.shows,
                lambda found=found: found.map[0],  # type: ignore[misc]
                "\n".join(f"{n:<28} {v:+.4f}" for n, v in rows),
            )


def by_column(looking: Seen, values: np.ndarray) -> list[tuple[str, float]]:
    """Return what each column of a table gives, the strongest first: its parts (of one-hot, say) summed."""
    total: dict[str, float] = {}
    for name, value in zip(looking.column_names(len(values)), values, strict=True):
        total[name] = total.get(name, 0.0) + float(value)
    return sorted(total.items(), key=lambda item: -abs(item[1]))[:COLUMNS]


def bars_html(rows: Sequence[tuple[str, float]]) -> str:
    """Return columns as bars from the middle: to the right for the answer, to the left against it."""
    most = max((abs(v) for _, v in rows), default=0.0) or 1.0
    told = []
    for name, value in rows:
        share = 50 * abs(value) / most
        speaks, left = ("for", 50.0) if value >= 0 else ("against", 50 - share)
        told.append(
            f'<li><span>{escape(name)}</span><span class="pull"><i class="{speaks}" '
            f'style="left: {left:.1f}%; width: {share:.1f}%"></i></span>'
            f'<span class="num">{value:+.3g}</span></li>'
        )
    return f'<ul class="pulls">{"".join(told)}</ul>'


# -- words ---------------------------------------------------------------------------------------------------


def _words(looking: Seen, example: Example) -> Iterator[View]:
    """Yield attention and gates, of a network that reads words."""
    if not example.words:
        return
    subject, words = looking.subject, list(example.words)
    try:
        maps = attention_maps(subject, example.x, words)
    except NoAttentionError:
        pass
    else:
        weights = [w for layer in maps.weights for w in layer]
        yield View(
            "attention", "words", "Attention", "svg", maps.svg, maps.caption, lambda: np.stack(weights)
        )
    for name, module in subject.layers().items():
        if any(base.__name__ in GATES for base in type(module).__mro__):
            for reading in readings(subject, example.x, name, words):
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


# -- layers and weights --------------------------------------------------------------------------------------


def _layers(looking: Seen, example: Example, drawn: Collection[str]) -> Iterator[View]:
    """Yield what each layer of the drawing made; of a closed block its last layer.

    A layer that hands on what it was given, as dropout does now, is left out.
    """
    found = activations(looking.subject, example.x)
    same = [i > 0 and np.array_equal(a.values, found[i - 1].values) for i, a in enumerate(found)]
    last = {}
    for i, activation in enumerate(found):
        parts = activation.layer.split(".")
        box = next((b for n in range(len(parts)) if (b := ".".join(parts[: n + 1])) in drawn), None)
        if box is not None:
            last[box if box != activation.layer else (box, i)] = i
    for i in sorted(last.values()):
        activation = found[i]
        if same[i]:
            continue

        def draw(activation: Activation = activation) -> bytes:
            pixels = activation.picture()
            high, wide = (max(1, min(LARGEST, SIDE // side)) for side in pixels.shape[:2])
            return png(pixels, (high, wide) if activation.values.ndim == 2 else wide)

        yield View(
            f"layer-{i}-{activation.layer}",
            "layers",
            f"{activation.layer or 'model'}: {activation.kind}",
            "png",
            draw,
            activation.caption(),
            lambda activation=activation: activation.values,  # type: ignore[misc]
        )


def _weights(looking: Seen) -> Iterator[View]:
    """Yield the first weights, of a network that sees pictures."""
    if looking.takes != "picture":
        return
    found = filters(looking.subject, looking.picture_shape or None)
    if found is not None:

        def draw() -> bytes:
            pixels = found.picture()
            return png(pixels, max(1, 2 * SIDE // pixels.shape[1]))

        yield View(
            "weights",
            "weights",
            f"Weights of {found.layer}",
            "png",
            draw,
            found.caption(),
            lambda: found.values,
        )
