"""Pooling and changes of an image's size, as functions."""

from __future__ import annotations

from rung.scratch import ops
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.nn.functional.convolution import Pair, check_fits, pair
from rung.scratch.tensor import Tensor, apply


def max_pool2d(
    x: Tensor,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> Tensor:
    """Return the largest number of each window; windows lie side by side unless a stride is given.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)

    Raises:
        ShapeError: x is no batch of images, or a window does not fit.
        SettingError: the padding is more than half the window, which would leave windows of padding alone.
    """
    k, s, p = _settings("max_pool2d", x, kernel_size, stride, padding)
    d = pair(dilation, "dilation")
    check_fits("max_pool2d", x.shape[2:], k, s, p, d)
    return apply(ops.MaxPool2d, x, kernel=k, stride=s, padding=p, dilation=d)


def avg_pool2d(
    x: Tensor, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
) -> Tensor:
    """Return the mean of each window; padding counts as zeros.

    Shape:
        x (N, C, H, W) -> (N, C, OH, OW)

    Raises:
        ShapeError: x is no batch of images, or a window does not fit.
        SettingError: the padding is more than half the window.
    """
    k, s, p = _settings("avg_pool2d", x, kernel_size, stride, padding)
    check_fits("avg_pool2d", x.shape[2:], k, s, p, (1, 1))
    return apply(ops.AvgPool2d, x, kernel=k, stride=s, padding=p)


def adaptive_avg_pool2d(x: Tensor, output_size: int | Pair) -> Tensor:
    """Return the means of a grid of cells that cover the image, whatever its size.

    Shape:
        x (N, C, H, W) -> (N, C, *output_size)

    Raises:
        ShapeError: x is no batch of images.
    """
    _check_images("adaptive_avg_pool2d", x)
    return apply(ops.AdaptiveAvgPool2d, x, size=pair(output_size, "output_size"))


def upsample(x: Tensor, scale_factor: int) -> Tensor:
    """Repeat each pixel scale_factor times in both directions (nearest neighbour).

    Shape:
        x (N, C, H, W) -> (N, C, H r, W r)

    Raises:
        ShapeError: x is no batch of images.
        SettingError: scale_factor is no whole number of at least 1.
    """
    _check_images("upsample", x)
    if not isinstance(scale_factor, int) or scale_factor < 1:
        raise SettingError(f"upsample: scale_factor is {scale_factor}.", rule="A whole number of at least 1.")
    n, c, h, w = x.shape
    tall = x.reshape(n, c, h, 1, w, 1).expand(n, c, h, scale_factor, w, scale_factor)
    return tall.reshape(n, c, h * scale_factor, w * scale_factor)


def pixel_shuffle(x: Tensor, upscale_factor: int) -> Tensor:
    """Lay r² channels out as an r x r block of pixels, so that a convolution can upscale.

    Shape:
        x (N, C r², H, W) -> (N, C, H r, W r)

    Raises:
        ShapeError: the number of channels is no multiple of r².

    Source: shi2016subpixel.
    """
    _check_images("pixel_shuffle", x)
    r = upscale_factor
    n, c, h, w = x.shape
    if c % r**2:
        raise ShapeError(
            f"pixel_shuffle: {c} channels cannot be laid out in blocks of {r} x {r}.",
            rule=f"The number of channels is a multiple of r², here {r**2}.",
        )
    blocks = x.reshape(n, c // r**2, r, r, h, w).permute(0, 1, 4, 2, 5, 3)  # (N, C, H, r, W, r)
    return blocks.reshape(n, c // r**2, h * r, w * r)


def _settings(
    name: str, x: Tensor, kernel: int | Pair, stride: int | Pair | None, padding: int | Pair
) -> tuple[Pair, Pair, Pair]:
    _check_images(name, x)
    k, p = pair(kernel), pair(padding, "padding", 0)
    if any(2 * pad > size for pad, size in zip(p, k, strict=True)):
        raise SettingError(
            f"{name}: padding is {p}, the window {k}.", rule="Padding is at most half the window."
        )
    return k, k if stride is None else pair(stride, "stride"), p


def _check_images(name: str, x: Tensor) -> None:
    if x.ndim != 4:
        raise ShapeError(
            f"{name}: x has shape {x.shape}.",
            rule="Images are (N, C, H, W).",
            fix="x.unsqueeze(0), for a single image?" if x.ndim == 3 else "reshape x.",
        )
