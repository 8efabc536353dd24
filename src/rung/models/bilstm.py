"""BiLSTM: a text read from both ends by networks that remember (Hochreiter & Schmidhuber, 1997)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PAD = 0  # the token that fills short texts up


class BiLSTM(nn.Module):
    """Read a text forwards and backwards; keep the largest value that each memory cell ever showed.

    The texts of a batch are packed by their lengths: the network never reads what they are filled up with,
    so the backward reader begins at the last word.

    Args:
        vocabulary: how many tokens there are; number 0 fills up.
        classes: how many there are.
        dim: length d of a word's vector.
        hidden: cells h of each of the two readers.
        dropout: share of the words' and of the text's numbers that is left out while training.

    Shape: tokens (n, length) whole numbers, filled up with 0 behind, give scores (n, classes).

    Source: hochreiter1997lstm; both directions: Graves & Schmidhuber, 2005; the maximum: Conneau and others,
    2017.

    Example:
        >>> BiLSTM(vocabulary=9, classes=2)(torch.tensor([[3, 4, 0], [5, 6, 7]])).shape
        torch.Size([2, 2])
    """

    def __init__(
        self, vocabulary: int, classes: int, dim: int = 128, hidden: int = 128, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim, padding_idx=PAD)
        self.read = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * hidden, classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return scores (n, classes) of tokens (n, length)."""
        return self.from_vectors(self.embed(tokens), tokens)

    def from_vectors(self, vectors: Tensor, tokens: Tensor) -> Tensor:
        """Return scores of the words' vectors (n, length, d); `tokens` says where the text ends."""
        lengths = (tokens != PAD).sum(dim=1).clamp(min=1).cpu()  # (n,): packing wants them there
        packed = pack_padded_sequence(self.dropout(vectors), lengths, batch_first=True, enforce_sorted=False)
        shown, _ = pad_packed_sequence(
            self.read(packed)[0], batch_first=True, padding_value=-torch.inf
        )  # (n, longest, 2 h)
        return self.head(self.dropout(shown.amax(dim=1)))  # (n, 2 h), then (n, classes)
