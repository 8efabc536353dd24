"""The ways into a model on which real numbers can be put: parts of its input, and outputs of its layers.

The papers explain S(x) for a picture x. Of a text the model is given whole numbers, which have no gradient;
the vectors that its embedding layer makes of them have one. Here both become the same: an array z of real
numbers, and a Subject that answers for z. Every method can then be written as its paper writes it.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rung.explain.attribution.calls import Call, calls
from rung.explain.attribution.result import AttributionError
from rung.explain.subject import Subject, listening


@dataclass(frozen=True)
class Entrance:
    """Where z enters: called with a model and z, it answers; so it can be the `outputs` of a Subject.

    Attributes:
        subject: the model, as it is asked.
        x: its input, of N examples; z may hold several copies of them, one after the other.
        ways: the number of an input's part, or the name of a layer whose output is replaced.
        owners: of each way, what of the input goes there: a part, or one column of a part (part, column).
        tails: of each way, the shape of one example.
        times: how often the model comes by each layer; the last time counts.
    """

    subject: Subject
    x: Any
    ways: tuple[int | str, ...]
    owners: tuple[Any, ...]
    tails: tuple[tuple[int, ...], ...]
    times: dict[str, int]

    def read(self, x: Any) -> np.ndarray:
        """Return the z of an input: one way's numbers as they are, several side by side (N, D)."""
        return joined([_numbers(self.subject, x, way) for way in self.ways])

    def __call__(self, model: Any, z: Any) -> Any:
        """Answer for z (k N, ...), a tensor of the model's engine."""
        subject = replace(self.subject, model=model)
        engine = subject.engine
        copies = z.shape[0] // rows(self.x)
        parts = [engine.tensor(np.concatenate([part] * copies)) for part in parts_of(self.x)]
        with contextlib.ExitStack() as stack:
            for way, piece in zip(self.ways, self._pieces(z), strict=True):
                if isinstance(way, int):
                    parts[way] = piece
                else:
                    put = _putting(engine, piece, self.times[way])
                    stack.enter_context(listening(engine, subject.layer(way), after=put))
            return subject.call(tuple(parts) if isinstance(self.x, tuple) else parts[0])

    def _pieces(self, z: Any) -> list[Any]:
        """Part z into what goes each way."""
        if len(self.ways) == 1:
            return [z]
        ends = np.cumsum([int(np.prod(tail)) for tail in self.tails]).tolist()
        return [
            z[:, start:end].reshape(z.shape[0], *tail)
            for start, end, tail in zip([0, *ends], ends, self.tails, strict=False)
        ]


def entrance(subject: Subject, x: Any, layer: str | None) -> tuple[Entrance, list[Call]]:
    """Find where the real numbers of an input are: in it, behind its embedding layers, or where one says.

    Args:
        subject: the model.
        x: its input.
        layer: whose output to take; None: floats as they are, whole numbers behind their embedding layers.

    Returns:
        the entrance, and the calls of the model on x.

    Raises:
        UnknownLayerError: the model has no such layer, or does not come by it.
        AttributionError: whole numbers go in and no embedding layer reads them; or the layer's first axis
            does not count the examples.

    Cost: two or three passes forward.
    """
    seen = calls(subject, x)
    times = Counter(call.layer for call in seen)
    ways, owners = ((layer,), (0,)) if layer is not None else _ways(subject, x, seen)
    twice = [way for way in ways if isinstance(way, str) and times[way] > 1]
    if twice and layer is None:
        raise AttributionError(
            f"the embedding layer {twice[0]!r} is called {times[twice[0]]} times",
            rule="What it makes is replaced at one call; which words those would be cannot be told.",
            fix='method="occlusion", which needs no gradient',
        )
    pieces = [_numbers(subject, x, way) for way in ways]
    for way, piece in zip(ways, pieces, strict=True):
        if piece.shape[:1] != (rows(x),) or piece.dtype.kind != "f":
            raise AttributionError(
                f"layer {way!r} made {piece.dtype} {piece.shape} of {rows(x)} examples",
                rule="The first axis of what it made must count the examples, and it must hold real numbers.",
            )
    tails = tuple(piece.shape[1:] for piece in pieces)
    return Entrance(subject, x, ways, owners, tails, dict(times)), seen


