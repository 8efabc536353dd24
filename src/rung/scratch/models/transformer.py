"""The transformer: an encoder reads the source, a decoder writes the target and looks at the source."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import nn
from rung.scratch.nn import init
from rung.scratch.tensor import Tensor


class Transformer(nn.Module):
    """Turn one sequence of tokens into another.

    Args:
        source_vocab: how many different tokens the source has.
        target_vocab: how many the target has.
        dim: features of a token.
        heads: heads of each attention; they divide dim.
        layers: layers of the encoder, and of the decoder.
        hidden: width of the small network in each layer.
        dropout: probability of dropping, in training.
        max_len: the most tokens of a sequence.
        padding: the token that fills short sequences up; nobody looks at it.
        rng: draws the first weights and the dropout; a numpy.random.Generator, or a seed.

    Shape:
        source (B, S), target (B, T) -> logits (B, T, target_vocab)

    Source:
        vaswani2017attention. Here: pre-norm (xiong2020prenorm), which trains without warm-up.
    """

    def __init__(
        self,
        source_vocab: int,
        target_vocab: int,
        dim: int = 128,
        heads: int = 4,
        layers: int = 2,
        hidden: int = 256,
        dropout: float = 0.0,
        max_len: int = 256,
        padding: int = 0,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.padding, self.scale = padding, dim**0.5
        self.source = nn.Embedding(source_vocab, dim, rng=rng)
        self.target = nn.Embedding(target_vocab, dim, rng=rng)
        for table in (self.source, self.target):
            table.weight.data *= np.float32(dim**-0.5)
        self.position = nn.SinusoidalPositions(dim, max_len)
        settings: dict[str, Any] = dict(
            dim_feedforward=hidden, dropout=dropout, batch_first=True, norm_first=True, rng=rng
        )
        self.encoder = nn.ModuleList(
            [nn.TransformerEncoderLayer(dim, heads, **settings) for _ in range(layers)]
        )
        self.decoder = nn.ModuleList(
            [nn.TransformerDecoderLayer(dim, heads, **settings) for _ in range(layers)]
        )
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.head = nn.Linear(dim, target_vocab, rng=rng)

    def forward(self, source: Any, target: Any) -> Tensor:
        """source: (B, S), target: (B, T) -> logits (B, T, target_vocab)."""
        return self.decode(target, *self.encode(source))

    def encode(self, source: Any) -> tuple[Tensor, np.ndarray]:
        """source: (B, S) -> memory (B, S, dim), and where the padding is (B, S)."""
        padded = np.asarray(getattr(source, "data", source)) == self.padding
        x = self.position(self.source(source) * self.scale)
        for layer in self.encoder:
            x = layer(x, src_key_padding_mask=padded)
        return self.encoder_norm(x), padded

    def decode(self, target: Any, memory: Tensor, padded: np.ndarray) -> Tensor:
        """target: (B, T), memory (B, S, dim) -> logits (B, T, target_vocab)."""
        x = self.position(self.target(target) * self.scale)
        for layer in self.decoder:
            x = layer(x, memory, memory_key_padding_mask=padded, tgt_is_causal=True)
        return self.head(self.decoder_norm(x))
