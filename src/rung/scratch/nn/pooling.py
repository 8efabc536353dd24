"""Pooling layers, and layers that change an image's size."""

from __future__ import annotations

from rung.scratch.nn import functional as F
from rung.scratch.nn.functional.convolution import Pair
from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor


class MaxPool2d(Module):
    """Keep the largest number of each window.

    Args:
        kernel_size: height and width of a window, one number or two.
        stride: how far the window moves; left out, windows lie side by side.
        padding: how much is put around the image; it never wins.
        dilation: how far apart the pixels of a window lie.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)
    """

    def __init__(
        self,
        kernel_size: int | Pair,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C, OH, OW)."""
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """Take the mean of each window; padding counts as zeros.

    Args:
        kernel_size: height and width of a window, one number or two.
        stride: how far the window moves; left out, windows lie side by side.
        padding: how many zeros are put around the image.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)
    """

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C, OH, OW)."""
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool2d(Module):
    """Take the means of a grid of cells that cover the image, whatever its size.

    Args:
        output_size: rows and columns of the grid, one number or two; 1 is the mean over the image.

    Shape:
        x (N, C, H, W) -> (N, C, *output_size)
    """

    def __init__(self, output_size: int | Pair) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C, *output_size)."""
        return F.adaptive_avg_pool2d(x, self.output_size)

    def extra_repr(self) -> str:
        """Return the grid."""
        return f"output_size={self.output_size}"


class Upsample(Module):
    """Repeat each pixel scale_factor times in both directions.

    Args:
        scale_factor: how many times as tall and wide.

    Shape:
        x (N, C, H, W) -> (N, C, H r, W r)
    """

    def __init__(self, scale_factor: int) -> None:
        super().__init__()
        self.scale_factor = scale_factor

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) -> (N, C, H r, W r)."""
        return F.upsample(x, self.scale_factor)

    def extra_repr(self) -> str:
        """Return the factor."""
        return f"scale_factor={self.scale_factor}"


class PixelShuffle(Module):
    """Lay r² channels out as an r x r block of pixels.

    Args:
        upscale_factor: r, how many times as tall and wide.

    Shape:
        x (N, C r², H, W) -> (N, C, H r, W r)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C r², H, W) -> (N, C, H r, W r)."""
        return F.pixel_shuffle(x, self.upscale_factor)

    def extra_repr(self) -> str:
        """Return the factor."""
        return f"upscale_factor={self.upscale_factor}"
