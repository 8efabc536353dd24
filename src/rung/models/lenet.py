"""LeNet-5: the convolutional network that read the amounts on bank cheques (LeCun and others, 1998)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class LeNet(nn.Module):
    """Two convolutions that look for strokes, two poolings that forget where exactly, three linear layers.

    Three things are of today: ReLU in place of a scaled tanh, the maximum of a window in place of its
    weighted sum, and plain linear outputs in place of distances to drawn digits. And every map of the second
    convolution reads all six of the first (2,416 parameters; the paper's table I leaves some out: 1,516).

    Args:
        classes: how many there are.
        channels: 1 for grey pictures, 3 for coloured ones.

    Shape: x (n, channels, 28, 28) gives scores (n, classes).

    Cost: 61,706 parameters for ten digits; about 0.4 million multiplications a picture.

    Source: lecun1998gradient, section II.B: C1, S2, C3, S4, C5, F6 are conv1, a pooling, conv2, a pooling,
    fc1, fc2. The paper frames its pictures to 32 x 32; here the first convolution does it, by its padding.

    Example:
        >>> import torch
        >>> LeNet()(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2, 10])
    """

    def __init__(self, classes: int = 10, channels: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Score pictures (n, channels, 28, 28): (n, classes)."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # (n, 6, 14, 14)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # (n, 16, 5, 5)
        x = F.relu(self.fc1(x.flatten(1)))  # (n, 120)
        x = F.relu(self.fc2(x))  # (n, 84)
        scores: Tensor = self.fc3(x)  # (n, classes)
        return scores
