"""Normalisation: shift and scale numbers to mean 0 and variance 1, then to what the layer has learned."""

from __future__ import annotations

import numpy as np

from rung.scratch.function import Function


class BatchNorm(Function):
    """Normalise each channel over the batch (and over the pixels), then scale and shift it.

        xh = (x - mean) / sqrt(var + eps)          y = weight xh + bias

    In training, mean and var are those of this batch and depend on x, so its gradient has two more terms:

        dL/dx = weight / sqrt(var + eps) (g - mean(g) - xh mean(g xh))

    In evaluation they are constants and only the first term remains.

    Shape:
        x (N, C, ...), weight (C,) or None, bias (C,) or None; mean, var (C,) -> (N, C, ...)
    """

    def forward(self, x, weight=None, bias=None, mean=None, var=None, training=True, eps=1e-5):
        """x: (N, C, ...) -> (N, C, ...). The layer gives mean and var, so that it can keep running ones."""
        self.axes = (0, *range(2, x.ndim))
        self.along = (slice(None), *(None,) * (x.ndim - 2))  # puts a (C,) array along the channel axis
        self.training, self.weight = training, weight
        self.inverse = 1 / np.sqrt(var + np.asarray(eps, dtype=x.dtype))  # (C,)
        self.xh = (x - mean[self.along]) * self.inverse[self.along]
        y = self.xh if weight is None else self.xh * weight[self.along]
        return y if bias is None else y + bias[self.along]

    def backward(self, g):
        """g: (N, C, ...). Return the gradients of x, weight and bias."""
        gb, gw = g.sum(axis=self.axes), (g * self.xh).sum(axis=self.axes)  # (C,)
        scale = self.inverse if self.weight is None else self.weight * self.inverse
        gx = None
        if self.needs[0]:
            n = g.size // len(gb) if len(gb) else 1
            centred = g - (gb / n)[self.along] - self.xh * (gw / n)[self.along] if self.training else g
            gx = centred * scale[self.along]
        return gx, gw, gb


class LayerNorm(Function):
    """Normalise each example over its last axes, then scale and shift each feature.

        xh = (x - mean) / sqrt(var + eps)          y = weight xh + bias

    It looks at one example at a time, so training and evaluation compute the same thing.

    Shape:
        x (..., *features), weight and bias (*features) or None -> (..., *features)
    """

    def forward(self, x, weight=None, bias=None, dims=1, eps=1e-5):
        """x: (...) -> (...), over its last `dims` axes. Two passes, since E[x²] - E[x]² loses digits."""
        self.axes, self.weight = tuple(range(x.ndim - dims, x.ndim)), weight
        centred = x - x.mean(axis=self.axes, keepdims=True)
        var = np.square(centred).mean(axis=self.axes, keepdims=True)
        self.inverse = 1 / np.sqrt(var + np.asarray(eps, dtype=x.dtype))
        self.xh = centred * self.inverse
        y = self.xh if weight is None else self.xh * weight
        return y if bias is None else y + bias

    def backward(self, g):
        """g: (...). Return the gradients of x, weight and bias."""
        gx = None
        if self.needs[0]:
            k = g if self.weight is None else g * self.weight
            shift = k.mean(axis=self.axes, keepdims=True)
            tilt = (k * self.xh).mean(axis=self.axes, keepdims=True)
            gx = (k - shift - self.xh * tilt) * self.inverse
        return gx, g * self.xh, g  # the engine sums weight's and bias's over the examples


class RMSNorm(Function):
    """Divide each example by its root mean square, then scale each feature: LayerNorm without the mean.

        y = weight x / sqrt(mean(x²) + eps)

    Shape:
        x (..., d), weight (d,) or None -> (..., d)
    """

    def forward(self, x, weight=None, dims=1, eps=1e-6):
        """x: (...) -> (...), over its last `dims` axes."""
        self.axes, self.weight = tuple(range(x.ndim - dims, x.ndim)), weight
        mean_square = np.square(x).mean(axis=self.axes, keepdims=True)
        self.inverse = 1 / np.sqrt(mean_square + np.asarray(eps, dtype=x.dtype))
        self.xh = x * self.inverse
        return self.xh if weight is None else self.xh * weight

    def backward(self, g):
        """g: (...). Return the gradients of x and weight."""
        gx = None
        if self.needs[0]:
            k = g if self.weight is None else g * self.weight
            tilt = (k * self.xh).mean(axis=self.axes, keepdims=True)
            gx = (k - self.xh * tilt) * self.inverse
        return gx, g * self.xh
