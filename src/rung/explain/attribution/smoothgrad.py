"""SmoothGrad: the mean slope around the input, not the slope at one point of a jagged surface."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.explain.attribution.point import point
from rung.explain.attribution.result import Attribution
from rung.explain.subject import Subject
from rung.scratch.errors import SettingError


def smoothgrad(
    subject: Subject,
    x: Any,
    target: Any = None,
    layer: str | None = None,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> Attribution:
    """Return the mean of dS/dx over copies of x with noise, in size.

        map = max over channels of |1/n sum of dS/dx at x + e|,     e ~ N(0, (noise * (max x - min x))^2)

    A network of ReLUs is made of many flat pieces; the slope jumps from piece to piece, and so does a
    saliency map from pixel to pixel. What is the same all around stays in the mean.

    Args:
        subject: the model.
        x: floats, words, or a table's floats and categories; see `point`.
        target: whose score; None: the answer's own.
        layer: by what this layer made; None: by the input.
        samples: copies with noise.
        noise: its standard deviation, as a share of the distance from an example's least number to its
            greatest. The paper finds 0.1 to 0.2 best for pictures.
        seed: draws the noise.

    Raises:
        SettingError: there are no samples, or the noise is below 0.
        AttributionError: the input has no real numbers, or the target is none of the answers.
        UnknownLayerError: the model has no such layer.

    Cost: `samples` passes forward and back.

    Source: smilkov2017, sections 3 and 4. The absolute value is taken of the mean, not before it.
    """
    if samples < 1 or noise < 0:
        raise SettingError(
            f"samples={samples}, noise={noise}", rule="samples is at least 1, noise at least 0."
        )
    at, rng = point(subject, x, target, layer), np.random.default_rng(seed)
    each = tuple(range(1, at.z.ndim))
    deviation = noise * (at.z.max(axis=each, keepdims=True) - at.z.min(axis=each, keepdims=True))
    slope = np.abs(at.mean_slope(at.z + deviation * rng.standard_normal(at.z.shape) for _ in range(samples)))
    return at.found("smoothgrad", at.per_place(slope, channels=np.max), slope, signed=False)
