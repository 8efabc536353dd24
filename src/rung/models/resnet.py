"""The residual network for small pictures: every block adds to what it was given (He and others, 2016)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F


class BasicBlock(nn.Module):
    """Two convolutions and a way around them: y = relu(around(x) + network(x)).

    The way around has no parameters: where the block halves the picture it takes every second pixel, and
    where the block has more channels the new ones are 0 (the paper's option A).

    Args:
        inside, outside: channels.
        stride: 2 halves height and width.

    Shape: x (n, inside, h, w) gives (n, outside, h / stride, w / stride).
    """

    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.stride, self.more = stride, outside - inside

    def around(self, x: Tensor) -> Tensor:
        """Return x in the shape of the block's output: (n, outside, h / stride, w / stride)."""
        if self.stride == 1 and not self.more:
            return x
        x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))

    def forward(self, x: Tensor) -> Tensor:
        """Add to x: (n, inside, h, w) to (n, outside, h / stride, w / stride)."""
        y = F.relu(self.bn1(self.conv1(x)))  # (n, outside, h / stride, w / stride)
        y = self.bn2(self.conv2(y))
        return F.relu(self.around(x) + y)


class ResNet(nn.Module):
    """A convolution, stages of blocks, the mean over all pixels, a linear layer: 6 n + 2 layers.

    The paper's for CIFAR-10 are ResNet-20, 32, 44, 56 and 110: 3, 5, 7, 9 and 18 blocks in each of its three
    stages of 16, 32 and 64 channels. The first weights are He's; the last batch norm of every block starts at
    0, so that at first every block passes on what it was given (Goyal and others, 2017).

    Args:
        blocks: in each stage.
        widths: channels of each stage; every stage but the first halves height and width.
        classes: how many there are.
        channels: 3 for coloured pictures, 1 for grey ones.

    Shape: x (n, channels, h, w), such as (n, 3, 32, 32), gives scores (n, classes).

    Cost: ResNet-20 has 269,722 parameters and takes 41 million multiplications a picture of 32 x 32.

    Source: he2016resnet, section 4.2.

    Example:
        >>> import torch
        >>> ResNet(blocks=1)(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 10])
    """

    def __init__(
        self,
        blocks: int = 3,
        widths: Sequence[int] = (16, 32, 64),
        classes: int = 10,
        channels: int = 3,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, widths[0], 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(widths[0])
        self.stages = nn.Sequential()
        before = widths[0]
        for stage, width in enumerate(widths):
            for block in range(blocks):
                self.stages.append(BasicBlock(before, width, stride=2 if stage and not block else 1))
                before = width
        self.fc = nn.Linear(before, classes)
        self.first_weights()

    def first_weights(self) -> None:
        """Draw the first weights: He's for convolutions, 0 for the scale at the end of every block."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if isinstance(module, BasicBlock):
                nn.init.zeros_(module.bn2.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Score pictures (n, channels, h, w): (n, classes)."""
        x = F.relu(self.bn(self.conv(x)))  # (n, widths[0], h, w)
        x = self.stages(x)  # (n, widths[-1], h / 4, w / 4)
        scores: Tensor = self.fc(x.mean((2, 3)))  # (n, classes)
        return scores
