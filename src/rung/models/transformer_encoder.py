"""The encoder of the Transformer: every word looks at every other one (Vaswani and others, 2017)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PAD = 0  # the token that fills short texts up


class SelfAttention(nn.Module):
    """Let every word take from every word what it asks for, in several heads at once.

    Args:
        dim: length d of a word's vector.
        heads: how many questions each word asks; d is a multiple of it.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(dim, dim) for _ in range(3))
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        """Return (n, length, d) of x (n, length, d); `words` (n, length) is False where nothing stands."""
        n, length, dim = x.shape
        q, k, v = (
            ask(x).view(n, length, self.heads, -1).transpose(1, 2)  # (n, heads, length, d / heads)
            for ask in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=words[:, None, None, :])
        return self.out(mixed.transpose(1, 2).reshape(n, length, dim))


class EncoderLayer(nn.Module):
    """Attention, then two linear layers on each word alone; a short cut and a norm after each.

    Args:
        dim: length d of a word's vector.
        heads: of the attention.
        inner: width between the two linear layers.
        dropout: share that is left out while training.
        epsilon: of the norms.
        bend: between the linear layers: ReLU in the paper, GELU in BERT.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        inner: int,
        dropout: float = 0.1,
        epsilon: float = 1e-5,
        bend: Callable[[Tensor], Tensor] = F.relu,
    ) -> None:
        super().__init__()
        self.attention = SelfAttention(dim, heads)
        self.wide, self.narrow = nn.Linear(dim, inner), nn.Linear(inner, dim)
        self.norm1, self.norm2 = nn.LayerNorm(dim, epsilon), nn.LayerNorm(dim, epsilon)
        self.dropout, self.bend = nn.Dropout(dropout), bend

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        """Return (n, length, d) of x (n, length, d); `words` (n, length) is False where nothing stands."""
        x = self.norm1(x + self.dropout(self.attention(x, words)))
        return self.norm2(x + self.dropout(self.narrow(self.bend(self.wide(x)))))


def positions(length: int, dim: int) -> Tensor:
    """Return the paper's waves, which tell the places of a text apart: (length, dim).

    Source: vaswani2017attention, section 3.5.

    Example:
        >>> positions(2, 4)[0].tolist()
        [0.0, 1.0, 0.0, 1.0]
    """
    place = torch.arange(length)[:, None]
    speed = torch.exp(torch.arange(0, dim, 2) * (-math.log(10_000) / dim))
    waves = torch.zeros(length, dim)
    waves[:, 0::2], waves[:, 1::2] = torch.sin(place * speed), torch.cos(place * speed)
    return waves


def mean_of_words(x: Tensor, words: Tensor) -> Tensor:
    """Return the mean over the places where something stands: x (n, length, d), words (n, length): (n, d)."""
    weight = words[:, :, None].to(x.dtype)
    return (x * weight).sum(dim=1) / weight.sum(dim=1)


class TextTransformer(nn.Module):
    """A small encoder with a class at its end, read off the mean of its words.

    Args:
        vocabulary: how many tokens there are; number 0 fills up.
        classes: how many there are.
        dim: length d of a word's vector.
        heads: of each attention.
        layers: how many.
        inner: width between the two linear layers of each.
        dropout: share that is left out while training.

    Shape: tokens (n, length) whole numbers, filled up with 0 behind, give scores (n, classes).

    Cost: each attention compares all pairs of words: length squared.

    Source: vaswani2017attention, section 3, its left half.

    Example:
        >>> TextTransformer(vocabulary=9, classes=2)(torch.tensor([[3, 4, 0], [5, 6, 7]])).shape
        torch.Size([2, 2])
    """

    def __init__(
        self,
        vocabulary: int,
        classes: int,
        dim: int = 128,
        heads: int = 4,
        layers: int = 2,
        inner: int = 256,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim, padding_idx=PAD)
        self.layers = nn.ModuleList(EncoderLayer(dim, heads, inner, dropout) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(dim, classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return scores (n, classes) of tokens (n, length)."""
        return self.from_vectors(self.embed(tokens), tokens)

    def from_vectors(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        """Return scores of the words' vectors (n, length, d); `tokens` says where the text ends."""
        words = tokens != PAD  # (n, length)
        words = words | (torch.arange(words.shape[1], device=words.device) == 0)  # a text without words
        x = self.dropout(vectors + positions(*vectors.shape[1:]).to(vectors))  # (n, length, d)
        for layer in self.layers:
            x = layer(x, words)
        return self.head(self.dropout(mean_of_words(x, words)))  # (n, d), then (n, classes)
