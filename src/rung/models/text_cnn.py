"""TextCNN: convolutions over the words of a sentence, and the strongest hit of each (Kim, 2014)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PAD = 0  # the token that fills short texts up


class TextCNN(nn.Module):
    """Look at every few words in a row with many detectors; keep how strongly each ever fired.

    Windows may hang over both ends of the text, those that hold no word of it do not count: so the answer
    does not depend on how far a text was filled up.

    Args:
        vocabulary: how many tokens there are; number 0 fills up.
        classes: how many there are.
        dim: length d of a word's vector.
        widths: words in a window.
        channels: detectors c of each width.
        dropout: share of the hits that is left out while training.

    Shape: tokens (n, length) whole numbers, filled up with 0 behind, give scores (n, classes).

    Source: kim2014, section 2: widths 3, 4, 5 with 100 detectors each, dropout 0.5.

    Example:
        >>> TextCNN(vocabulary=9, classes=2)(torch.tensor([[3, 4, 0], [5, 6, 7]])).shape
        torch.Size([2, 2])
    """

    def __init__(
        self,
        vocabulary: int,
        classes: int,
        dim: int = 128,
        widths: tuple[int, ...] = (3, 4, 5),
        channels: int = 100,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim, padding_idx=PAD)
        self.widths = widths
        self.windows = nn.ModuleList(nn.Conv1d(dim, channels, w, padding=w - 1) for w in widths)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(channels * len(widths), classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return scores (n, classes) of tokens (n, length)."""
        return self.from_vectors(self.embed(tokens), tokens)

    def from_vectors(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        """Return scores of the words' vectors (n, length, d); `tokens` says where the text ends."""
        x = vectors.transpose(1, 2)  # (n, d, length)
        lengths = (tokens != PAD).sum(dim=1).clamp(min=1)  # (n,)
        hits = [
            self._strongest(F.relu(window(x)), lengths, width)
            for window, width in zip(self.windows, self.widths, strict=True)
        ]
        return self.head(self.dropout(torch.cat(hits, dim=1)))  # (n, c * widths), then (n, classes)

    def _strongest(self, fired: Tensor, lengths: Tensor, width: int) -> Tensor:
        """Return the maximum over the windows that hold a word: (n, c, length + w - 1) gives (n, c)."""
        place = torch.arange(fired.shape[2], device=fired.device)  # window i holds words i - w + 1 to i
        empty = place >= (lengths + width - 1)[:, None]  # (n, length + w - 1)
        return fired.masked_fill(empty[:, None], 0).amax(dim=2)  # ReLU's least is 0
