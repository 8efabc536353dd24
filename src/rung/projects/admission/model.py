"""The network of admission: a small perceptron that answers in the unit of what is predicted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn


class Regressor(nn.Module):
    """A multi-layer perceptron for one number.

    It learns the standardised answer, which starts near 0 and is about 1 in size, and gives it back as it
    was measured.

    Args:
        widths: numbers in a row, then the width of each hidden layer.
        mean, scale: of the training answers.
        seed: decides the first weights.

    Shape: (n, widths[0]) float32 becomes (n,).
    """

    def __init__(self, widths: Sequence[int], mean: float, scale: float, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        for wide, next_wide in pairwise(widths):
            layers += [nn.Linear(wide, next_wide), nn.Tanh()]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], 1))
        self.mean: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))  # saved with the weights
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Predict each row's number."""
        standardised = self.layers(x).squeeze(1)  # (n,)
        answer: torch.Tensor = self.mean + self.scale * standardised  # (n,)
        return answer
