"""Recurrent layers: stacked, in both directions, and on sequences of different lengths."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import SettingError, ShapeError, did_you_mean
from rung.scratch.function import Function
from rung.scratch.joining import cat, stack
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor, apply


class Recurrent(Module):
    """What RNN, LSTM and GRU share: layers above each other, one or two directions in each.

    Args:
        input_size: features of one step.
        hidden_size: features of the state.
        num_layers: layers; each reads the states of the one below.
        bias: whether to add biases.
        batch_first: whether the batch comes before time.
        dropout: probability of dropping a state between two layers, in training.
        bidirectional: whether a second network reads each sequence from its end.
        rng: draws the first weights and the dropout; a numpy.random.Generator, or a seed.

    Shape:
        x (T, B, input_size), or (B, T, input_size) with batch_first; lengths (B,), how many steps of each
        sequence count -> output (T, B, D hidden_size) and the last states (num_layers D, B, hidden_size),
        D = 2 if bidirectional else 1. Beyond its length a sequence's output is 0 and its state stands still.

    Raises:
        ShapeError: x or a state has another shape, or a length is not between 1 and T.

    Source:
        Weights start uniform in +-1 / sqrt(hidden_size), under PyTorch's names, such as weight_hh_l0_reverse.
    """

    abstract = True
    gates: ClassVar[int] = 1
    op: ClassVar[type[Function]] = ops.RNN
    options: Mapping[str, Any] = MappingProxyType({})  # what `op.forward` is told besides

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        if num_layers < 1:
            raise SettingError(f"{type(self).__name__}: num_layers is {num_layers}.", rule="At least 1.")
        self.rng = init.generator(rng)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, dropout
        self.bidirectional = bidirectional
        width, bound = self.gates * hidden_size, hidden_size**-0.5
        directions = 2 if bidirectional else 1
        for layer in range(num_layers):
            features = input_size if layer == 0 else directions * hidden_size
            for suffix in self._suffixes(layer):
                shapes = {"weight_ih": (width, features), "weight_hh": (width, hidden_size)}
                for name, shape in shapes.items():
                    first = init.uniform(shape, -bound, bound, self.rng)
                    self.register_parameter(f"{name}_{suffix}", Parameter(first))
                for name in ("bias_ih", "bias_hh"):
                    start = Parameter(init.uniform((width,), -bound, bound, self.rng)) if bias else None
                    self.register_parameter(f"{name}_{suffix}", start)

    def forward(self, x: Tensor, state: Any = None, lengths: Any = None) -> tuple[Tensor, Any]:
        """x: (T, B, input_size) -> output (T, B, D hidden_size), the last states."""
        if x.ndim != 3 or x.shape[2] != self.input_size:
            order = "(B, T, " if self.batch_first else "(T, B, "
            raise ShapeError(
                f"{type(self).__name__}: x has shape {x.shape}, the layer takes {order}{self.input_size}).",
                rule="The last axis holds the features of one step.",
                fix="x.unsqueeze(1), for one sequence?" if x.ndim == 2 else "another input_size?",
            )
        x = x.transpose(0, 1) if self.batch_first else x  # (T, B, I)
        steps = None if lengths is None else self._check_lengths(lengths, x.shape)
        first = self._first_states(state, x)
        last: list[list[Tensor]] = []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                x = F.dropout(x, self.dropout, True, self.rng)
            outputs = []
            for suffix in self._suffixes(layer):
                at = len(last)
                backwards = suffix.endswith("reverse")
                turn = turned(x.shape[0], x.shape[1], steps) if backwards else None
                y, states = self._run(x if turn is None else x[turn], [s[at] for s in first], suffix, steps)
                outputs.append(y if turn is None else y[turn])
                last.append(states)
            x = outputs[0] if len(outputs) == 1 else cat(outputs, 2)
        output = x.transpose(0, 1) if self.batch_first else x
        final = [stack(kind, 0) for kind in zip(*last, strict=True)]
        return output, final[0] if len(final) == 1 else tuple(final)

    def _run(
        self, x: Tensor, states: list[Tensor], suffix: str, lengths: np.ndarray | None
    ) -> tuple[Tensor, list[Tensor]]:
        """Run one layer in one direction; return its output and its last states."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = [getattr(self, f"{name}_{suffix}") for name in names]
        y = apply(self.op, x, *states, *weights, **self.options)
        if lengths is None:
            return y, [y[-1]]
        return masked(y, lengths), [y[lengths - 1, np.arange(len(lengths))]]

    def _suffixes(self, layer: int) -> list[str]:
        return [f"l{layer}", *([f"l{layer}_reverse"] if self.bidirectional else [])]

    def _first_states(self, state: Any, x: Tensor) -> list[Tensor]:
        """Return the first states, one tensor (num_layers D, B, H) a kind; zeros where none are given."""
        shape = (self.num_layers * (2 if self.bidirectional else 1), x.shape[1], self.hidden_size)
        given = state if isinstance(state, tuple) else (state,)
        kinds = []
        for each in given if len(given) == self.kinds else [*given, *[None] * (self.kinds - len(given))]:
            start = Tensor(np.zeros(shape, dtype=x.data.dtype)) if each is None else each
            if start.shape != shape:
                raise ShapeError(
                    f"{type(self).__name__}: the first state has shape {start.shape}, wanted {shape}.",
                    rule="It is (num_layers times directions, batch, hidden_size).",
                )
            kinds.append(start)
        return kinds

    kinds: ClassVar[int] = 1

    def _check_lengths(self, lengths: Any, shape: tuple[int, ...]) -> np.ndarray:
        steps = np.asarray(getattr(lengths, "data", lengths))
        if steps.shape != shape[1:2] or steps.min(initial=1) < 1 or steps.max(initial=1) > shape[0]:
            raise ShapeError(
                f"{type(self).__name__}: lengths {steps.tolist()}, {shape[1]} sequences of {shape[0]} steps.",
                rule="There is one length for each sequence, from 1 to the number of steps.",
            )
        return steps

    def extra_repr(self) -> str:
        """Return the sizes."""
        more = f", num_layers={self.num_layers}" if self.num_layers > 1 else ""
        return f"{self.input_size}, {self.hidden_size}{more}{', bidirectional' if self.bidirectional else ''}"


