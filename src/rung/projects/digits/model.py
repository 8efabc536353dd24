"""The digits' networks in PyTorch that are no paper's: the twin of the MLP, and a small network of today."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rung.models.lenet import LeNet


class MLP(nn.Module):
    """The multi-layer perceptron of `rung.scratch.models.mlp`, layer by layer, with the same names.

    Args:
        sizes: the width of every layer from input to output.

    Shape: x (n, sizes[0]) gives scores (n, sizes[-1]).

    Example:
        >>> MLP([784, 32, 10])(torch.zeros(2, 784)).shape
        torch.Size([2, 10])
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        for i, (inside, outside) in enumerate(itertools.pairwise(sizes)):
            self.layers.append(nn.Linear(inside, outside))
            if i < len(sizes) - 2:
                self.layers.append(nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """Score rows (n, sizes[0]): (n, sizes[-1])."""
        scores: Tensor = self.layers(x)
        return scores


class CNN(nn.Module):
    """Three convolutions of 3 x 3 with batch norms, two poolings, two linear layers.

    What is newer than LeNet: small kernels and more of them, batch norms (each step of the training may be
    ten times longer), dropout. A pooling stands right behind its convolution: what is thrown away there need
    not go through batch norm and ReLU, which costs as much time as the convolution itself.

    Args:
        classes: how many there are.
        channels: 1 for grey pictures, 3 for coloured ones.
        dropout: share of the last hidden layer that is silenced at a step.

    Shape: x (n, channels, h, w) of any size from 4 x 4 on gives scores (n, classes).

    Example:
        >>> CNN()(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(self, classes: int = 10, channels: int = 1, dropout: float = 0.2) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1, bias=False),  # (n, 16, 28, 28)
            nn.MaxPool2d(2),  # (n, 16, 14, 14)
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1, bias=False),  # (n, 32, 14, 14)
            nn.MaxPool2d(2),  # (n, 32, 7, 7)
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, padding=1, bias=False),  # (n, 64, 7, 7)
            nn.BatchNorm2d(64),
            nn.ReLU(),
        )
        self.answer = nn.Sequential(
            nn.AdaptiveAvgPool2d(7),  # nothing changes at 28 x 28; pictures of other sizes come to 7 x 7 too
            nn.Flatten(),  # (n, 3136)
            nn.Linear(64 * 7 * 7, 128),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(128, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Score pictures (n, channels, h, w): (n, classes)."""
        scores: Tensor = self.answer(self.features(x))
        return scores


def modern(classes: int, channels: int, seed: int) -> CNN:
    """Return the CNN with weights drawn from a seed.

    Its numbers lie in memory pixel by pixel (channels last), not map by map: a third quicker here.
    """
    torch.manual_seed(seed)
    return CNN(classes, channels).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def twin(model: Any) -> MLP | LeNet:
    """Return the network of PyTorch that computes what one of `rung.scratch.models` does: the same weights.

    Args:
        model: an MLP or a LeNet of `rung.scratch.models`.
    """
    weights = {name: torch.from_numpy(array.copy()) for name, array in model.state_dict().items()}
    if type(model).__name__ == "MLP":
        layers = [w for name, w in weights.items() if name.endswith("weight")]
        other: MLP | LeNet = MLP([layers[0].shape[1], *(w.shape[0] for w in layers)])
    else:
        other = LeNet(model.fc3.weight.shape[0], model.conv1.weight.shape[1])
    other.load_state_dict(weights)
    return other
