"""What the fast forms gain: each beside its plain form and PyTorch, one thread, forward and backward.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.operations [WORD ...]

Milliseconds, medians; the three take turns in every round. It prints a Markdown table.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from rung.scratch import Tensor, ops
from rung.scratch.function import use
from rung.scratch.nn import functional as F
from rung.scratch.tensor import apply

T: Any = torch.nn.functional


def array(*shape: int) -> np.ndarray:
    """Return normal float32 numbers; images lie with their channels last, as our layers hand them on."""
    a = np.random.default_rng(len(shape)).standard_normal(shape, dtype=np.float32)
    return np.ascontiguousarray(a.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if len(shape) == 4 else a


def convolution(c: int, f: int, k: int, size: int, **options: int) -> tuple:
    """A convolution of 64 images."""
    arrays = array(64, c, size, size), array(f, c, k, k)[...], array(f)
    return ops.Conv2d, arrays, lambda *a: F.conv2d(*a, **options), lambda *a: T.conv2d(*a, **options)


def recurrent(name: str, gates: int, states: int) -> tuple:
    """A layer over 64 steps, batch 32, 64 to 128."""
    part = getattr(ops, name)
    weights = [0.1 * array(gates * 128, n) for n in (64, 128)] + [array(gates * 128)] * 2
    arrays = (array(64, 32, 64), *[array(32, 128)] * states, *weights)
    run = {"LSTM": torch.lstm, "GRU": torch.gru}[name]

    def theirs(x: Any, *rest: Any) -> Any:
        first, weights = [s[None] for s in rest[:states]], list(rest[states:])
        state: Any = first if states == 2 else first[0]
        return run(x, state, weights, True, 1, 0.0, True, False, False)[0]

    return part, arrays, lambda *a: apply(part, *a), theirs


CASES: dict[str, Callable[[], tuple]] = {
    "conv 3x3 16 ch 32x32": lambda: convolution(16, 16, 3, 32, padding=1),
    "conv 3x3 32 ch 16x16": lambda: convolution(32, 32, 3, 16, padding=1),
    "conv 3x3 64 ch 8x8": lambda: convolution(64, 64, 3, 8, padding=1),
    "conv 3x3 16-32 stride 2 32x32": lambda: convolution(16, 32, 3, 32, padding=1, stride=2),
    "conv 5x5 6-16 14x14": lambda: convolution(6, 16, 5, 14),
    "max pool 6 ch 28x28": lambda: (
        ops.MaxPool2d, (array(64, 6, 28, 28),), lambda x: F.max_pool2d(x, 2), lambda x: T.max_pool2d(x, 2),
    ),
    "batch norm 16 ch 32x32": lambda: (
        ops.BatchNorm, (array(64, 16, 32, 32), array(16), array(16)),
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
        lambda x, w, b: T.batch_norm(x, None, None, w, b, True),
    ),
    "layer norm 2048 x 128": lambda: (
        ops.LayerNorm, (array(2048, 128), array(128), array(128)),
        lambda x, w, b: F.layer_norm(x, (128,), w, b), lambda x, w, b: T.layer_norm(x, (128,), w, b),
    ),
    "gelu, tanh, 1 M": lambda: (
        ops.GELUTanh, (array(2048, 512),), lambda x: F.gelu(x, "tanh"),
        lambda x: T.gelu(x, approximate="tanh"),
    ),
    "gelu, erf, 1 M": lambda: (ops.GELU, (array(2048, 512),), F.gelu, T.gelu),
    "attention 16 x 4 x 128 x 32": lambda: (
        ops.Attention, tuple(array(64, 128, 32) for _ in range(3)),
        lambda *a: F.scaled_dot_product_attention(*a, is_causal=True),
        lambda *a: T.scaled_dot_product_attention(*a, is_causal=True),
    ),
    "LSTM": lambda: recurrent("LSTM", 4, 2),
    "GRU": lambda: recurrent("GRU", 3, 1),
}  # fmt: skip


def sweep(fn: Callable[..., Any], tensors: list[Any], g: Any) -> float:
    """Run forward and backward; return the milliseconds."""
    for t in tensors:
        t.grad = None
    start = time.perf_counter()
    fn(*tensors).backward(g)
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    """Print the table."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("set OPENBLAS_NUM_THREADS=1: PyTorch gets one thread too")
    torch.set_num_threads(1)
    print("| operation | plain | fast | PyTorch | fast / plain | fast / PyTorch |\n|---|---|---|---|---|---|")
    for name, make in CASES.items():
        if sys.argv[1:] and not any(word in name for word in sys.argv[1:]):
            continue
        part, arrays, ours, theirs = make()
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        twins = [torch.from_numpy(np.ascontiguousarray(a)).requires_grad_() for a in arrays]
        g = ours(*tensors).data * np.float32(0.5)
        torch_g = torch.full_like(theirs(*twins), 0.5)
        rounds = []
        for _ in range(14):
            with use(part, part):
                plain = sweep(ours, tensors, g)
            rounds.append((plain, sweep(ours, tensors, g), sweep(theirs, twins, torch_g)))
        plain, fast, reference = (statistics.median(times) for times in zip(*rounds[2:], strict=True))
        gain, ratio = (statistics.median(r[1] / r[i] for r in rounds[2:]) for i in (0, 2))
        print(
            f"| {name} | {plain:.2f} | {fast:.2f} | {reference:.2f} | {gain:.2f} | {ratio:.2f} |", flush=True
        )


if __name__ == "__main__":
    main()
