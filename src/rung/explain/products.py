"""The work of a pass, counted while it runs: multiply-and-adds of matrix products and convolutions."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

from rung.explain.engine import Engine
from rung.scratch import ops
from rung.scratch.mode import watch
from rung.scratch.nn.summary import flops_of

# what else a network does is element by element: little work, bound by memory
PRODUCTS = (
    ops.Linear,
    ops.MatMul,
    ops.Conv2d,
    ops.ConvTranspose2d,
    ops.Attention,
    ops.PackedAttention,
    ops.Einsum,
    ops.RNN,
    ops.LSTM,
    ops.GRU,
)


@contextlib.contextmanager
def counting(engine: Engine) -> Iterator[Callable[[], int]]:
    """Give a function that tells how many floating-point operations were made so far.

    Two for each multiply-and-add, in both engines. PyTorch's recurrent layers do not show theirs.
    """
    if engine.name == "scratch":
        total = [0]

        def see(op: Any, tensors: Any, options: Any, out: Any) -> None:
            if issubclass(op, PRODUCTS):
                total[0] += flops_of(op, tensors, options, out)

        with watch(see):
            yield lambda: total[0]
        return

    import torch
    from torch.utils.flop_counter import FlopCounterMode

    aten: Any = torch.ops.aten

    def attention(q: Any, k: Any, v: Any, *args: Any, out_shape: Any = None, **kwargs: Any) -> int:
        return int(2 * math.prod(q[:-1]) * k[-2] * (q[-1] + v[-1]))

    known = {aten._scaled_dot_product_flash_attention_for_cpu: attention}
    with FlopCounterMode(display=False, custom_mapping=known) as counter:
        yield counter.get_total_flops
