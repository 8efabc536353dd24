"""Grad-CAM: where the maps of a late layer, each weighted by how much it counts, lie for the answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.explain.attribution.calls import calls
from rung.explain.attribution.entrance import parts_of
from rung.explain.attribution.point import point
from rung.explain.attribution.result import Attribution, AttributionError
from rung.explain.subject import Subject


def grad_cam(subject: Subject, x: Any, target: Any = None, layer: str | None = None) -> Attribution:
    """Return where a late layer found what speaks for the answer: coarse, and true to the class.

        a_k = mean over places of dS/dA_k          map = max(0, sum over k of a_k A_k)

    A late layer's maps still know where, and already know what. The map has the layer's few places (6 x 6,
    say) and is drawn out to the size of the picture; its `values` are what it was before.

    Args:
        subject: the model.
        x: pictures, floats (N, C, H, W).
        target: whose score; None: the answer's own.
        layer: one that makes maps (N, K, h, w); None: the last such one with more than one place.

    Raises:
        AttributionError: the input is no picture, or the layer makes no maps.
        UnknownLayerError: the model has no such layer.

    Cost: one pass forward and back, and some forward.

    Source: selvaraju2017, section 3.
    """
    picture = parts_of(x)[0]
    if isinstance(x, tuple) or picture.ndim != 4:
        raise AttributionError(
            f"Grad-CAM on an input {picture.dtype} {picture.shape}",
            rule="It is for pictures (N, C, H, W), whose places the layers of a network keep.",
        )
    layer = layer if layer is not None else last_map(subject, x)
    at = point(subject, x, target, layer)
    if at.z.ndim != 4:
        raise AttributionError(
            f"layer {layer!r} makes {at.z.shape}",
            rule="Grad-CAM needs maps (N, K, h, w), which a convolution makes.",
            fix=f"layer={last_map(subject, x)!r}",
        )
    weight = at.slope(at.z).mean(axis=(2, 3), keepdims=True)
    small = np.maximum((weight * at.z).sum(axis=1), 0)
    return at.found("grad-cam", resized(small, *picture.shape[2:]), small, signed=False)


def last_map(subject: Subject, x: Any) -> str:
    """Return the layer that last made maps of more than one place: what stands right before the answer.

    Args:
        subject: the model.
        x: pictures (N, C, H, W).

    Raises:
        AttributionError: no layer makes maps.
    """
    found = [call.layer for call in calls(subject, x) if len(call.shape) == 4 and max(call.shape[2:]) > 1]
    if not found:
        raise AttributionError(
            "no layer of this model makes maps (N, K, h, w)",
            rule="Grad-CAM needs a convolution.",
            fix='method="integrated-gradients"',
        )
    return found[-1]


def resized(maps: np.ndarray, height: int, width: int) -> np.ndarray:
    """Draw maps (N, h, w) out to (N, height, width), in straight lines between the middles of their places.

    Args:
        maps: of any size.
        height, width: wanted.

    Example:
        >>> resized(np.array([[[0.0, 1.0]]]), 1, 4).tolist()
        [[[0.0, 0.25, 0.75, 1.0]]]
    """
    for axis, size in ((1, height), (2, width)):
        old = maps.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, old - 1)
        share = (at - low).reshape(-1, 1) if axis == 1 else at - low
        maps = maps.take(low, axis) * (1 - share) + maps.take(high, axis) * share
    return maps
