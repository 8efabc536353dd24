"""The two networks of cat-dog: a small one that knows nothing, and one that has seen ImageNet."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rung.models.efficientnet_lite import FEATURES, EfficientNetLite0

# The first blocks see edges and fur in any picture, so they stay as they are. From here on blocks are tuned.
TUNED_FROM = 9
# Where the weights' own training had its pictures; smaller ones are enlarged to it.
SIDE = 224


class SmallCNN(nn.Module):
    """Five times a convolution, a batch norm, ReLU and a halving; then the mean over all places.

    Args:
        classes: how many there are.
        side: pictures are shrunk to this height and width first.

    Shape: (n, 3, h, w) gives scores (n, classes).
    """

    def __init__(self, classes: int, side: int = 64) -> None:
        super().__init__()
        self.side = side
        layers: list[nn.Module] = []
        for inside, outside in ((3, 24), (24, 48), (48, 96), (96, 128)):
            layers += [
                nn.Conv2d(inside, outside, 3, padding=1, bias=False),
                nn.BatchNorm2d(outside),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(128, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return scores (n, classes)."""
        x = F.adaptive_avg_pool2d(x, self.side)  # (n, 3, side, side)
        x = self.layers(x)  # (n, 128, side / 16, side / 16)
        return self.head(self.dropout(x.mean(dim=(2, 3))))


class Transfer(nn.Module):
    """EfficientNet-Lite0 with a head of our own; its first blocks and all its batch norms stay as they are.

    Batch norms would measure means over 32 pictures where ImageNet's training measured a million.

    Args:
        classes: how many there are.
        side: pictures are enlarged to this height and width first.

    Shape: (n, 3, h, w) gives scores (n, classes).
    """

    def __init__(self, classes: int, side: int = SIDE) -> None:
        super().__init__()
        self.side = side
        self.net = EfficientNetLite0(classes)
        for part in (self.net.stem, *self.net.blocks[:TUNED_FROM]):
            part.requires_grad_(False)
        self.train()  # a new module is in training without having been told, batch norms too

    def train(self, mode: bool = True) -> Transfer:
        """Let dropout know that this is training; never the batch norms."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def forward(self, x: Tensor) -> Tensor:
        """Return scores (n, classes)."""
        return self.net(enlarged(x, self.side))

    def groups(self) -> list[dict[str, object]]:
        """Return the parameters that are tuned, deeper ones at a smaller share of the learning rate.

        Source: howard2018ulmfit, section 3.2, discriminative fine-tuning: 2.6 times less a layer; here 10
        times less a third of the network.
        """
        middle = self.net.blocks[TUNED_FROM:13].parameters()
        late = [*self.net.blocks[13:].parameters(), *self.net.top.parameters()]
        return [
            {"params": list(middle), "scale": 0.01},
            {"params": late, "scale": 0.1},
            {"params": list(self.net.head.parameters()), "scale": 1.0},
        ]


def enlarged(x: Tensor, side: int) -> Tensor:
    """Return pictures (n, 3, h, w) at (n, 3, side, side)."""
    if x.shape[-2:] == (side, side):
        return x
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def frozen_head(classes: int) -> nn.Linear:
    """Return what is trained on frozen features: one linear layer, (n, 1280) to (n, classes)."""
    return nn.Linear(FEATURES, classes)


def set_head(head: nn.Linear, weight: Tensor, bias: Tensor) -> None:
    """Put the weights of a linear model (classes, 1280) into a head."""
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
