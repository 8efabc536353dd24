"""The LSTM language model: dropout between layers, one table for words in and out (2014, 2017)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class LSTMLanguageModel(nn.Module):
    """Score every token of a vocabulary as the next one, at every place of a text.

    Dropout acts on what goes up through the layers and never on what goes on in time: there the same number
    would be at risk at every step, and nothing would be remembered for long (Zaremba and others). If tied,
    the table that turns tokens into vectors also scores them: a third to a half of the parameters are saved,
    and rare tokens learn from both uses (Press & Wolf).

    Args:
        vocabulary: how many tokens there are, V.
        width: length d of the vectors, and of the LSTM's state.
        layers: LSTM layers.
        dropout: share of the numbers left out before, between and after the layers while training.
        tied: use one table for both ends.

    Shape:
        tokens (B, T) whole numbers -> scores (B, T, V). Every row begins without memory.

    Source: zaremba2014regularization, figure 2; press2017tying.

    Example:
        >>> import torch
        >>> model = LSTMLanguageModel(vocabulary=50, width=8)
        >>> model(torch.tensor([[1, 2, 3]])).shape
        torch.Size([1, 3, 50])
    """

    def __init__(
        self, vocabulary: int, width: int = 256, layers: int = 1, dropout: float = 0.5, tied: bool = True
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(width, width, layers, batch_first=True, dropout=between)
        self.output = nn.Linear(width, vocabulary)
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.zeros_(self.output.bias)
        if tied:
            self.output.weight = self.embedding.weight

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the scores of the next token after each place."""
        x = self.dropout(self.embedding(tokens))  # (B, T, d)
        h, _ = self.lstm(x)  # (B, T, d)
        scores: Tensor = self.output(self.dropout(h))  # (B, T, V)
        return scores

    def next_scores(self, tokens: Tensor) -> Tensor:
        """Return the scores of the token after the last place alone: (B, T) -> (B, V)."""
        h, _ = self.lstm(self.dropout(self.embedding(tokens)))
        scores: Tensor = self.output(self.dropout(h[:, -1]))
        return scores

    def surprises(self, tokens: Tensor, count: int) -> Tensor:
        """Return -log p of the last `count` tokens of each row, in nats: (B, T) -> (B, count)."""
        scores = self(tokens[:, :-1])[:, -count:]  # (B, count, V)
        wanted = tokens[:, -count:]
        return F.cross_entropy(scores.flatten(0, 1), wanted.flatten(), reduction="none").view(wanted.shape)
