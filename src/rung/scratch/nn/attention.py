"""Multi-head attention, with masks, a second sequence, and a cache for generation."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.joining import cat
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.functional.sequence import packed_attention
from rung.scratch.nn.linear import Linear
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor

Cache = tuple[Tensor, Tensor]


class MultiheadAttention(Module):
    """Let every position look at every other, several times at once with different eyes.

        head_i = softmax(q_i k_i^T / sqrt(d)) v_i          y = concat(head_1 ... head_h) W_o^T + b_o

    Args:
        embed_dim: features of a position.
        num_heads: heads; embed_dim is parted among them.
        dropout: probability of dropping a position's result in training. (PyTorch drops weights instead.)
        bias: whether to add biases.
        batch_first: whether the batch comes before time. PyTorch's default is False; so is ours.
        rng: draws the first weights and the dropout; a numpy.random.Generator, or a seed.

    Shape:
        query (T, B, E), key and value (S, B, E), the batch first with batch_first -> (T, B, E)

    Raises:
        SettingError: num_heads does not divide embed_dim.
        ShapeError: a sequence has another number of features.

    Source:
        vaswani2017attention, section 3.2.2. Names and first weights as in PyTorch: in_proj_weight (3 E, E)
        holds the projections of query, key and value one above the other.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        batch_first: bool = False,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        if num_heads < 1 or embed_dim % num_heads:
            raise SettingError(
                f"MultiheadAttention: {embed_dim} features for {num_heads} heads.",
                rule="num_heads divides embed_dim.",
            )
        self.rng = init.generator(rng)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.batch_first = batch_first
        self.in_proj_weight = Parameter(init.xavier_uniform((3 * embed_dim, embed_dim), rng=self.rng))
        zeros = np.zeros(3 * embed_dim, dtype=np.float32)
        self.register_parameter("in_proj_bias", Parameter(zeros) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, rng=self.rng)
        if self.out_proj.bias is not None:
            self.out_proj.bias.data[...] = 0

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        attn_mask: Any = None,
        key_padding_mask: Any = None,
        is_causal: bool = False,
        cache: Cache | None = None,
        need_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return what each query gathers, and the weights, mean over the heads (B, T, S), or None.

        Args:
            query: (T, B, E).
            key: (S, B, E); left out, the query looks at itself (self-attention).
            value: (S, B, E); left out, the key.
            attn_mask: (T, S) or (B, h, T, S): numbers added to the scores, or truth values, **True: may not
            look**,
                as in PyTorch's layer.
            key_padding_mask: (B, S), True where the key is padding.
            is_causal: let position t look at positions up to t only.
            cache: the keys and values of earlier steps, from `keys_and_values`; those of `key` come after
            them.
            need_weights: whether to return the weights too. PyTorch's default is True.
        """
        key = query if key is None else key
        value = key if value is None else value
        if query is key is value and cache is None and not need_weights:
            return self._look_at_itself(query, attn_mask, key_padding_mask, is_causal), None
        q, k, v = (
            self._split(each, part) for part, each in enumerate((query, key, value))
        )  # (B, h, T or S, d)
        if cache is not None:
            k, v = cat([cache[0], k], 2), cat([cache[1], v], 2)
        mask = self._mask(attn_mask, key_padding_mask, q.data.dtype, q.shape[2], k.shape[2], is_causal)
        heads = F.scaled_dot_product_attention(q, k, v, mask)  # (B, h, T, d)
        heads = F.dropout(heads, self.dropout, self.training, self.rng)
        b, _, t, _ = heads.shape
        rows = heads.permute(0, 2, 1, 3).reshape(b, t, self.embed_dim)
        y = self.out_proj(rows)
        weights = self._weights(q, k, mask) if need_weights else None
        return y if self.batch_first else y.transpose(0, 1), weights

    def _look_at_itself(self, x: Tensor, attn_mask: Any, padding: Any, is_causal: bool) -> Tensor:
        """Do the same for one sequence, with one product for queries, keys and values: half the time."""
        x = x if self.batch_first else x.transpose(0, 1)  # (B, T, E)
        self._check(x)
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)  # (B, T, 3E)
        t = x.shape[1]
        mask = self._mask(attn_mask, padding, x.data.dtype, t, t, is_causal)
        rows = packed_attention(qkv, self.num_heads, mask)  # (B, T, E)
        rows = F.dropout(rows, self.dropout, self.training, self.rng)
        y = self.out_proj(rows)
        return y if self.batch_first else y.transpose(0, 1)

    def _check(self, x: Tensor) -> None:
        if x.ndim != 3 or x.shape[2] != self.embed_dim:
            raise ShapeError(
                f"MultiheadAttention: a sequence has shape {x.shape}, embed_dim is {self.embed_dim}.",
                rule="It is (T, B, embed_dim), or (B, T, embed_dim) with batch_first.",
            )

    def keys_and_values(self, key: Tensor, cache: Cache | None = None) -> Cache:
        """Return the keys and values of a sequence, after those of earlier steps: what generation keeps.

        Shape:
            key (S, B, E) -> two of (B, h, S before + S, d)
        """
        k, v = self._split(key, 1), self._split(key, 2)
        return (k, v) if cache is None else (cat([cache[0], k], 2), cat([cache[1], v], 2))

    def _weights(self, q: Tensor, k: Tensor, mask: Any) -> Tensor:
        """Return the weights, mean over the heads: what attention gives where the values are one-hot."""
        eye = Tensor(np.eye(k.shape[2], dtype=q.data.dtype))
        return F.scaled_dot_product_attention(q, k, eye.expand(*k.shape[:2], *eye.shape), mask).mean(1)

    def _split(self, x: Tensor, part: int) -> Tensor:
        """Project a sequence for queries (0), keys (1) or values (2): (T, B, E) -> (B, h, T, d)."""
        self._check(x)
        x = x if self.batch_first else x.transpose(0, 1)  # (B, T, E)
        rows = slice(part * self.embed_dim, (part + 1) * self.embed_dim)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[rows]
        y = F.linear(x, self.in_proj_weight[rows], bias)
        b, t, e = y.shape
        return y.reshape(b, t, self.num_heads, e // self.num_heads).permute(0, 2, 1, 3)

    def _mask(self, attn_mask: Any, padding: Any, dtype: Any, t: int, s: int, is_causal: bool) -> Any:
        """Join the masks into numbers that are added to the scores, or None."""
        masks = []
        for each, axes in ((attn_mask, slice(None)), (padding, (slice(None), None, None))):
            if each is not None:
                array = np.asarray(getattr(each, "data", each))
                array = np.where(array, -np.inf, 0) if array.dtype == bool else array
                masks.append(array[axes].astype(dtype))
        if is_causal:  # with a cache the queries are the last t of s positions
            masks.append(np.where(np.tri(t, s, s - t, dtype=bool), 0, -np.inf).astype(dtype))
        return sum(masks[1:], masks[0]) if masks else None

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.embed_dim}, num_heads={self.num_heads}"
