"""MiniLM: a small BERT that was taught to put texts of one meaning close together (Wang and others, 2020)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rung.models.transformer_encoder import PAD, EncoderLayer, mean_of_words


class MiniLM(nn.Module):
    """all-MiniLM-L6-v2: six of the Transformer's encoder layers, the mean over the words, length 1.

    BERT is the encoder of 2017 with three things of its own: learned places instead of waves, a norm right
    after the embeddings, and GELU for ReLU.

    Args:
        vocabulary: pieces of words.
        dim: length d of a text's description.
        layers: how many.
        heads: of each attention.
        longest: pieces of a text at most.

    Shape: tokens (n, length) whole numbers, [CLS] first, [SEP] last, filled up with 0 behind, give
    descriptions (n, d) of length 1.

    Cost: 22,565,376 parameters.

    Source: wang2020minilm; reimers2019sbert (the mean over the words).

    Example:
        >>> MiniLM(vocabulary=9, dim=24, layers=1)(torch.tensor([[3, 4, 0], [5, 6, 7]])).shape
        torch.Size([2, 24])
    """

    def __init__(
        self,
        vocabulary: int = 30_522,
        dim: int = 384,
        layers: int = 6,
        heads: int = 12,
        longest: int = 512,
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim, padding_idx=PAD)
        self.place = nn.Embedding(longest, dim)
        self.which = nn.Embedding(2, dim)  # BERT read two texts at a time; here it is always the first
        self.norm = nn.LayerNorm(dim, 1e-12)
        self.layers = nn.ModuleList(
            EncoderLayer(dim, heads, 4 * dim, 0.1, epsilon=1e-12, bend=F.gelu) for _ in range(layers)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return descriptions (n, d) of tokens (n, length)."""
        words = tokens != PAD  # (n, length)
        place = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.norm(self.embed(tokens) + self.place(place) + self.which.weight[0])  # (n, length, d)
        for layer in self.layers:
            x = layer(x, words)
        return F.normalize(mean_of_words(x, words), dim=1)  # (n, d)


_NAMES = {
    "embeddings.word_embeddings": "embed",
    "embeddings.position_embeddings": "place",
    "embeddings.token_type_embeddings": "which",
    "embeddings.LayerNorm": "norm",
    "attention.self.query": "attention.query",
    "attention.self.key": "attention.key",
    "attention.self.value": "attention.value",
    "attention.output.dense": "attention.out",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "wide",
    "output.dense": "narrow",
    "output.LayerNorm": "norm2",
}


def from_published(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give the published weights the names that they have here; BERT's unused pooler is left out.

    Args:
        weights: those of sentence-transformers/all-MiniLM-L6-v2.

    Returns:
        a state_dict for `MiniLM()`.
    """
    named = {}
    for name, tensor in weights.items():
        if name.startswith("pooler.") or name.endswith("position_ids"):
            continue
        module, _, kind = name.rpartition(".")
        if module.startswith("encoder.layer."):
            number, _, layer = module.removeprefix("encoder.layer.").partition(".")
            named[f"layers.{number}.{_NAMES[layer]}.{kind}"] = tensor
        else:
            named[f"{_NAMES[module]}.{kind}"] = tensor
    return named