def parts_of(x: Any) -> list[np.ndarray]:
    """Return the arrays of an input: of a tuple its members, else itself."""
    return [np.asarray(part) for part in (x if isinstance(x, tuple) else (x,))]


def rows(x: Any) -> int:
    """Return how many examples an input has."""
    return len(parts_of(x)[0])


def joined(pieces: list[np.ndarray]) -> np.ndarray:
    """Return one piece as it is, several side by side: (N, D)."""
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([piece.reshape(len(piece), -1) for piece in pieces], axis=1)


def is_words(x: Any, seen: list[Call]) -> bool:
    """Tell whether an input holds texts: whole numbers (N, L) that one layer reads all at once."""
    return any(_reader(part, seen) is not None for part in parts_of(x))


def _numbers(subject: Subject, x: Any, way: int | str) -> np.ndarray:
    return parts_of(x)[way] if isinstance(way, int) else subject.value(x, way)


def _ways(subject: Subject, x: Any, seen: list[Call]) -> tuple[tuple[int | str, ...], tuple[Any, ...]]:
    """Return the ways of an input's parts, in their order, and the owner of each."""
    parts = parts_of(x)
    for part in parts:  # a text: its words, whatever else is told beside them
        if (reader := _reader(part, seen)) is not None:
            return (reader,), (0,)
    ways: list[int | str] = []
    owners: list[Any] = []
    for i, part in enumerate(parts):
        if part.dtype.kind == "f":
            ways.append(i)
            owners.append(i)
        elif part.ndim == 2:
            for column, layers in enumerate(_readers_of_columns(subject, x, i)):
                ways += layers
                owners += [(i, column)] * len(layers)
    if not ways:
        raise AttributionError(
            f"the input holds {', '.join(f'{p.dtype} {p.shape}' for p in parts)}",
            rule="A gradient is by real numbers, and no embedding layer makes some of these.",
            fix="pass real numbers, name a layer=, or take the method occlusion",
        )
    return tuple(ways), tuple(owners)


def _reader(part: np.ndarray, seen: list[Call]) -> str | None:
    """Return the first layer that made a vector of each of these words (N, L)."""
    for call in seen:
        if part.ndim == 2 and call.embeds(part):
            return call.layer
    return None


def _readers_of_columns(subject: Subject, x: Any, which: int) -> list[list[str]]:
    """Return the embedding layers of each column, by asking: row j is 1 in column j and 0 elsewhere."""
    count = parts_of(x)[which].shape[1]
    probe = [np.zeros((count, *part.shape[1:]), part.dtype) for part in parts_of(x)]
    np.fill_diagonal(probe[which], 1)
    seen = calls(subject, tuple(probe) if isinstance(x, tuple) else probe[0])
    found: list[list[str]] = [[] for _ in range(count)]
    for call in seen:
        for column, layers in enumerate(found):
            asked = probe[which][:, column]
            if call.embeds(asked) or call.embeds(asked[:, None]):
                layers.append(call.layer)
    without = [column for column, layers in enumerate(found) if not layers]
    if without:
        raise AttributionError(
            f"columns {without} of part {which} have no embedding layer",
            rule="A gradient is by real numbers; categories become some in an embedding layer a column.",
            fix="take the method occlusion, which needs no gradient",
        )
    return found


def _putting(engine: Any, piece: Any, times: int) -> Any:
    """Return a hook that puts `piece` in the place of what a layer makes the last time."""
    left = [times]

    def put(module: Any, args: tuple[Any, ...], out: Any) -> Any:
        left[0] -= 1
        if left[0]:
            return out
        return piece if engine.is_tensor(out) else type(out)([piece, *out[1:]])

    return put
