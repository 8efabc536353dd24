"""Packed sequences for ONNX: its LSTM takes the lengths as an input, which PyTorch's exporter cannot follow.

`pack_padded_sequence` lays the steps of all rows behind one another, and how many there are of each depends
on the lengths themselves. `torch.onnx` follows shapes and not values, and gives up. ONNX knows the same by
other means: `LSTM` has an input `sequence_lens`, stops there, and begins there on the way back. So while a
network is exported, packing keeps rows and lengths side by side, and the layer becomes that one node.

A layer that is given plain rows becomes the same node, without lengths. PyTorch's exporter (2.13) can do so
too, but from the second export of a process on it takes the length of the example for the length of all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from rung.serve.errors import ExportError


class Packed(NamedTuple):
    """Rows of any length as they are, (B, T, d), and how much of each counts, (B,)."""

    data: Any
    lengths: Any


@contextmanager
def unpacked(model: Any) -> Iterator[None]:
    """Let a network of PyTorch that packs its rows be exported.

    Args:
        model: a copy: its LSTMs are given their weights in ONNX's order besides. The modules that define its
            parts are looked through for the two functions of `torch.nn.utils.rnn`; these are back afterwards.

    Source: hochreiter1997lstm.
    """
    from torch import nn
    from torch.nn.utils import rnn

    ours = {id(rnn.pack_padded_sequence): _pack, id(rnn.pad_packed_sequence): _pad}
    places = [vars(rnn), *(vars(sys.modules[name]) for name in {type(m).__module__ for m in model.modules()})]
    changed = [(place, key, place[key]) for place in places for key in list(place) if id(place[key]) in ours]
    forward = nn.LSTM.forward
    for lstm in (m for m in model.modules() if isinstance(m, nn.LSTM)):
        for layer in range(lstm.num_layers):
            for name, weights in zip("wrb", _weights(lstm, layer), strict=True):
                lstm.register_buffer(f"onnx_{name}_l{layer}", weights)

    def through(self: Any, x: Any, state: Any = None) -> Any:
        if isinstance(x, Packed):
            return _over_packed(self, x, state)
        is_usual = state is None and x.dim() == 3 and not self.proj_size and not self.training
        return _over_rows(self, x) if is_usual else forward(self, x, state)

    try:
        for place, key, theirs in changed:
            place[key] = ours[id(theirs)]
        nn.LSTM.forward = through  # type: ignore[method-assign,assignment]
        yield
    finally:
        nn.LSTM.forward = forward  # type: ignore[method-assign]
        for place, key, theirs in changed:
            place[key] = theirs


def _pack(x: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True) -> Packed:
    return Packed(x if batch_first else x.transpose(0, 1), lengths)


def _pad(packed: Packed, batch_first: bool = False, padding_value: float = 0.0, **_: Any) -> tuple[Any, Any]:
    """Return what `pad_packed_sequence` returns, as long as the rows are and not as the longest of them."""
    import torch

    data, lengths = packed
    counts = torch.arange(data.shape[1])[None, :] < lengths[:, None]  # (B, T)
    filled = torch.where(counts[:, :, None], data, torch.full((), padding_value, dtype=data.dtype))
    return (filled if batch_first else filled.transpose(0, 1)), lengths


def _over_packed(lstm: Any, packed: Packed, state: Any) -> tuple[Packed, None]:
    """Return what every step of the last layer shows; the last states have no use that is exported."""
    import torch

    if state is not None or lstm.proj_size:
        raise ExportError(
            "the network gives its packed LSTM a first state, or projects its output",
            rule="An LSTM over packed rows is exported as it starts, from zeros.",
        )
    y, _, _ = _layers(lstm, packed.data.transpose(0, 1), packed.lengths.to(torch.int32))
    return Packed(y.transpose(0, 1), packed.lengths), None


def _over_rows(lstm: Any, x: Any) -> tuple[Any, tuple[Any, Any]]:
    """Return what PyTorch's layer returns for rows of one length."""
    y, h, c = _layers(lstm, x.transpose(0, 1) if lstm.batch_first else x, None)
    return (y.transpose(0, 1) if lstm.batch_first else y), (h, c)


def _layers(lstm: Any, x: Any, lengths: Any) -> tuple[Any, Any, Any]:
    """Return every step of the last layer (T, B, D H), and every layer's last states (L D, B, H)."""
    import torch

    directions = 2 if lstm.bidirectional else 1
    states = []
    for layer in range(lstm.num_layers):
        weights = [getattr(lstm, f"onnx_{name}_l{layer}") for name in "wrb"]
        steps, rows = x.shape[0], x.shape[1]
        last = (directions, rows, lstm.hidden_size)
        y, *ends = torch.onnx.ops.symbolic_multi_out(
            "LSTM",
            [x, *weights, *([] if lengths is None else [lengths])],
            {"hidden_size": lstm.hidden_size, "direction": "bidirectional" if directions == 2 else "forward"},
            dtypes=[x.dtype] * 3,
            shapes=[(steps, *last), last, last],
        )
        states.append(ends)
        x = y.transpose(1, 2).reshape(steps, rows, directions * lstm.hidden_size)
    h, c = (torch.cat(kind) for kind in zip(*states, strict=True))
    return x, h, c


def _weights(lstm: Any, layer: int) -> tuple[Any, Any, Any]:
    """Return a layer's weights, of both directions if it has two: W, R and both biases in a row.

    The gates stand as i, o, f, g in ONNX, as i, f, g, o in PyTorch.
    """
    import torch

    def ours(name: str, end: str) -> Any:
        i, f, g, o = getattr(lstm, f"{name}_l{layer}{end}").detach().chunk(4)
        return torch.cat([i, o, f, g])

    found: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for end in ("", "_reverse")[: 2 if lstm.bidirectional else 1]:
        biases = [ours("bias_ih", end), ours("bias_hh", end)] if lstm.bias else []
        found[0].append(ours("weight_ih", end))
        found[1].append(ours("weight_hh", end))
        found[2].append(torch.cat(biases) if biases else torch.zeros(8 * lstm.hidden_size))
    w, r, b = (torch.stack(kind) for kind in found)
    return w, r, b