class RNN(Recurrent):
    """The plain recurrent layer: h_t = bend(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh).

    Settings as in `Recurrent` (input_size, hidden_size, num_layers, bias, batch_first, dropout,
    bidirectional), and one more, behind num_layers as PyTorch has it.

    Args:
        nonlinearity: the bend: "tanh", which keeps states between -1 and 1, or "relu", whose gradient does
            not shrink where it is open, but whose states can grow without bound.

    Raises:
        SettingError: nonlinearity is something else.

    Source: elman1990finding.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        rng: init.Rng = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise SettingError(
                f"RNN: nonlinearity is {nonlinearity!r}.",
                rule='It is "tanh" or "relu".',
                fix=did_you_mean(str(nonlinearity), ("tanh", "relu"))
                or "LSTM and GRU have their own bends and take none.",
            )
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, rng)
        self.nonlinearity = nonlinearity
        if nonlinearity == "relu":
            self.options = {"relu": True}

    def extra_repr(self) -> str:
        """Return the sizes, and the bend where it is not tanh."""
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else ", nonlinearity='relu'")


class GRU(Recurrent):
    """The gated recurrent unit. Settings as in `Recurrent`; weights hold the gates in the order r, z, n.

    Source: cho2014gru, with PyTorch's reset gate behind the product W_hn h.
    """

    gates = 3
    op = ops.GRU


class LSTM(Recurrent):
    """Long short-term memory. Settings as in `Recurrent`; weights hold the gates in the order i, f, g, o.

    It returns output, (h, c) and takes a first state (h, c).

    Source: hochreiter1997lstm, with the forget gate of gers2000forget.
    """

    gates = 4
    op = ops.LSTM
    kinds = 2

    def _run(
        self, x: Tensor, states: list[Tensor], suffix: str, lengths: np.ndarray | None
    ) -> tuple[Tensor, list[Tensor]]:
        if lengths is None:
            y, _ = super()._run(x, states, suffix, None)  # the op appends the last cell to its states
            return y[:-1], [y[-2], y[-1]]
        return self._run_to_lengths(x, states, suffix, lengths)

    def _run_to_lengths(
        self, x: Tensor, states: list[Tensor], suffix: str, lengths: np.ndarray
    ) -> tuple[Tensor, list[Tensor]]:
        """Run the sequences of each length together, since the op hands out only the very last cell."""
        order = np.argsort(lengths, kind="stable")
        outputs, hs, cs = [], [], []
        for length in np.unique(lengths):
            rows = np.flatnonzero(lengths == length)
            y, (h, c) = self._run(x[:length, rows], [s[rows] for s in states], suffix, None)
            rest = np.zeros((x.shape[0] - length, len(rows), self.hidden_size), dtype=x.data.dtype)
            outputs.append(cat([y, Tensor(rest)], 0))
            hs.append(h)
            cs.append(c)
        back = np.argsort(order, kind="stable")
        return cat(outputs, 1)[:, back], [cat(hs, 0)[back], cat(cs, 0)[back]]


def turned(steps: int, batch: int, lengths: np.ndarray | None) -> Any:
    """Return the index that reads each sequence from its end; beyond its length it stays as it is."""
    t = np.arange(steps)[:, None]
    ends = np.full(batch, steps) if lengths is None else lengths
    return np.where(t < ends, ends - 1 - t, t), np.arange(batch)


def masked(y: Tensor, lengths: np.ndarray) -> Tensor:
    """Set each sequence's output to 0 beyond its length."""
    counts = np.arange(y.shape[0])[:, None] < lengths  # (T, B)
    return y * Tensor(counts[:, :, None].astype(y.data.dtype))
