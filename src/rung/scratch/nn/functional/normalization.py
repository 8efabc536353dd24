"""Normalisations as functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.ops.norm_fast import channel_moments
from rung.scratch.tensor import Tensor, apply


def batch_norm(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel: by this batch's mean and variance in training, by the running ones otherwise.

    In training the running mean and variance (unbiased) move toward this batch's by `momentum`, in place.

    Shape:
        x (N, C, ...), all others (C,) -> (N, C, ...)

    Raises:
        ShapeError: x has another number of channels, or one number a channel only, which has no variance.
    """
    known = next((t for t in (running_mean, weight, bias) if t is not None), None)
    if x.ndim < 2 or (known is not None and x.shape[1] != known.shape[0]):
        channels = "C" if known is None else known.shape[0]
        raise ShapeError(
            f"batch_norm: x has shape {x.shape}, the layer takes (N, {channels}, ...).",
            rule="Axis 1 holds the channels, as many as the layer's num_features.",
        )
    if not training and running_mean is not None and running_var is not None:
        mean, var = running_mean.data, running_var.data
        return apply(ops.BatchNorm, x, weight, bias, mean=mean, var=var, training=False, eps=eps)
    n = x.data.size // max(x.shape[1], 1)
    if training and n < 2:
        raise ShapeError(
            f"batch_norm: x has shape {x.shape}, one number a channel.",
            rule="In training the variance over the batch is needed, and one number has none.",
            fix="a larger batch, or model.eval().",
        )
    mean, var = channel_moments(x.data)
    if training and running_mean is not None and running_var is not None:
        running_mean.data += momentum * (mean - running_mean.data)
        running_var.data += momentum * (var * (n / (n - 1)) - running_var.data)
    return apply(ops.BatchNorm, x, weight, bias, mean=mean, var=var, training=True, eps=eps)


def layer_norm(
    x: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each example over its last axes.

    Shape:
        x (..., *normalized_shape), weight and bias (*normalized_shape) -> that of x

    Raises:
        ShapeError: the last axes of x are not `normalized_shape`.
    """
    dims = _check_last_axes("layer_norm", x, normalized_shape)
    return apply(ops.LayerNorm, x, weight, bias, dims=dims, eps=eps)


def rms_norm(
    x: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Divide each example by its root mean square over its last axes; eps is that of the dtype unless given.

    Shape:
        x (..., *normalized_shape), weight (*normalized_shape) -> that of x

    Raises:
        ShapeError: the last axes of x are not `normalized_shape`.
    """
    dims = _check_last_axes("rms_norm", x, normalized_shape)
    floor = float(np.finfo(x.data.dtype).eps) if eps is None else eps
    return apply(ops.RMSNorm, x, weight, dims=dims, eps=floor)


def group_norm(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Normalise each example over groups of channels, then scale and shift each channel.

    Shape:
        x (N, C, ...), weight and bias (C,) -> (N, C, ...)

    Raises:
        SettingError: the channels cannot be parted into num_groups equal groups.

    Source: wu2018groupnorm.
    """
    if x.ndim < 2 or num_groups < 1 or x.shape[1] % num_groups:
        raise SettingError(
            f"group_norm: x has shape {x.shape}, num_groups is {num_groups}.",
            rule="Axis 1 holds the channels, and num_groups divides their number.",
        )
    grouped = x.reshape(x.shape[0], num_groups, -1)
    y = apply(ops.LayerNorm, grouped, None, None, dims=1, eps=eps).reshape(*x.shape)
    along = (-1, *[1] * (x.ndim - 2))
    y = y if weight is None else y * weight.reshape(*along)
    return y if bias is None else y + bias.reshape(*along)


def _check_last_axes(name: str, x: Tensor, normalized_shape: Sequence[int]) -> int:
    """Return how many last axes are normalised; refuse x if they do not match."""
    wanted = tuple(normalized_shape)
    if not wanted or x.shape[-len(wanted) :] != wanted:
        raise ShapeError(
            f"{name}: x has shape {x.shape}, the layer normalises {wanted}.",
            rule=f"The last axes of x must be {wanted}.",
            fix="x.permute(0, 2, 3, 1), if the channels are to be normalised?" if x.ndim == 4 else "",
        )
    return len(wanted)
