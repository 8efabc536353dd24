"""Sequence to sequence with attention, in the two forms that came before the transformer."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import nn
from rung.scratch.errors import SettingError, did_you_mean
from rung.scratch.joining import cat, stack
from rung.scratch.nn import init
from rung.scratch.tensor import Tensor


class BahdanauAttention(nn.Module):
    """Score each encoder state by a small network: v . tanh(W_q query + W_k key).

    Shape:
        query (B, H), keys (B, S, H), padded (B, S) -> context (B, H), weights (B, S)

    Source:
        bahdanau2015attention, appendix A.1.2.
    """

    def __init__(self, hidden: int, rng: init.Rng = None) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.query = nn.Linear(hidden, hidden, bias=False, rng=rng)
        self.key = nn.Linear(hidden, hidden, bias=False, rng=rng)
        self.score = nn.Linear(hidden, 1, bias=False, rng=rng)

    def forward(self, query: Tensor, keys: Tensor, padded: np.ndarray) -> tuple[Tensor, Tensor]:
        """query: (B, H), keys: (B, S, H) -> context (B, H), weights (B, S)."""
        both = (self.query(query).unsqueeze(1) + self.key(keys)).tanh()  # (B, S, H)
        return gather(self.score(both).squeeze(2), keys, padded)


class LuongAttention(nn.Module):
    """Score each encoder state by a product: query . W key ("general").

    Shape:
        query (B, H), keys (B, S, H), padded (B, S) -> context (B, H), weights (B, S)

    Source:
        luong2015effective, eq. 8.
    """

    def __init__(self, hidden: int, rng: init.Rng = None) -> None:
        super().__init__()
        self.key = nn.Linear(hidden, hidden, bias=False, rng=rng)

    def forward(self, query: Tensor, keys: Tensor, padded: np.ndarray) -> tuple[Tensor, Tensor]:
        """query: (B, H), keys: (B, S, H) -> context (B, H), weights (B, S)."""
        scores = (self.key(keys) @ query.unsqueeze(2)).squeeze(2)  # (B, S)
        return gather(scores, keys, padded)


ATTENTIONS: dict[str, type[BahdanauAttention] | type[LuongAttention]] = {
    "bahdanau": BahdanauAttention,
    "luong": LuongAttention,
}


class Seq2Seq(nn.Module):
    """Read a sentence with a GRU, then write another with a second GRU that looks back at the first.

    Bahdanau's decoder looks *before* it steps: the context of the old state goes into the cell. Luong's steps
    first and looks after: the new state and its context together make the prediction. That, more than the
    score, is the difference.

    Args:
        source_vocab: how many different tokens the source has.
        target_vocab: how many the target has.
        hidden: features of a token and of a state.
        attention: "bahdanau" or "luong".
        padding: the token that fills short sentences up.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        source (B, S), target (B, T) -> logits (B, T, target_vocab)

    Raises:
        SettingError: there is no such attention.

    Source:
        sutskever2014sequence, bahdanau2015attention, luong2015effective. Here: one direction, one layer.
    """

    def __init__(
        self,
        source_vocab: int,
        target_vocab: int,
        hidden: int = 128,
        attention: str = "bahdanau",
        padding: int = 0,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        if attention not in ATTENTIONS:
            raise SettingError(
                f"Seq2Seq: attention is {attention!r}.",
                rule=f"It is one of {', '.join(ATTENTIONS)}.",
                fix=did_you_mean(attention, tuple(ATTENTIONS)),
            )
        rng = init.generator(rng)
        self.before, self.padding = attention == "bahdanau", padding
        self.source = nn.Embedding(source_vocab, hidden, rng=rng)
        self.target = nn.Embedding(target_vocab, hidden, rng=rng)
        self.encoder = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.attention = ATTENTIONS[attention](hidden, rng=rng)
        self.decoder = nn.GRU(2 * hidden if self.before else hidden, hidden, rng=rng)
        self.combine = nn.Linear(2 * hidden, hidden, rng=rng)
        self.head = nn.Linear(hidden, target_vocab, rng=rng)

    def forward(self, source: Any, target: Any) -> Tensor:
        """source: (B, S), target: (B, T) -> logits (B, T, target_vocab), the target given step by step."""
        keys, state, padded = self.encode(source)
        words = self.target(target)  # (B, T, H)
        logits = []
        for t in range(words.shape[1]):
            scores, state, _ = self.step(words[:, t], state, keys, padded)
            logits.append(scores)
        return stack(logits, 1)

    def encode(self, source: Any) -> tuple[Tensor, Tensor, np.ndarray]:
        """source: (B, S) -> keys (B, S, H), the last state (B, H), where the padding is (B, S)."""
        numbers = np.asarray(getattr(source, "data", source))
        padded = numbers == self.padding
        lengths = np.maximum((~padded).sum(axis=1), 1)
        keys, state = self.encoder(self.source(numbers), lengths=lengths)
        return keys, state[0], padded

    def step(
        self, word: Tensor, state: Tensor, keys: Tensor, padded: np.ndarray
    ) -> tuple[Tensor, Tensor, Tensor]:
        """word: (B, H), state: (B, H) -> logits (B, target_vocab), the new state, the weights (B, S)."""
        if self.before:
            context, weights = self.attention(state, keys, padded)
            _, after = self.decoder(cat([word, context], 1).unsqueeze(0), state.unsqueeze(0))
            state = after[0]
        else:
            _, after = self.decoder(word.unsqueeze(0), state.unsqueeze(0))
            state = after[0]
            context, weights = self.attention(state, keys, padded)
        together = self.combine(cat([state, context], 1)).tanh()
        return self.head(together), state, weights


def gather(scores: Tensor, keys: Tensor, padded: np.ndarray) -> tuple[Tensor, Tensor]:
    """Turn scores into weights over what is no padding, and take the weighted mean of the keys.

    Shape:
        scores (B, S), keys (B, S, H), padded (B, S) -> context (B, H), weights (B, S)
    """
    hidden = np.where(padded, -np.inf, 0).astype(scores.data.dtype)
    weights = (scores + Tensor(hidden)).softmax(1)
    return (weights.unsqueeze(1) @ keys).squeeze(1), weights
