"""Convolutions as functions, and what they check before they compute."""

from __future__ import annotations

from rung.scratch import ops
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.ops.windows import output_size
from rung.scratch.tensor import Tensor, apply

Pair = tuple[int, int]


def pair(value: int | Pair, name: str = "kernel_size", least: int = 1) -> Pair:
    """Return (value, value) for a number, and a pair as it is.

    Raises:
        SettingError: a number is below `least`, or there are not one or two of them.
    """
    both = (value, value) if isinstance(value, int) else tuple(value)
    if len(both) != 2 or min(both) < least:
        raise SettingError(f"{name} is {value}.", rule=f"It is one number of at least {least}, or two.")
    return both[0], both[1]


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Slide each kernel over the image.

    Shape:
        x (N, C, H, W), weight (F, C / groups, kh, kw), bias (F,) -> (N, F, OH, OW)

    Raises:
        ShapeError: x has another number of axes or channels, or the kernel is larger than the padded image.
    """
    if x.ndim != 4 or x.shape[1] != weight.shape[1] * groups:
        raise ShapeError(
            f"conv2d: x has shape {x.shape}, the layer takes (N, {weight.shape[1] * groups}, H, W).",
            rule="Images are (N, C, H, W), and C is the layer's in_channels.",
            fix="x.unsqueeze(1), for grey images without a channel axis?"
            if x.ndim == 3
            else "x.permute(0, 3, 1, 2)?"
            if x.ndim == 4 and x.shape[3] == weight.shape[1] * groups
            else "another in_channels?",
        )
    s, p, d = pair(stride, "stride"), pair(padding, "padding", 0), pair(dilation, "dilation")
    check_fits("conv2d", x.shape[2:], weight.shape[2:], s, p, d)
    return apply(ops.Conv2d, x, weight, bias, stride=s, padding=p, dilation=d, groups=groups)


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """Slide each kernel along the sequence: a convolution of an image that is one pixel high.

    Shape:
        x (N, C, L), weight (F, C / groups, k), bias (F,) -> (N, F, OL)

    Raises:
        ShapeError: x has another number of axes or channels, or the kernel is longer than the sequence.
    """
    if x.ndim != 3 or x.shape[1] != weight.shape[1] * groups:
        raise ShapeError(
            f"conv1d: x has shape {x.shape}, the layer takes (N, {weight.shape[1] * groups}, L).",
            rule="Sequences are (N, C, L), and C is the layer's in_channels.",
            fix="x.transpose(1, 2)?"
            if x.ndim == 3 and x.shape[2] == weight.shape[1] * groups
            else "another in_channels?",
        )
    image, kernel = x.unsqueeze(2), weight.unsqueeze(2)
    return conv2d(image, kernel, bias, (1, stride), (0, padding), (1, dilation), groups).squeeze(2)


def conv_transpose2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
    dilation: int | Pair = 1,
) -> Tensor:
    """Let each input pixel paint its kernel: the way back from a convolution's output size to its input size.

    Shape:
        x (N, C, H, W), weight (C, F, kh, kw), bias (F,) -> (N, F, OH, OW)

    Raises:
        ShapeError: x has another number of axes or channels.
        SettingError: output_padding is not smaller than the stride or the dilation.
    """
    if x.ndim != 4 or x.shape[1] != weight.shape[0]:
        raise ShapeError(
            f"conv_transpose2d: x has shape {x.shape}, the layer takes (N, {weight.shape[0]}, H, W).",
            rule="Images are (N, C, H, W), and C is the layer's in_channels.",
        )
    s, p, d = pair(stride, "stride"), pair(padding, "padding", 0), pair(dilation, "dilation")
    extra = pair(output_padding, "output_padding", 0)
    if any(o >= max(one, other) for o, one, other in zip(extra, s, d, strict=True)):
        raise SettingError(
            f"conv_transpose2d: output_padding is {extra}, stride {s}, dilation {d}.",
            rule="It tells apart sizes that a stride folds into one, so it is below the stride.",
        )
    return apply(ops.ConvTranspose2d, x, weight, bias, stride=s, padding=p, output_padding=extra, dilation=d)


def check_fits(
    name: str, size: tuple[int, ...], kernel: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair
) -> None:
    """Refuse a window that fits nowhere in the padded image."""
    sides = zip(size, kernel, stride, padding, dilation, strict=True)
    if any(output_size(n, k, s, p, d) < 1 for n, k, s, p, d in sides):
        raise ShapeError(
            f"{name}: a window of {tuple(kernel)} does not fit into an image of {tuple(size)}.",
            rule="The window, spread by its dilation, is at most as large as the image with its padding.",
            fix="more padding, a smaller kernel, or fewer poolings before it.",
        )
