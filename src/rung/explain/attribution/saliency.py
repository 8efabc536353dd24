"""Saliency: the slope of the score by every number of the input."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.explain.attribution.point import point
from rung.explain.attribution.result import Attribution
from rung.explain.subject import Subject


def saliency(subject: Subject, x: Any, target: Any = None, layer: str | None = None) -> Attribution:
    """Return |dS/dx|: where a small change would change the score most.

        map = max over channels of |dS/dx|          (of vectors: the sum)

    It tells what the score reacts to, and not what made it as high as it is: a pixel that is black may have
    the largest slope of all. Where a ReLU is shut or a softmax is sure the slope is 0 although the input
    matters (it is saturated); for that there are integrated gradients.

    Args:
        subject: the model.
        x: floats, words, or a table's floats and categories; see `point`.
        target: whose score; None: the answer's own.
        layer: by what this layer made; None: by the input.

    Raises:
        AttributionError: the input has no real numbers, or the target is none of the answers.
        UnknownLayerError: the model has no such layer.

    Cost: one pass forward and back.

    Source: simonyan2014, section 3.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 1, bias=False, rng=0))
        >>> model[0].weight.data[...] = [[3.0, -4.0]]
        >>> saliency(Subject(model), np.ones((1, 2), np.float32)).map.tolist()
        [[3.0, 4.0]]
    """
    at = point(subject, x, target, layer)
    slope = np.abs(at.slope(at.z))
    return at.found("saliency", at.per_place(slope, channels=np.max), slope, signed=False)
