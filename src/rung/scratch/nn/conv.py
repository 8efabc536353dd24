"""Convolutional layers."""

from __future__ import annotations

import math

from rung.scratch.errors import SettingError
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.functional.convolution import Pair, pair
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor


class Conv2d(Module):
    """Slide out_channels kernels over an image.

        y[n, f, oh, ow] = b[f] + sum over c, i, j of W[f, c, i, j] x[n, c, oh s + i d - p, ow s + j d - p]

    Args:
        in_channels: channels of the image.
        out_channels: number of kernels.
        kernel_size: height and width of a kernel, one number or two.
        stride: how far the window moves.
        padding: how many zeros are put around the image.
        dilation: how far apart the pixels of a window lie.
        groups: into how many groups the channels are parted that do not see each other.
        bias: whether to add b.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (N, in_channels, H, W) -> (N, out_channels, OH, OW), OH = (H + 2 p - d (kh - 1) - 1) // s + 1.
        weight (out_channels, in_channels / groups, kh, kw).   bias (out_channels,).

    Raises:
        SettingError: groups does not divide both numbers of channels.
        ShapeError: x does not fit.

    Cost:
        2 out_channels OH OW (in_channels / groups) kh kw flops an image.

    Source:
        lecun1998gradient. Weights start as in PyTorch, uniform in +-1 / sqrt(fan_in).

    Example:
        >>> Conv2d(3, 8, 3, padding=1, rng=0)(Tensor([[[[0.0] * 4] * 4] * 3])).shape
        (1, 8, 4, 4)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        groups: int = 1,
        bias: bool = True,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        check_groups("Conv2d", in_channels, out_channels, groups)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = pair(kernel_size), pair(stride, "stride")
        self.padding, self.dilation = pair(padding, "padding", 0), pair(dilation, "dilation")
        weight, self_bias = first_weights(
            (out_channels, in_channels // groups, *self.kernel_size), out_channels, rng
        )
        self.weight = Parameter(weight)
        self.register_parameter("bias", Parameter(self_bias) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, in_channels, H, W) -> (N, out_channels, OH, OW)."""
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"padding={self.padding}"
        )


class Conv1d(Module):
    """Slide out_channels kernels along a sequence.

    Args:
        in_channels: channels of the sequence.
        out_channels: number of kernels.
        kernel_size: length of a kernel.
        stride: how far the window moves.
        padding: how many zeros are put at either end.
        dilation: how far apart the places of a window lie.
        groups: into how many groups the channels are parted that do not see each other.
        bias: whether to add b.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (N, in_channels, L) -> (N, out_channels, OL).
        weight (out_channels, in_channels / groups, kernel_size).   bias (out_channels,).

    Raises:
        SettingError: groups does not divide both numbers of channels.
        ShapeError: x does not fit.

    Source:
        waibel1989tdnn.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        check_groups("Conv1d", in_channels, out_channels, groups)
        self.in_channels, self.out_channels, self.kernel_size = in_channels, out_channels, kernel_size
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups
        weight, first_bias = first_weights(
            (out_channels, in_channels // groups, kernel_size), out_channels, rng
        )
        self.weight = Parameter(weight)
        self.register_parameter("bias", Parameter(first_bias) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, in_channels, L) -> (N, out_channels, OL)."""
        return F.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )


class ConvTranspose2d(Module):
    """Let each input pixel paint its kernel into a larger image.

    Args:
        in_channels: channels of the image.
        out_channels: channels of the output.
        kernel_size: height and width of a kernel, one number or two.
        stride: how far apart the kernels are painted.
        padding: how much of the border is cut off.
        output_padding: how much is added to one side, to tell sizes apart that the stride cannot.
        bias: whether to add b.
        dilation: how far apart the pixels of a kernel lie.
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (N, in_channels, H, W) -> (N, out_channels, OH, OW),
        OH = (H - 1) s - 2 p + d (kh - 1) + output_padding + 1.   weight (in_channels, out_channels, kh, kw).

    Raises:
        ShapeError: x does not fit.

    Source:
        zeiler2010deconvolutional.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        output_padding: int | Pair = 0,
        bias: bool = True,
        dilation: int | Pair = 1,
        rng: init.Rng = None,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride = pair(kernel_size), pair(stride, "stride")
        self.padding, self.dilation = pair(padding, "padding", 0), pair(dilation, "dilation")
        self.output_padding = pair(output_padding, "output_padding", 0)
        weight, first_bias = first_weights((in_channels, out_channels, *self.kernel_size), out_channels, rng)
        self.weight = Parameter(weight)
        self.register_parameter("bias", Parameter(first_bias) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, in_channels, H, W) -> (N, out_channels, OH, OW)."""
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.dilation
        )

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )


def check_groups(name: str, in_channels: int, out_channels: int, groups: int) -> None:
    """Refuse groups that do not part both numbers of channels evenly."""
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise SettingError(
            f"{name}: {in_channels} to {out_channels} channels in {groups} groups.",
            rule="groups divides in_channels and out_channels.",
        )


def first_weights(shape: tuple[int, ...], bias: int, rng: init.Rng) -> tuple:
    """Draw weights and biases as PyTorch does: uniform in +-1 / sqrt(fan_in)."""
    draw = init.generator(rng)
    fan_in = math.prod(shape[1:])
    bound = fan_in**-0.5 if fan_in else 0.0
    return init.uniform(shape, -bound, bound, draw), init.uniform((bias,), -bound, bound, draw)
