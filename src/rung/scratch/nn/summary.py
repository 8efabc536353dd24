"""What a model is made of: shapes, parameters, memory and work of every layer, for one input."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rung.scratch import ops
from rung.scratch.function import Function
from rung.scratch.nn.module import Module
from rung.scratch.ops.einsum import parse
from rung.scratch.tensor import Tensor, no_grad, watch

Inputs = tuple[Tensor | None, ...]


@dataclass(frozen=True)
class Line:
    """One call of one layer.

    Attributes:
        name: as in named_modules(); "" is the model itself.
        kind: the layer's class.
        output: the shape that came out; of several outputs, the first one's.
        parameters: how many numbers this layer trains itself.
        flops: floating-point operations of its own calls, those of layers within it not counted.
        bytes: of the outputs of its own calls.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    flops: int
    bytes: int


@dataclass(frozen=True)
class Summary:
    """Every layer in the order in which it returned, and the sums; print it for a table.

    Attributes:
        lines: one a call of a layer.
        parameters: how many numbers the model trains, a shared one counted once.
        parameter_bytes: what they take.
        activation_bytes: what all outputs take together, as in a pass that is to be swept back.
        flops: floating-point operations of the forward pass.
    """

    lines: tuple[Line, ...]
    parameters: int
    parameter_bytes: int
    activation_bytes: int
    flops: int

    def __str__(self) -> str:
        table = [("layer", "kind", "output", "parameters", "MFLOP", "output KB")]
        for n in self.lines:
            shape = "x".join(map(str, n.output)) or "number"
            table.append(
                (
                    n.name or "(model)",
                    n.kind,
                    shape,
                    f"{n.parameters:,}",
                    f"{n.flops / 1e6:.3f}",
                    f"{n.bytes / 1024:.1f}",
                )
            )
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                c.ljust(w) if i < 3 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in table
        ]
        lines.append(
            f"{self.parameters:,} parameters ({self.parameter_bytes / 1024:.1f} KB), "
            f"{self.flops / 1e6:.3f} MFLOP, outputs {self.activation_bytes / 1024:.1f} KB"
        )
        return "\n".join(lines)

    __repr__ = __str__


def summary(model: Module, *inputs: Any) -> Summary:
    """Run the model once, without recording gradients, and say what every layer took and did.

    Args:
        model: any Module.
        *inputs: Tensors or arrays to run it on.

    Example:
        >>> from rung.scratch import nn
        >>> import numpy as np
        >>> print(summary(nn.Linear(3, 2, rng=0), np.ones((4, 3), dtype=np.float32)))
        layer    kind    output  parameters  MFLOP  output KB
        (model)  Linear  4x2              8  0.000        0.0
        8 parameters (0.0 KB), 0.000 MFLOP, outputs 0.0 KB
    """
    lines: list[Line] = []
    open_layers: list[list[int]] = [[0, 0]]  # [flops, bytes] of each layer that is running, innermost last

    def see(
        op: type[Function], tensors: tuple[Tensor | None, ...], options: dict[str, Any], out: Tensor
    ) -> None:
        open_layers[-1][0] += flops_of(op, tensors, options, out)
        if out.data.base is None:  # a view takes no memory of its own
            open_layers[-1][1] += out.data.nbytes

    def returned(name: str) -> Callable[..., None]:
        def hook(module: Module, args: tuple, out: Any) -> None:
            flops, size = open_layers.pop()
            first = out[0] if isinstance(out, (tuple, list)) else out
            own = sum(p.numel() for p in module._parameters.values() if p is not None)
            shape = first.shape if isinstance(first, Tensor) else ()
            lines.append(Line(name, type(module).__name__, shape, own, flops, size))

        return hook

    with contextlib.ExitStack() as stack:
        stack.enter_context(no_grad())
        stack.enter_context(watch(see))
        for name, module in model.named_modules():
            stack.callback(module.register_forward_pre_hook(lambda module, args: open_layers.append([0, 0])))
            stack.callback(module.register_forward_hook(returned(name)))
        model(*[x if isinstance(x, Tensor) else Tensor(x) for x in inputs])
    parameters = list(model.parameters())
    return Summary(
        tuple(lines),
        sum(p.numel() for p in parameters),
        sum(p.data.nbytes for p in parameters),
        sum(n.bytes for n in lines),
        sum(n.flops for n in lines),
    )


def flops_of(
    op: type[Function], tensors: tuple[Tensor | None, ...], options: dict[str, Any], out: Tensor
) -> int:
    """Count the floating-point operations of one call: two for each multiply-and-add of a matrix product.

    Any other call counts one for each number that it makes.

    Args:
        op: the Function class.
        tensors: its inputs.
        options: its options.
        out: its output.
    """
    shapes = [() if t is None else t.shape for t in tensors]
    size = out.data.size
    if op is ops.Linear or op is ops.MatMul:
        return 2 * size * shapes[0][-1]
    if op is ops.Conv2d:
        return 2 * size * math.prod(shapes[1][1:])
    if op is ops.ConvTranspose2d:
        return 2 * math.prod(shapes[0]) * math.prod(shapes[1][1:])
    if op is ops.Attention:  # scores, then the weighted sum of the values
        return 2 * math.prod(shapes[0][:-1]) * shapes[1][-2] * (shapes[0][-1] + shapes[2][-1])
    if op is ops.PackedAttention:  # the same, for T queries and T keys
        return 4 * math.prod(shapes[0]) // 3 * shapes[0][1]
    if op in (ops.RNN, ops.LSTM, ops.GRU):
        first = 3 if op is ops.LSTM else 2  # x, h0, (c0,) w_ih, w_hh
        return 2 * math.prod(shapes[0][:-1]) * (math.prod(shapes[first]) + math.prod(shapes[first + 1]))
    if op is ops.Einsum:
        terms, _ = parse(options["equation"], [len(s) for s in shapes])
        lengths = {c: n for term, s in zip(terms, shapes, strict=True) for c, n in zip(term, s, strict=True)}
        return 2 * math.prod(lengths.values())
    return size
