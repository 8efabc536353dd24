"""LeNet-5 with the peers that have a convolution, or can be given one: autograd, smallpebble, tinygrad."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

KERNELS = ((6, 1, 5, 5), (16, 6, 5, 5))
SIZES = (400, 120, 84, 10)


def first_weights() -> list[np.ndarray]:
    """Draw kernels (F, C, 5, 5) with their biases, then matrices (in, out) with theirs, all float32."""
    rng = np.random.default_rng(0)
    arrays = []
    for shape in (*KERNELS, *itertools.pairwise(SIZES)):
        fan_in = shape[0] if len(shape) == 2 else int(np.prod(shape[1:]))
        out = shape[1] if len(shape) == 2 else shape[0]
        arrays += [rng.uniform(-1, 1, shape).astype(np.float32) * fan_in**-0.5, np.zeros(out, np.float32)]
    return arrays


def autograd_scores(params: list[Any], x: Any) -> Any:
    """Return the scores (N, 10), with autograd's one convolution, `autograd.scipy.signal.convolve`."""
    import autograd.numpy as anp
    from autograd.scipy.signal import convolve

    h = anp.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)), "constant")
    for kernel, bias in (params[0:2], params[2:4]):
        h = convolve(h, kernel, axes=([2, 3], [2, 3]), dot_axes=([1], [1]), mode="valid")
        h = anp.maximum(h + bias.reshape(1, -1, 1, 1), 0)
        n, c, height, width = h.shape
        h = anp.max(anp.reshape(h, (n, c, height // 2, 2, width // 2, 2)), axis=(3, 5))
    h = anp.reshape(h, (len(x), -1))
    for i in (4, 6, 8):
        h = anp.dot(h, params[i]) + params[i + 1]
        h = anp.maximum(h, 0) if i < 8 else h
    return h


def smallpebble_scores(params: list[Any], x: Any) -> Any:
    """Return the scores (N, 10); smallpebble's images are (N, H, W, C)."""
    import smallpebble as sp

    h = x
    if len(params) == 10:
        for i, padding in ((0, "SAME"), (2, "VALID")):
            h = sp.conv2d(h, params[i], padding=padding)
            h = sp.leaky_relu(sp.add(h, params[i + 1]), 0)
            h = sp.maxpool2d(h, 2, 2, padding="VALID", strides=[2, 2])
        h = sp.reshape(h, (len(x.array), -1))
    last = len(params) - 2
    for i in range(4 if len(params) == 10 else 0, len(params), 2):
        h = sp.add(sp.matmul(h, params[i]), params[i + 1])
        h = sp.leaky_relu(h, 0) if i < last else h
    return h


def smallpebble_step(arrays: list[np.ndarray], x: np.ndarray, t: np.ndarray) -> Any:
    """Return a step with smallpebble: its graph, its cross-entropy, its Adam."""
    import smallpebble as sp

    params = [sp.Variable(a.transpose(2, 3, 1, 0) if a.ndim == 4 else a) for a in arrays]
    images = sp.Variable(x.transpose(0, 2, 3, 1) if x.ndim == 4 else x)
    optimizer = sp.Adam()

    def step() -> float:
        scores = smallpebble_scores(params, images)
        loss = sp.mul(sp.cross_entropy(sp.softmax(scores), t), sp.Variable(np.array(1 / len(t))))
        optimizer.training_step(params, sp.get_gradients(loss))
        return float(loss.array)

    return step


def tinygrad_scores(params: list[Any], x: Any) -> Any:
    """Return the scores (N, 10)."""
    h = x
    for i, padding in ((0, 2), (2, 0)):
        h = h.conv2d(params[i], params[i + 1], padding=padding).relu().max_pool2d((2, 2))
    h = h.flatten(1)
    for i in (4, 6, 8):
        h = h.dot(params[i]) + params[i + 1]
        h = h.relu() if i < 8 else h
    return h
