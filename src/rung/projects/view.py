"""One view into a network: a picture that is drawn when it is asked for, its caption and its numbers."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rung.explain.activations import Activation
from rung.explain.subject import Subject
from rung.projects.looking import Answer, Example

GROUPS = {
    "why": "Why it said so",
    "words": "How it read the words",
    "network": "The network",
    "layers": "Layer by layer",
    "weights": "What its weights look for",
}
SLOW = 1.0  # seconds: what takes longer is drawn when a person asks for it
FEW = {"weights": 3}  # views of a group that a page shows at once; the others are folded
MOST = 8  # of another group


class Seen(Protocol):
    """What can be looked into: a run (`Looking`), or a model from outside (`Outside`).

    Attributes:
        subject: the model.
        scored: the same, asked for one row of answers: what attributions explain.
        takes: what a person can bring: "picture", "text", or "".
        picture_shape: of a network of pictures, (h, w) or (h, w, 3) of what goes in; else ().
        kept: what holds for every example and was computed once, by a name of whoever computed it.
    """

    subject: Subject
    scored: Subject
    kept: dict[str, Any]

    @property
    def takes(self) -> str: ...

    @property
    def picture_shape(self) -> tuple[int, ...]: ...

    @property
    def count(self) -> int:
        """How many examples there are."""

    def example(self, number: int) -> Example:
        """Return one of its examples."""

    def pass_through(self, example: Example, most: int = 5) -> tuple[Answer, list[Activation]]:
        """Return what the network says to an example, and what its layers make of it."""

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
        text: says the same in a terminal; or None.
        svg: draws an "html" view as SVG, to be saved; or None.
        seconds: about how long it takes to draw, where that is known.
        method: of an attribution, its name: its sanity can be checked.
        beside: what is shown beside it, to compare: an attribution's map with random weights.
        more: what is shown under it, folded.
    """

    name: str
    group: str
    title: str
    form: str
    draw: Callable[[], bytes | str]
    caption: str
    numbers: Callable[[], np.ndarray]
    text: Callable[[], str] | None = None
    svg: Callable[[], str] | None = None
    seconds: float = 0.0
    method: str = ""
    beside: View | None = None
    more: tuple[View, ...] = ()

    @property
    def is_slow(self) -> bool:
        """Whether a person is asked before it is drawn."""
        return self.seconds > SLOW

    def whole(self) -> list[View]:
        """Return the view, what stands beside it and what is folded under it."""
        return [self, *([self.beside] if self.beside else []), *self.more]

    def as_bytes(self, form: str = "") -> bytes:
        """Return the picture as a file holds it.

        Args:
            form: "svg" of an "html" view that has one; its own form if left out.
        """
        drawn = self.svg() if form == "svg" and self.svg else self.draw()
        return drawn if isinstance(drawn, bytes) else drawn.encode()

    def as_npy(self) -> bytes:
        """Return the numbers as a NumPy file."""
        file = io.BytesIO()
        np.save(file, self.numbers(), allow_pickle=False)
        return file.getvalue()
