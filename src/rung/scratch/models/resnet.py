"""A small residual network: each block adds to its input, so that the input always has a way through."""

from __future__ import annotations

from rung.scratch import nn
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.tensor import Tensor


class BasicBlock(nn.Module):
    """Two convolutions and a way around them: y = relu(x + network(x)).

    Where the block changes the size or the number of channels, the way around is a 1 x 1 convolution.

    Args:
        channels: channels of the input.
        out_channels: channels of the output.
        stride: 2 halves height and width.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (N, channels, H, W) -> (N, out_channels, H / stride, W / stride)

    Source:
        he2016resnet, figure 2.
    """

    def __init__(self, channels: int, out_channels: int, stride: int = 1, rng: init.Rng = None) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.conv1 = nn.Conv2d(channels, out_channels, 3, stride, padding=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False, rng=rng)
        self.bn2 = nn.BatchNorm2d(out_channels)
        straight = stride == 1 and channels == out_channels
        self.shortcut = nn.Sequential()
        if not straight:
            self.shortcut.append(nn.Conv2d(channels, out_channels, 1, stride, bias=False, rng=rng))
            self.shortcut.append(nn.BatchNorm2d(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    """A residual network for small images: convolution, stages of blocks, mean over the pixels, linear layer.

    Args:
        widths: channels of each stage; every stage but the first halves height and width.
        blocks: blocks in a stage.
        classes: how many kinds there are.
        channels: 1 for grey images, 3 for colour.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (N, channels, H, W) -> logits (N, classes)

    Source:
        he2016resnet, section 4.2. Here: 1 x 1 convolutions where a way around changes size (option B).
    """

    def __init__(
        self,
        widths: tuple[int, ...] = (16, 32, 64),
        blocks: int = 1,
        classes: int = 10,
        channels: int = 3,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.conv = nn.Conv2d(channels, widths[0], 3, padding=1, bias=False, rng=rng)
        self.bn = nn.BatchNorm2d(widths[0])
        self.stages = nn.Sequential()
        before = widths[0]
        for stage, width in enumerate(widths):
            for block in range(blocks):
                stride = 2 if stage and not block else 1
                self.stages.append(BasicBlock(before, width, stride, rng))
                before = width
        self.fc = nn.Linear(before, classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, channels, H, W) -> logits (N, classes)."""
        x = F.relu(self.bn(self.conv(x)))
        x = self.stages(x)  # (N, widths[-1], H / 4, W / 4)
        return self.fc(x.mean((2, 3)))
