"""Transformer layers: attention, then a small network at each position, each with a way around it."""

from __future__ import annotations

from typing import Any

from rung.scratch.errors import SettingError, did_you_mean
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.attention import MultiheadAttention
from rung.scratch.nn.dropout import Dropout
from rung.scratch.nn.linear import Linear
from rung.scratch.nn.module import Module
from rung.scratch.nn.norm import LayerNorm
from rung.scratch.tensor import Tensor

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu}


class TransformerEncoderLayer(Module):
    """Look around, then think it over: x = norm(x + attention(x)), x = norm(x + network(x)).

    With norm_first each norm stands before its part instead, and the way around stays untouched: pre-norm.

    Args:
        d_model: features of a position.
        nhead: heads.
        dim_feedforward: width of the small network.
        dropout: probability of dropping, in training.
        activation: "relu", "gelu" or "silu".
        layer_norm_eps: added to the variance.
        batch_first: whether the batch comes before time.
        norm_first: pre-norm (xiong2020prenorm) in place of post-norm (vaswani2017attention).
        rng: draws the first weights and the dropout; a numpy.random.Generator, or a seed.

    Shape:
        src (T, B, d_model), the batch first with batch_first -> the same shape

    Source:
        vaswani2017attention, section 3.1. Names as in PyTorch.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.norm_first, self.activation = norm_first, _activation(activation)
        self.self_attn = MultiheadAttention(d_model, nhead, batch_first=batch_first, rng=rng)
        self.linear1 = Linear(d_model, dim_feedforward, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, rng=rng)
        self.norm1, self.norm2 = (LayerNorm(d_model, layer_norm_eps) for _ in range(2))
        self.dropout, self.dropout1, self.dropout2 = (Dropout(dropout, rng) for _ in range(3))

    def forward(
        self, src: Tensor, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False
    ) -> Tensor:
        """src: (T, B, d_model) -> the same shape. Masks as in `MultiheadAttention`."""

        def look(x: Tensor) -> Tensor:
            y, _ = self.self_attn(
                x, attn_mask=src_mask, key_padding_mask=src_key_padding_mask, is_causal=is_causal
            )
            return self.dropout1(y)

        x = src
        if self.norm_first:
            x = x + look(self.norm1(x))
            return x + self._think(self.norm2(x))
        x = self.norm1(x + look(x))
        return self.norm2(x + self._think(x))

    def _think(self, x: Tensor) -> Tensor:
        """The small network at each position."""
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoderLayer(Module):
    """Look at what was written so far, then at the source, then think it over.

    Args:
        d_model: features of a position.
        nhead: heads.
        dim_feedforward: width of the small network.
        dropout: probability of dropping, in training.
        activation: "relu", "gelu" or "silu".
        layer_norm_eps: added to the variance.
        batch_first: whether the batch comes before time.
        norm_first: pre-norm in place of post-norm.
        rng: draws the first weights and the dropout; a numpy.random.Generator, or a seed.

    Shape:
        tgt (T, B, d_model), memory (S, B, d_model), the batch first with batch_first -> that of tgt

    Source:
        vaswani2017attention, section 3.1. Names as in PyTorch.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.norm_first, self.activation = norm_first, _activation(activation)
        self.self_attn = MultiheadAttention(d_model, nhead, batch_first=batch_first, rng=rng)
        self.multihead_attn = MultiheadAttention(d_model, nhead, batch_first=batch_first, rng=rng)
        self.linear1 = Linear(d_model, dim_feedforward, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, rng=rng)
        self.norm1, self.norm2, self.norm3 = (LayerNorm(d_model, layer_norm_eps) for _ in range(3))
        self.dropout, self.dropout1, self.dropout2, self.dropout3 = (Dropout(dropout, rng) for _ in range(4))

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
    ) -> Tensor:
        """tgt: (T, B, d_model), memory: (S, B, d_model) -> that of tgt. Masks as in `MultiheadAttention`."""

        def look_back(x: Tensor) -> Tensor:
            y, _ = self.self_attn(
                x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask, is_causal=tgt_is_causal
            )
            return self.dropout1(y)

        def look_at_source(x: Tensor) -> Tensor:
            y, _ = self.multihead_attn(
                x, memory, memory, attn_mask=memory_mask, key_padding_mask=memory_key_padding_mask
            )
            return self.dropout2(y)

        x = tgt
        if self.norm_first:
            x = x + look_back(self.norm1(x))
            x = x + look_at_source(self.norm2(x))
            return x + self._think(self.norm3(x))
        x = self.norm1(x + look_back(x))
        x = self.norm2(x + look_at_source(x))
        return self.norm3(x + self._think(x))

    def _think(self, x: Tensor) -> Tensor:
        """The small network at each position."""
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def _activation(name: str) -> Any:
    if name not in ACTIVATIONS:
        raise SettingError(
            f"a transformer layer: activation is {name!r}.",
            rule=f"It is one of {', '.join(ACTIVATIONS)}.",
            fix=did_you_mean(name, tuple(ACTIVATIONS)),
        )
    return ACTIVATIONS[name]
