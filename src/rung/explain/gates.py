"""The gates of an LSTM or a GRU while it reads: what is kept, let in and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.engine import Engine
from rung.explain.subject import Subject, UnknownLayerError, listening
from rung.scratch.errors import SettingError, ShapeError

GATES = {"LSTM": ("input", "forget", "candidate", "output"), "GRU": ("reset", "update", "candidate")}


@dataclass(frozen=True)
class Unrolled:
    """A recurrent layer's insides at every step.

    Attributes:
        gates: (T, B, H) by name, after their bend: of an LSTM input, forget, candidate, output; of a GRU
            reset, update, candidate. The candidate is between -1 and 1, the others between 0 and 1.
        states: (T, B, H), what the layer hands out.
        cells: (T, B, H), an LSTM's memory; None of a GRU.
    """

    gates: Mapping[str, np.ndarray]
    states: np.ndarray
    cells: np.ndarray | None


def unroll(
    kind: str,
    x: np.ndarray,
    weights: Sequence[np.ndarray | None],
    h: np.ndarray | None = None,
    c: np.ndarray | None = None,
) -> Unrolled:
    """Run one layer in one direction and keep everything, in plain NumPy.

        LSTM: c_t = forget c_(t-1) + input candidate        h_t = output tanh(c_t)
        GRU:  h_t = (1 - update) candidate + update h_(t-1)

    Args:
        kind: "LSTM" or "GRU".
        x: (T, B, I).
        weights: weight_ih, weight_hh, bias_ih, bias_hh, with PyTorch's order of gates; biases or None.
        h: the first state (B, H); None: zeros.
        c: an LSTM's first cell (B, H); None: zeros.

    Raises:
        SettingError: another kind.

    Source: hochreiter1997lstm; cho2014gru, with PyTorch's reset gate behind the product W_hn h.

    Example:
        >>> zeros = [np.zeros((4, 1)), np.zeros((4, 1)), None, None]
        >>> found = unroll("LSTM", np.ones((2, 1, 1)), zeros, c=np.ones((1, 1)))
        >>> found.gates["forget"].ravel().tolist(), found.cells.ravel().tolist()
        ([0.5, 0.5], [0.5, 0.25])
    """
    if kind not in GATES:
        raise SettingError(f"unroll: kind is {kind!r}.", rule='It is "LSTM" or "GRU".')
    w_ih, w_hh = (np.asarray(w, np.float64) for w in weights[:2])
    b_ih, b_hh = (0.0 if b is None else np.asarray(b, np.float64) for b in weights[2:])
    (steps, batch, _), n = x.shape, w_hh.shape[1]
    names = GATES[kind]
    gates = {name: np.empty((steps, batch, n)) for name in names}
    states, cells = np.empty((steps, batch, n)), np.empty((steps, batch, n))
    h = np.zeros((batch, n)) if h is None else np.asarray(h, np.float64)
    c = np.zeros((batch, n)) if c is None else np.asarray(c, np.float64)
    read = x.astype(np.float64) @ w_ih.T + b_ih  # (T, B, gates H)
    for t in range(steps):
        back = h @ w_hh.T + b_hh  # (B, gates H)
        a = dict(zip(names, np.split(read[t], len(names), axis=1), strict=True))
        b = dict(zip(names, np.split(back, len(names), axis=1), strict=True))
        for name in names:
            if name != "candidate":
                gates[name][t] = _sigmoid(a[name] + b[name])
        behind = gates["reset"][t] if kind == "GRU" else 1
        new = gates["candidate"][t] = np.tanh(a["candidate"] + behind * b["candidate"])
        if kind == "LSTM":
            c = cells[t] = gates["forget"][t] * c + gates["input"][t] * new
            h = states[t] = gates["output"][t] * np.tanh(c)
        else:
            keep = gates["update"][t]
            h = states[t] = (1 - keep) * new + keep * h
    return Unrolled(gates, states, cells if kind == "LSTM" else None)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * np.tanh(0.5 * z) + 0.5


@dataclass(frozen=True)
class Reading:
    """One layer, in one direction, reading one text.

    Attributes:
        layer: the module's name.
        part: which of its layers and directions: "l0", "l0_reverse".
        kind: "LSTM" or "GRU".
        words: the T words.
        gates: (T, H) by name, see `Unrolled`.
        states: (T, H).
        cells: (T, H), or None of a GRU.
    """

    layer: str
    part: str
    kind: str
    words: tuple[str, ...]
    gates: Mapping[str, np.ndarray]
    states: np.ndarray
    cells: np.ndarray | None


def readings(
    subject: Subject, x: Any, layer: str, words: Sequence[str], example: int = 0
) -> tuple[Reading, ...]:
    """Follow the gates of a recurrent layer over one text: one reading for each layer in it and direction.

    They are computed from the layer's weights and its own input, and held to what the layer itself handed
    out: a layer that computes something else is refused, not drawn wrongly.

    Args:
        subject: the model.
        x: its input.
        layer: name of an LSTM or GRU, of rung.scratch or PyTorch; of several calls the last counts.
        words: of the example, one for each step; steps behind them, padding, are run and not shown.
        example: its place in x.

    Raises:
        UnknownLayerError: the model has no such layer, or does not come by it.
        SettingError: it is no LSTM or GRU, or computes something else than one.
        ShapeError: there is no word.
    """
    module, engine = subject.layer(layer), subject.engine
    kind = next((k for k in GATES if any(k == base.__name__ for base in type(module).__mro__)), "")
    if not kind or getattr(module, "proj_size", False):
        raise SettingError(
            f"the layer {layer!r} is a {type(module).__name__} "
            + ("with a projection of its state." if kind else "and has no gates."),
            rule="Gates are drawn of an LSTM or a GRU of rung.scratch.nn or torch.nn, without a projection.",
        )
    seen: list[tuple[Any, Any]] = []

    def keep(module: Any, args: tuple[Any, ...], out: Any) -> None:
        seen[:] = [(args, out[0])]  # what it made at each step, and not its last states

    with subject.still(), engine.quiet(), listening(engine, module, after=keep):
        subject.call(engine.tensor(x))
    if not seen:
        raise UnknownLayerError(f"the model did not come by its layer {layer!r} on this input")
    args, out = seen[0]
    made = _of_one(engine, out, module, example)
    steps = len(made)
    if engine.name == "scratch":  # beyond a text's length its output is 0
        steps = int(np.flatnonzero(made.any(axis=1)).max(initial=-1)) + 1
    below = _of_one(engine, args[0], module, example)[:steps, None]  # (T, 1, I)
    first = _first_states(engine, args[1] if len(args) > 1 else None, example)
    suffixes = ("", "_reverse") if module.bidirectional else ("",)
    found: list[Reading] = []
    for number in range(module.num_layers):
        outputs = []
        for suffix in suffixes:
            part = f"l{number}{suffix}"
            names = (f"{name}_{part}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            weights = [
                None if w is None else engine.array(w) for w in (getattr(module, n, None) for n in names)
            ]
            turn = slice(None, None, -1 if suffix else 1)
            at = len(found)
            ran = unroll(kind, below[turn], weights, *(s[at][None] for s in first))
            gates = {name: gate[turn, 0] for name, gate in ran.gates.items()}
            cells = None if ran.cells is None else ran.cells[turn, 0]
            outputs.append(ran.states[turn])
            found.append(Reading(layer, part, kind, (), gates, ran.states[turn, 0], cells))
        below = np.concatenate(outputs, axis=2)
    _same(below[:, 0], made[:steps], layer)
    n = min(len(words), steps)
    if not n:
        raise ShapeError("gates: there is no word to read.", rule="One word at least.")
    return tuple(_cut(r, tuple(map(str, words[:n]))) for r in found)


def _same(ours: np.ndarray, theirs: np.ndarray, layer: str) -> None:
    apart = np.abs(ours - theirs).max(initial=0) if ours.shape == theirs.shape else np.inf
    if not apart < 1e-3:
        raise SettingError(
            f"computed from its weights, the states of {layer!r} are {apart:.2g} off what it made itself.",
            rule="Drawn are layers that compute what LSTM and GRU do.",
        )


def _cut(r: Reading, words: tuple[str, ...]) -> Reading:
    n = len(words)
    gates = {name: gate[:n] for name, gate in r.gates.items()}
    return Reading(
        r.layer, r.part, r.kind, words, gates, r.states[:n], None if r.cells is None else r.cells[:n]
    )


def _of_one(engine: Engine, value: Any, module: Any, example: int) -> np.ndarray:
    """Return what one example has of a layer's input or output, (T, features), without padding if packed."""
    if hasattr(value, "batch_sizes"):
        from torch.nn.utils.rnn import pad_packed_sequence

        padded, lengths = pad_packed_sequence(value)
        return engine.array(padded)[: int(lengths[example]), example]
    array = engine.array(value)
    if array.ndim == 2:
        return array
    return array[example] if module.batch_first else array[:, example]


def _first_states(engine: Engine, state: Any, example: int) -> list[np.ndarray]:
    """Return the first states h, and of an LSTM c, each (layers and directions, H), if any are given."""
    if state is None:
        return []
    arrays = [engine.array(s) for s in (state if isinstance(state, tuple) else (state,)) if s is not None]
    return [a if a.ndim == 2 else a[:, example] for a in arrays]
