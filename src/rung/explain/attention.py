"""The weights of attention, read off every attention call of one pass, on both engines."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.explain.engine import Engine
from rung.explain.inside import entered
from rung.explain.subject import Subject
from rung.scratch import ops
from rung.scratch.errors import RungError
from rung.scratch.function import current
from rung.scratch.mode import watch

Seen = Callable[[np.ndarray], None]


class NoAttentionError(RungError):
    """A model was asked for its attention, and made no attention call on this input.

    Seen are `scaled_dot_product_attention` and `MultiheadAttention`, of rung.scratch and of PyTorch. A model
    that multiplies queries and keys by hand is not.

        >>> import numpy as np
        >>> from rung.explain.attention import attention
        >>> from rung.explain.subject import Subject
        >>> from rung.scratch import nn
        >>> attention(Subject(nn.Linear(3, 2)), np.ones((1, 3), np.float32))
        Traceback (most recent call last):
            ...
        rung.explain.attention.NoAttentionError: ...

    Repair: call `F.scaled_dot_product_attention(q, k, v)` where the model attends.
    """

    name = "no-attention"


@dataclass(frozen=True)
class AttentionCall:
    """The weights of one attention call.

    Attributes:
        layer: the module that made it, "layers.0.attention".
        weights: (N, heads, T, S): how much of what query t gathers comes from key s; rows add up to 1, or to
            0 for a query that may look nowhere.
    """

    layer: str
    weights: np.ndarray


def attention_weights(
    q: np.ndarray, k: np.ndarray, mask: np.ndarray | None = None, scale: float | None = None
) -> np.ndarray:
    """Return softmax(q k^T scale + mask).

    Args:
        q: the queries.
        k: the keys; fewer heads than the queries' are shared among them.
        mask: truth values (True: may look) or numbers to add, that broadcast to (..., T, S).
        scale: None: 1 / sqrt(d).

    Shape: q (..., T, d), k (..., S, d) -> (..., T, S)

    Source: vaswani2017attention, eq. 1.

    Example:
        >>> attention_weights(np.zeros((1, 2)), np.ones((2, 2)), np.array([[True, False]])).tolist()
        [[1.0, 0.0]]
    """
    if k.ndim > 2 and q.ndim == k.ndim and q.shape[-3] != k.shape[-3]:
        k = np.repeat(k, q.shape[-3] // k.shape[-3], axis=-3)
    scores = q @ k.swapaxes(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isneginf(top), 0, top))
    total = weights.sum(axis=-1, keepdims=True)
    shares: np.ndarray = weights / np.where(total == 0, 1, total)
    return shares


def attention(subject: Subject, x: Any) -> tuple[AttentionCall, ...]:
    """Return the weights of every attention call that a model makes on an input, in the order of the calls.

    Args:
        subject: the model.
        x: what it takes.

    Raises:
        NoAttentionError: it makes none that can be seen.

    Cost: one pass forward; the weights, T S numbers a head, are computed a second time.
    """
    engine, found = subject.engine, list[AttentionCall]()

    def see(weights: np.ndarray) -> None:
        *lead, heads, t, s = (1, 1, *weights.shape) if weights.ndim < 3 else weights.shape
        lead, heads = (lead, heads) if lead else ([heads], 1)  # (N, T, S) has one head
        shape = (int(np.prod(lead)), heads, t, s)
        found.append(AttentionCall(inside[-1] if inside else "", weights.reshape(shape)))

    seeing = _scratch_calls if engine.name == "scratch" else _torch_calls
    with contextlib.ExitStack() as stack:
        stack.enter_context(subject.still())
        stack.enter_context(engine.quiet())
        inside = stack.enter_context(entered(subject))
        x = engine.tensor(x)
        stack.enter_context(seeing(engine, see))
        subject.call(x)
    if not found:
        raise NoAttentionError(
            f"{type(subject.model).__name__} made no attention call on this input",
            rule="Seen are scaled_dot_product_attention and MultiheadAttention.",
        )
    return tuple(found)


@contextlib.contextmanager
def _scratch_calls(engine: Engine, see: Seen) -> Iterator[None]:
    """Watch the operations: Attention, what a learner put in its place, and PackedAttention."""

    def look(op: type, inputs: tuple[Any, ...], options: dict[str, Any], out: Any) -> None:
        arrays: list[Any] = [None if t is None else t.data for t in inputs]
        mask = options.get("mask")
        if issubclass(op, ops.PackedAttention):
            b, t, width = arrays[0].shape
            heads = options.get("heads", 1)
            parts = arrays[0].reshape(b, t, 3, heads, width // 3 // heads).transpose(2, 0, 3, 1, 4)
            see(attention_weights(parts[0], parts[1], mask))
        elif issubclass(op, ops.Attention) or op is current(ops.Attention):
            mask = arrays[3] if len(arrays) > 3 else mask
            if not _asks_for_weights(arrays[2]):
                see(attention_weights(arrays[0], arrays[1], mask, options.get("scale")))

    with watch(look):
        yield


def _asks_for_weights(v: np.ndarray) -> bool:
    """Tell a second call with one-hot values, by which `MultiheadAttention` reads its weights off."""
    return v.shape[-1] == v.shape[-2] > 1 and bool((v == np.eye(v.shape[-1])).all())


@contextlib.contextmanager
def _torch_calls(engine: Engine, see: Seen) -> Iterator[None]:
    """See PyTorch's functions; while a mode is on, its layers take no short cut past them."""
    import torch
    from torch.nn import functional as F
    from torch.overrides import TorchFunctionMode

    def product(
        query: Any,
        key: Any,
        value: Any,
        attn_mask: Any = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> np.ndarray:
        q, k = engine.array(query), engine.array(key)
        mask = None if attn_mask is None else engine.array(attn_mask)
        if is_causal:
            mask = np.tri(q.shape[-2], k.shape[-2], dtype=bool)
        return attention_weights(q, k, mask, scale)

    whole = inspect.signature(F.multi_head_attention_forward)

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            out = func(*args, **kwargs)
            if func is F.scaled_dot_product_attention:
                see(product(*args, **kwargs))
            elif func is F.multi_head_attention_forward:
                # Its inner calls are not seen from here; asked again, it hands out the weights of each head.
                given = whole.bind(*args, **kwargs).arguments
                given |= {"need_weights": True, "average_attn_weights": False}
                asked: Any = func(**given)[1]
                weights = torch.nan_to_num(asked)  # a query that may look nowhere: 0 here
                see(engine.array(weights if weights.ndim == 4 else weights[None]))
            return out

    with Watch():
        yield
