"""LeNet-5: two convolutions, two poolings, three linear layers."""

from __future__ import annotations

from rung.scratch import nn
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.tensor import Tensor


class LeNet(nn.Module):
    """Read a digit from an image of 28 x 28 pixels.

    Args:
        classes: how many kinds there are.
        channels: 1 for grey images, 3 for colour.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (N, channels, 28, 28) -> logits (N, classes)

    Cost:
        61,706 parameters for 10 digits; about 0.8 million flops an image.

    Source:
        lecun1998gradient, section II.B. Here: ReLU, max pooling, linear outputs, and each map of the second
        convolution reads all of the first.
    """

    def __init__(self, classes: int = 10, channels: int = 1, rng: init.Rng = None) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.conv1 = nn.Conv2d(channels, 6, 5, padding=2, rng=rng)
        self.conv2 = nn.Conv2d(6, 16, 5, rng=rng)
        self.fc1 = nn.Linear(16 * 5 * 5, 120, rng=rng)
        self.fc2 = nn.Linear(120, 84, rng=rng)
        self.fc3 = nn.Linear(84, classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, channels, 28, 28) -> logits (N, classes)."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # (N, 6, 14, 14)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # (N, 16, 5, 5)
        x = x.flatten(1)  # (N, 400)
        x = F.relu(self.fc1(x))  # (N, 120)
        x = F.relu(self.fc2(x))  # (N, 84)
        return self.fc3(x)
