"""The network of boundary in PyTorch, with the weights that its twin from scratch begins with."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from rung.scratch.models.mlp import MLP

_BENDS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "identity": nn.Identity}


class Plane(nn.Module):
    """A multi-layer perceptron on two numbers.

    Args:
        sizes: the width of every layer, such as [2, 16, 16, 2].
        activation: "relu", "tanh", "sigmoid" or "identity".

    Shape: x (n, 2) gives scores (n, sizes[-1]).

    Example:
        >>> Plane([2, 8, 3], "tanh")(torch.zeros(5, 2)).shape
        torch.Size([5, 3])
    """

    def __init__(self, sizes: list[int], activation: str = "relu") -> None:
        super().__init__()
        self.layers = nn.Sequential()
        for i in range(len(sizes) - 1):
            self.layers.append(nn.Linear(sizes[i], sizes[i + 1]))
            if i < len(sizes) - 2:
                self.layers.append(_BENDS[activation]())

    def forward(self, x: Tensor) -> Tensor:
        """Score points (n, 2)."""
        scores: Tensor = self.layers(x)
        return scores


def twin(model: MLP, sizes: list[int], activation: str) -> Plane:
    """Return the network from scratch as one of PyTorch, with the same weights under the same names."""
    made = Plane(sizes, activation)
    state = {name: torch.from_numpy(np.array(array)) for name, array in model.state_dict().items()}
    made.load_state_dict(state)
    return made
