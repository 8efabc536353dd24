"""Embedding and attention as functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import DTypeError, ShapeError
from rung.scratch.function import current
from rung.scratch.tensor import Tensor, apply


def embedding(index: Any, weight: Tensor, sparse: bool = False) -> Tensor:
    """Look rows of the table up by number.

    Args:
        index: which rows.
        weight: the table.
        sparse: give the table's gradient as `SparseRows`, the used rows only.

    Shape:
        index (...) whole numbers, weight (V, d) -> (..., d)

    Raises:
        DTypeError: the index does not hold whole numbers.
        ShapeError: a number is outside the table.
    """
    index = index if isinstance(index, Tensor) else Tensor(index)
    numbers = index.data
    if numbers.dtype.kind not in "iu":
        raise DTypeError(
            f"embedding: the index holds {numbers.dtype}.",
            rule="Rows are looked up by whole numbers.",
            fix="index.long()?",
        )
    rows = weight.shape[0]
    outside = (numbers < 0) | (numbers >= rows)
    if outside.any():
        raise ShapeError(
            f"embedding: the index holds {numbers[outside][0]}, the table has {rows} rows.",
            rule=f"Rows are numbered from 0 to {rows - 1}.",
            fix="a larger num_embeddings, or a token for what is unknown.",
        )
    return apply(ops.Embedding, weight, index, sparse=sparse)


def scaled_dot_product_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    attn_mask: Any = None,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """Return softmax(q k^T / sqrt(d) + mask) v.

    Args:
        q: the queries.
        k: the keys.
        v: the values.
        attn_mask: truth values (True: may look) or numbers to add to the scores, broadcast to (..., T, S).
        is_causal: let query t look at keys 0 to t only.
        scale: in place of 1 / sqrt(d).

    Shape:
        q (..., T, d), k (..., S, d), v (..., S, e) -> (..., T, e)

    Raises:
        ShapeError: the sizes of q, k and v do not fit.

    Source: vaswani2017attention, eq. 1.
    """
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ShapeError(
            f"attention: q has shape {q.shape}, k {k.shape}, v {v.shape}.",
            rule="Queries and keys have equally many features; there is one value for each key.",
        )
    mask = as_scores(attn_mask, q.data.dtype)
    if is_causal:
        causal = as_scores(np.tri(q.shape[-2], k.shape[-2], dtype=bool), q.data.dtype)
        mask = causal if mask is None else mask + causal
    return apply(ops.Attention, q, k, v, mask=mask, scale=scale)


def packed_attention(qkv: Tensor, heads: int, attn_mask: Any = None) -> Tensor:
    """Return the self-attention of queries, keys and values that one linear layer made side by side.

    Args:
        qkv: for each position q of all heads, then k, then v.
        heads: how many.
        attn_mask: as for `scaled_dot_product_attention`.

    Shape:
        qkv (B, T, 3 h d) -> (B, T, h d)

    Raises:
        ShapeError: the last axis cannot be parted so.
    """
    if qkv.ndim != 3 or qkv.shape[2] % (3 * heads):
        raise ShapeError(
            f"packed_attention: qkv has shape {qkv.shape}, there are {heads} heads.",
            rule="It is (B, T, 3 h d): queries, keys and values of h heads of d features.",
        )
    mask = as_scores(attn_mask, qkv.data.dtype)
    if (
        current(ops.Attention) is ops.FastAttention
    ):  # something else may stand for Attention; it takes q, k, v
        return apply(ops.PackedAttention, qkv, heads=heads, mask=mask)
    b, t, width = qkv.shape
    parts = qkv.reshape(b, t, 3, heads, width // 3 // heads).permute(2, 0, 3, 1, 4)  # (3, B, h, T, d)
    y = apply(ops.Attention, parts[0], parts[1], parts[2], mask=mask)
    return y.permute(0, 2, 1, 3).reshape(b, t, width // 3)


def as_scores(mask: Any, dtype: Any) -> np.ndarray | None:
    """Return a mask as numbers to add to the scores: 0 where a query may look, -inf where not."""
    if mask is None:
        return None
    array = mask.data if isinstance(mask, Tensor) else np.asarray(mask)
    if array.dtype == bool:
        return np.where(array, 0, -np.inf).astype(dtype)
    return array.astype(dtype)
