"""Entity embeddings: a network for tables that learns a place for every word (Guo & Berkhahn, 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


class EntityEmbeddings(nn.Module):
    """A perceptron on numbers, and on a learned vector for each word of each word column.

    One-hot columns say that any two words are equally far apart. A learned vector can say that two jobs are
    alike, so that what is learned of one holds for the other. The paper puts two ReLU layers of 1,000 and
    500 on top; it has no dropout.

    Args:
        numbers: how many number columns there are.
        sizes: how many ids each word column has; id 0 stands for a word that training never saw.
        widths: the length of each column's vectors; the paper takes 1 to size - 1.
        hidden: widths of the hidden layers.
        outputs: how many numbers come out: 1, or one a class.
        dropout: which share of each hidden layer is silenced at a step.

    Shape: (numbers (n, d) float, ids (n, k) int64), as a pair, becomes (n, outputs).

    Example:
        >>> model = EntityEmbeddings(2, sizes=(8, 3), widths=(4, 1), hidden=(16,), outputs=2)
        >>> model((torch.zeros(5, 2), torch.zeros(5, 2, dtype=torch.int64))).shape
        torch.Size([5, 2])

    Source: guo2016.
    """

    def __init__(
        self,
        numbers: int,
        sizes: Sequence[int],
        widths: Sequence[int],
        hidden: Sequence[int] = (1000, 500),
        outputs: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(
            _table(size, width) for size, width in zip(sizes, widths, strict=True)
        )
        layers: list[nn.Module] = []
        for wide, next_wide in pairwise((numbers + sum(widths), *hidden)):
            layers += [nn.Linear(wide, next_wide), nn.ReLU(), nn.Dropout(dropout)]
        last = hidden[-1] if hidden else numbers + sum(widths)
        self.layers = nn.Sequential(*layers, nn.Linear(last, outputs))

    def forward(self, x: tuple[Tensor, Tensor]) -> Tensor:
        """Score each row."""
        numbers, ids = x  # (n, d), (n, k)
        vectors = [table(column) for table, column in zip(self.embeddings, ids.T, strict=True)]  # (n, width)
        joined = torch.cat([numbers, *vectors], dim=1)  # (n, d + sum of widths)
        scores: Tensor = self.layers(joined)  # (n, outputs)
        return scores


def _table(size: int, width: int) -> nn.Embedding:
    """Return small vectors, so that all words begin as nearly the same word; that of id 0 is 0 for good."""
    table = nn.Embedding(size, width, padding_idx=0)  # id 0 has no gradient: nothing is learned of it
    with torch.no_grad():
        table.weight.uniform_(-0.05, 0.05)
        table.weight[0] = 0
    return table


def usual_width(size: int, most: int = 8) -> int:
    """Return a vector length for a column of so many ids: half of them, but at most `most`.

    Example:
        >>> [usual_width(size) for size in (3, 8, 43)]
        [2, 4, 8]
    """
    return min(most, (size + 1) // 2)
