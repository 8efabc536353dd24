"""The network of churn: linear layers, ReLU and dropout, one score for each class."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn


class MLP(nn.Module):
    """A multi-layer perceptron for rows of a table.

    Args:
        widths: numbers in a row, then the width of each hidden layer, then the number of classes.
        dropout: which share of each hidden layer is silenced at a step.
        seed: decides the first weights.

    Shape: (n, widths[0]) float32 becomes scores (n, widths[-1]).
    """

    def __init__(self, widths: Sequence[int], dropout: float, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        for wide, next_wide in pairwise(widths[:-1]):
            layers += [nn.Linear(wide, next_wide), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Score each row."""
        scores: torch.Tensor = self.layers(x)  # (n, classes)
        return scores
