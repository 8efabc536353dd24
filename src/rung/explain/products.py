"""The work of a pass, counted while it runs: multiply-and-adds of matrix products and convolutions."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping
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
def counting(engine: Engine, parts: Mapping[type, type] | None = None) -> Iterator[Callable[[], int]]:
    """Give a function that tells how many floating-point operations were made so far.

    Two for each multiply-and-add, in both engines. PyTorch's recurrent layers do not show theirs.

    Args:
        engine: of the model.
        parts: what stands for the library's classes; it is counted like what it stands for.
    """
    if engine.name == "scratch":
        total = [0]
        library: dict[type, Any] = {own: part for part, own in (parts or {}).items()}

        def see(op: Any, tensors: Any, options: Any, out: Any) -> None:
            op = library.get(op, op)
            if issubclass(op, PRODUCTS):
                total[0] += flops_of(op, tensors, options, out)

        with watch(see):
            yield lambda: total[0]
        return

    with _torch_counter() as counter:
        yield lambda: counter.total


def _torch_counter() -> Any:
    """Return a mode that counts PyTorch's calls by the formulas of its own FlopCounterMode.

    That one also tells modules apart, and imports PyTorch's compiler for it: a second that a person waits.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import flop_registry

    aten: Any = torch.ops.aten

    def attention(q: Any, k: Any, v: Any, *args: Any, out_val: Any = None, **kwargs: Any) -> int:
        return int(2 * math.prod(q.shape[:-1]) * k.shape[-2] * (q.shape[-1] + v.shape[-1]))

    known = {**flop_registry, aten._scaled_dot_product_flash_attention_for_cpu: attention}

    class Counter(TorchDispatchMode):
        total = 0

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            """Nothing is compiled here; to shield the compiler from this class would import it."""
            return False

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            if (formula := known.get(func._overloadpacket)) is not None:
                self.total += formula(*args, **(kwargs or {}), out_val=out)
            return out

    return Counter()
