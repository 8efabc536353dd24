"""Convolution: the same small weighted sum at every place of an image."""

from __future__ import annotations

import numpy as np

from rung.scratch.function import Function
from rung.scratch.ops.windows import offsets, pad, windows


class Conv2d(Function):
    """Slide F kernels over an image; each gives one channel of the output.

        y[n, f, oh, ow] = b[f] + sum over c, i, j of  w[f, c, i, j] x[n, c, oh s + i d, ow s + j d]

    (In the books of mathematics this is cross-correlation: the kernel is not flipped.) All windows, laid
    out as rows, make it one matrix product, which is called im2col.

    Shape:
        x (N, C, H, W), weight (F, C / groups, kh, kw), bias (F,) or None -> (N, F, OH, OW)

    Cost:
        2 N F OH OW (C / groups) kh kw flops forward, twice that backward; im2col copies each pixel kh kw
        times.
    """

    def forward(self, x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
        """x: (N, C, H, W) -> (N, F, OH, OW). Keep what backward will need."""
        self.weight, self.groups = weight, groups
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.padded = pad(x, padding)  # (N, C, H', W')
        look = windows(self.padded, weight.shape[2:], stride, dilation)  # (N, C, OH, OW, kh, kw)
        parts = [
            np.tensordot(xs, ws, axes=((1, 4, 5), (1, 2, 3)))  # (N, OH, OW, F / groups)
            for xs, ws in zip(self._split(look, 1), self._split(weight, 0), strict=True)
        ]
        y = np.concatenate(parts, axis=3) if groups > 1 else parts[0]  # (N, OH, OW, F)
        if bias is not None:
            y += bias
        return y.transpose(0, 3, 1, 2)  # (N, F, OH, OW)

    def backward(self, g):
        """g: (N, F, OH, OW). Return the gradients of x, weight and bias."""
        look = windows(self.padded, self.weight.shape[2:], self.stride, self.dilation)
        shares = list(zip(self._split(g, 1), self._split(self.weight, 0), strict=True))
        gw = np.concatenate(
            [
                np.tensordot(gs, xs, axes=((0, 2, 3), (0, 2, 3)))  # (F / groups, C / groups, kh, kw)
                for gs, xs in zip(self._split(g, 1), self._split(look, 1), strict=True)
            ]
        )
        gx = (
            np.concatenate([self._back_to_pixels(gs, ws) for gs, ws in shares], axis=1)
            if self.needs[0]
            else None
        )
        return gx, gw, g.sum(axis=(0, 2, 3))

    def _back_to_pixels(self, g, weight):
        """Add each window's gradient to the pixels that it looked at."""
        n, _, h, w = self.padded.shape
        gx = np.zeros((n, weight.shape[1], h, w), dtype=g.dtype)
        for (i, j), (rows, columns) in offsets(weight.shape[2:], self.stride, self.dilation, g.shape[2:]):
            gx[:, :, rows, columns] += np.tensordot(g, weight[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
        top, left = self.padding
        return gx[:, :, top : h - top, left : w - left]

    def _split(self, array, axis):
        """Part the channels into the groups that do not see each other."""
        return np.split(array, self.groups, axis=axis) if self.groups > 1 else [array]


class ConvTranspose2d(Function):
    """Paint instead of read: each input pixel adds its kernel, scaled, to the output.

    It is the gradient of a convolution with respect to its input, used as a layer: it turns (OH, OW) back
    into (H, W).

        y[n, f, h s + i d - p, w s + j d - p] += w[c, f, i, j] x[n, c, h, w]

    Shape:
        x (N, C, H, W), weight (C, F, kh, kw), bias (F,) or None -> (N, F, OH, OW),
        OH = (H - 1) s - 2 p + d (kh - 1) + output_padding + 1
    """

    def forward(
        self, x, weight, bias=None, stride=(1, 1), padding=(0, 0), output_padding=(0, 0), dilation=(1, 1)
    ):
        """x: (N, C, H, W) -> (N, F, OH, OW). Keep what backward will need."""
        self.x, self.weight, self.stride, self.padding, self.dilation = x, weight, stride, padding, dilation
        (n, _, h, w), (_, f, kh, kw) = x.shape, weight.shape
        tall = (h - 1) * stride[0] + dilation[0] * (kh - 1) + 1 + output_padding[0]
        wide = (w - 1) * stride[1] + dilation[1] * (kw - 1) + 1 + output_padding[1]
        canvas = np.zeros((n, f, tall, wide), dtype=np.result_type(x, weight))
        for (i, j), (rows, columns) in offsets((kh, kw), stride, dilation, (h, w)):
            canvas[:, :, rows, columns] += np.tensordot(x, weight[:, :, i, j], axes=(1, 0)).transpose(
                0, 3, 1, 2
            )
        top, left = padding
        y = canvas[:, :, top : tall - top, left : wide - left]
        return y if bias is None else y + bias[:, None, None]

    def backward(self, g):
        """g: (N, F, OH, OW). Return the gradients of x, weight and bias."""
        h, w = self.x.shape[2:]
        look = windows(pad(g, self.padding), self.weight.shape[2:], self.stride, self.dilation)[:, :, :h, :w]
        gx = (
            np.tensordot(look, self.weight, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
            if self.needs[0]
            else None
        )
        gw = np.tensordot(self.x, look, axes=((0, 2, 3), (0, 2, 3)))  # (C, F, kh, kw)
        return gx, gw, g.sum(axis=(0, 2, 3))
