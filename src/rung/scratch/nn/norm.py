"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rung.scratch.errors import ShapeError
from rung.scratch.nn import functional as F
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor


class BatchNorm(Module):
    """What BatchNorm1d and BatchNorm2d share; they differ in the number of axes that they take.

        y = weight (x - mean) / sqrt(var + eps) + bias          mean, var over the batch (and the pixels)

    In training mean and var are those of the batch, and the running ones move toward them; in evaluation the
    running ones are used, so that an example's output does not depend on its neighbours.

    Args:
        num_features: number of channels.
        eps: added to the variance, in the units of x squared.
        momentum: how far the running mean and variance move toward each batch's, from 0 to 1.
        affine: whether to scale and shift by learned numbers.

    Source:
        ioffe2015batchnorm. Here as in PyTorch: the running variance is the unbiased one.
    """

    abstract = True
    axes: tuple[int, ...] = ()

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        ones, zeros = np.ones(num_features, dtype=np.float32), np.zeros(num_features, dtype=np.float32)
        self.register_parameter("weight", Parameter(ones.copy()) if affine else None)
        self.register_parameter("bias", Parameter(zeros.copy()) if affine else None)
        self.register_buffer("running_mean", zeros.copy())
        self.register_buffer("running_var", ones.copy())
        self.register_buffer("num_batches_tracked", np.array(0))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, num_features, ...) -> the same shape."""
        if x.ndim not in self.axes:
            raise ShapeError(
                f"{type(self).__name__}: x has shape {x.shape}.",
                rule=f"It takes {' or '.join(map(str, self.axes))} axes, the channels as axis 1.",
                fix="BatchNorm2d, for images?" if x.ndim == 4 else "BatchNorm1d, for rows?",
            )
        if self.training:
            self.num_batches_tracked.data += 1
        return F.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"


class BatchNorm1d(BatchNorm):
    """Normalise each feature over the batch: x is (N, C) or (N, C, L)."""

    axes = (2, 3)


class BatchNorm2d(BatchNorm):
    """Normalise each channel over the batch and the pixels: x is (N, C, H, W)."""

    axes = (4,)


class LayerNorm(Module):
    """Normalise each example over its last axes to mean 0 and variance 1, then scale and shift it.

        y = weight (x - mean) / sqrt(var + eps) + bias

    Args:
        normalized_shape: the last axes of x, a number for one axis.
        eps: added to the variance, in the units of x squared; a constant vector then gives 0, not nan.
        elementwise_affine: whether to scale and shift by learned numbers.

    Shape:
        x (..., *normalized_shape) -> the same shape.

    Raises:
        ShapeError: the last axes of x are others.

    Source:
        ba2016layernorm, eq. 3-4. Here: eps inside the root, as PyTorch; biased variance.
    """

    def __init__(
        self, normalized_shape: int | Sequence[int], eps: float = 1e-5, elementwise_affine: bool = True
    ) -> None:
        super().__init__()
        self.normalized_shape, self.eps = _axes(normalized_shape), eps
        ones = np.ones(self.normalized_shape, dtype=np.float32)
        self.register_parameter("weight", Parameter(ones) if elementwise_affine else None)
        self.register_parameter("bias", Parameter(np.zeros_like(ones)) if elementwise_affine else None)

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., *normalized_shape) -> the same shape."""
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.normalized_shape}, eps={self.eps}"


class RMSNorm(Module):
    """Divide each example by its root mean square over its last axes, then scale each feature.

        y = weight x / sqrt(mean(x²) + eps)

    Args:
        normalized_shape: the last axes of x, a number for one axis.
        eps: added to the mean square; left out, the smallest step of the dtype.

    Shape:
        x (..., *normalized_shape) -> the same shape.

    Source:
        zhang2019rmsnorm.
    """

    def __init__(self, normalized_shape: int | Sequence[int], eps: float | None = None) -> None:
        super().__init__()
        self.normalized_shape, self.eps = _axes(normalized_shape), eps
        self.weight = Parameter(np.ones(self.normalized_shape, dtype=np.float32))

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., *normalized_shape) -> the same shape."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.normalized_shape}, eps={self.eps}"


class GroupNorm(Module):
    """Normalise each example over groups of channels, then scale and shift each channel.

    Args:
        num_groups: number of groups; it divides num_channels.
        num_channels: number of channels.
        eps: added to the variance, in the units of x squared.
        affine: whether to scale and shift by learned numbers.

    Shape:
        x (N, num_channels, ...) -> the same shape.

    Raises:
        SettingError: num_groups does not divide the channels of x.

    Source:
        wu2018groupnorm.
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> None:
        super().__init__()
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        ones = np.ones(num_channels, dtype=np.float32)
        self.register_parameter("weight", Parameter(ones) if affine else None)
        self.register_parameter("bias", Parameter(np.zeros_like(ones)) if affine else None)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, num_channels, ...) -> the same shape."""
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}"


def _axes(shape: int | Sequence[int]) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)
