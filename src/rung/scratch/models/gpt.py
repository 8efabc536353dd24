"""GPT: a stack of transformer blocks that may look back only, and guesses the next token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.scratch import nn
from rung.scratch.errors import SettingError
from rung.scratch.joining import cat
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.functional.sequence import packed_attention
from rung.scratch.tensor import Tensor, no_grad

Cache = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class GPTConfig:
    """The sizes of a GPT.

    Attributes:
        vocab: how many different tokens there are.
        context: the most tokens it looks back on.
        dim: features of a token.
        heads: heads of each attention; they divide dim.
        layers: blocks.
        dropout: probability of dropping, in training.
    """

    vocab: int = 256
    context: int = 128
    dim: int = 128
    heads: int = 4
    layers: int = 4
    dropout: float = 0.0


class CausalSelfAttention(nn.Module):
    """Let each token look at itself and at the tokens before it.

    Shape:
        x (B, T, d) -> (B, T, d), and the keys and values (B, h, T before + T, d / h)
    """

    def __init__(self, config: GPTConfig, rng: np.random.Generator) -> None:
        super().__init__()
        if config.dim % config.heads:
            raise SettingError(
                f"GPT: {config.dim} features for {config.heads} heads.", rule="heads divides dim."
            )
        self.heads = config.heads
        self.qkv = nn.Linear(config.dim, 3 * config.dim, rng=rng)
        self.proj = nn.Linear(config.dim, config.dim, rng=rng)
        self.drop = nn.Dropout(config.dropout, rng)

    def forward(self, x: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """x: (B, T, d) -> (B, T, d), the keys and values so far."""
        b, t, d = x.shape
        qkv = self.qkv(x)  # (B, T, 3d)
        parts = qkv.reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = parts[0], parts[1], parts[2]  # (B, h, T, d / h)
        if cache is None:
            y = packed_attention(qkv, self.heads, np.tri(t, dtype=bool))  # (B, T, d)
        else:
            k, v = cat([cache[0], k], 2), cat([cache[1], v], 2)
            s = k.shape[2]
            mask = np.tri(t, s, s - t, dtype=bool)  # the queries are the last t of s tokens
            y = F.scaled_dot_product_attention(q, k, v, mask)  # (B, h, T, d / h)
            y = y.permute(0, 2, 1, 3).reshape(b, t, d)
        return self.drop(self.proj(y)), (k, v)


class Block(nn.Module):
    """Look back, then think it over, each after a LayerNorm and with a way around."""

    def __init__(self, config: GPTConfig, rng: np.random.Generator) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(config.dim), nn.LayerNorm(config.dim)
        self.attention = CausalSelfAttention(config, rng)
        self.up = nn.Linear(config.dim, 4 * config.dim, rng=rng)
        self.down = nn.Linear(4 * config.dim, config.dim, rng=rng)
        self.drop = nn.Dropout(config.dropout, rng)

    def forward(self, x: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """x: (B, T, d) -> (B, T, d), the keys and values so far."""
        looked, cache = self.attention(self.norm1(x), cache)
        x = x + looked
        x = x + self.drop(self.down(F.gelu(self.up(self.norm2(x)), "tanh")))
        return x, cache


class GPT(nn.Module):
    """Guess each next token from the tokens before it.

    Args:
        config: the sizes.
        rng: draws the first weights and the dropout; a numpy.random.Generator, or a seed.

    Shape:
        tokens (B, T) -> logits (B, T, vocab)

    Raises:
        SettingError: heads does not divide dim, or there are more tokens than the context holds.

    Source:
        radford2019gpt2; laid out as karpathy2022nanogpt. Here: the head has weights of its own.
    """

    def __init__(self, config: GPTConfig, rng: init.Rng = None) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.config = config
        self.token = nn.Embedding(config.vocab, config.dim, rng=rng)
        self.token.weight.data *= np.float32(0.02)
        self.position = nn.LearnedPositions(config.dim, config.context, rng)
        self.drop = nn.Dropout(config.dropout, rng)
        self.blocks = nn.ModuleList([Block(config, rng) for _ in range(config.layers)])
        self.norm = nn.LayerNorm(config.dim)
        self.head = nn.Linear(config.dim, config.vocab, bias=False, rng=rng)

    def forward(self, tokens: Any) -> Tensor:
        """tokens: (B, T) -> logits (B, T, vocab)."""
        return self._run(tokens, [None] * self.config.layers)[0]

    def _run(self, tokens: Any, caches: list[Cache | None]) -> tuple[Tensor, list[Cache | None]]:
        """Read tokens after those in the caches: logits for them, and the caches with them."""
        before = 0 if caches[0] is None else caches[0][0].shape[2]
        steps = np.shape(getattr(tokens, "data", tokens))[1]
        if before + steps > self.config.context:
            raise SettingError(
                f"GPT: {before + steps} tokens, the context holds {self.config.context}.",
                rule="It cannot look back further than it was made for.",
                fix="a larger context, or the last tokens only.",
            )
        x = self.drop(self.position(self.token(tokens), before))
        after: list[Cache | None] = []
        for block, cache in zip(self.blocks, caches, strict=True):
            x, cache = block(x, cache)
            after.append(cache)
        return self.head(self.norm(x)), after

    def generate(
        self,
        start: list[int],
        length: int,
        rng: np.random.Generator,
        temperature: float = 1.0,
        top_k: int | None = None,
    ) -> list[int]:
        """Go on writing after `start`, one token at a time; keys and values are kept, not computed again.

        Args:
            start: at least one token number.
            length: how many tokens to add; start and length together fit into the context.
            rng: draws them.
            temperature: below 1 the likely ones become likelier, above 1 less so.
            top_k: draw from the k likeliest only.
        """
        tokens = list(start)
        caches: list[Cache | None] = [None] * self.config.layers
        with no_grad():
            fresh = tokens
            for _ in range(length):
                logits, caches = self._run(np.array([fresh]), caches)
                scores = logits.data[0, -1].astype(np.float64) / temperature
                if top_k is not None:
                    scores[scores < np.sort(scores)[-min(top_k, len(scores))]] = -np.inf
                p = np.exp(scores - scores.max())
                tokens.append(int(rng.choice(len(p), p=p / p.sum())))
                fresh = tokens[-1:]
        return tokens
