"""The margin of labelled points, and how many mistakes the perceptron makes at most.

The bias is treated as one more weight, for an input that is always 1: a point x becomes
(x, 1) and the line (w, b). Lengths, R and the margin are measured there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np


class Margin(NamedTuple):
    """The line that keeps all points as far away as it can, and how far that is.

    Attributes:
        w: the weights. (w, b) together have length 1.
        b: the bias.
        margin: the smallest y (w . x + b) over the points, in the units of x with the
            constant 1 beside it; 0 if no line separates the labels, and then w and b
            are 0 too.
        radius: R, the length of the longest (x, 1).
    """

    w: np.ndarray
    b: float
    margin: float
    radius: float


def widest_margin(x: np.ndarray, y: np.ndarray) -> Margin:
    """Find the separating line with the largest margin, or find that there is none.

        margin = max over |(w, b)| = 1 of  min_i  y_i (w . x_i + b)

    That maximum is the distance from the origin to the convex hull of the points y_i
    (x_i, 1), and the line's weights point from the origin to the nearest point of that
    hull. If the hull holds the origin, no line separates the labels.

    Args:
        x: the points, one a row.
        y: their labels, -1 or +1.

    Returns:
        The line, its margin and R.

    Shape:
        x (n, d), y (n,) -> w (d,).

    Cost:
        a handful of rounds, each 2 n d flops and one linear system of at most d + 2
        unknowns.

    Numerics:
        A hull nearer to the origin than R times 1e-9 counts as holding it.

    Source:
        wolfe1976 for the nearest point of a hull.

    Lesson: perceptron-trick

    Example:
        >>> widest_margin(np.array([[-2.0], [2.0]]), np.array([-1, 1])).margin
        2.0
    """
    signed = y[:, None] * np.column_stack([x, np.ones(len(x))])  # (n, d + 1)
    radius = float(np.linalg.norm(signed, axis=1).max())
    nearest = _nearest_to_origin(signed)
    length = float(np.linalg.norm(nearest))
    if length <= 1e-9 * radius:
        return Margin(np.zeros(x.shape[1]), 0.0, 0.0, radius)
    line = nearest / length
    return Margin(line[:-1], float(line[-1]), float((signed @ line).min()), radius)


def mistake_bound(found: Margin, w: np.ndarray | None = None, b: float = 0.0, lr: float = 1.0) -> float:
    """Bound the mistakes the perceptron trick can make before it stops, in any order.

    From w = 0 the bound is (R / margin)^2, whatever the learning rate. From another
    line v = (w, b) it is the largest k with (v . u + k lr margin)^2 <= |v|^2 + k lr^2
    R^2, where u is the line of `found`: each mistake brings the line at least lr margin
    further along u, but makes it longer by little.

    Args:
        found: what `widest_margin` returned for the points.
        w: the weights at the start; None means 0.
        b: the bias at the start.
        lr: learning rate, unitless.

    Returns:
        The bound, not rounded; infinity if no line separates the labels.

    Source:
        novikoff1962 for a start at 0; the quadratic for another start is ours, by the
        same two inequalities.

    Lesson: perceptron-trick

    Example:
        >>> found = widest_margin(np.array([[-2.0], [2.0]]), np.array([-1, 1]))
        >>> round(mistake_bound(found), 6)
        1.25
    """
    if found.margin == 0:
        return math.inf
    w = np.zeros_like(found.w) if w is None else w
    along = float(w @ found.w + b * found.b)
    square = float(w @ w + b * b)
    grow, step = (lr * found.radius) ** 2, lr * found.margin
    half = grow - 2 * along * step
    root = math.sqrt(max(half**2 + 4 * step**2 * (square - along**2), 0.0))
    return max((half + root) / (2 * step**2), 0.0)


def _nearest_to_origin(points: np.ndarray) -> np.ndarray:
    """Return the point of the hull of `points` (n, d) nearest to the origin (Wolfe)."""
    scale = float((points**2).sum(axis=1).max())
    corners = [int((points**2).sum(axis=1).argmin())]
    share = np.ones(1)  # the nearest point so far is share @ points[corners]
    while True:
        nearest = share @ points[corners]
        heights = points @ nearest
        new = int(heights.argmin())
        if heights[new] >= nearest @ nearest - 1e-12 * scale or new in corners:
            return nearest
        corners.append(new)
        share = np.append(share, 0.0)
        while True:  # go to the nearest point of the plane through the corners, unless that leaves the hull
            wanted = _affine_share(points[corners])
            if (wanted > 1e-12).all():
                share = wanted
                break
            out = wanted <= 1e-12
            reach = np.min(share[out] / np.maximum(share[out] - wanted[out], 1e-300))
            share = share + min(reach, 1.0) * (wanted - share)
            keep = share > 1e-12
            if keep.all():  # rounding kept the corner that should go
                keep[share.argmin()] = False
            corners = [c for c, k in zip(corners, keep, strict=True) if k]
            share = share[keep] / share[keep].sum()


def _affine_share(corners: np.ndarray) -> np.ndarray:
    """Return shares of `corners` that give their plane's nearest point to the origin."""
    k = len(corners)
    system = np.ones((k + 1, k + 1))
    system[0, 0] = 0.0
    system[1:, 1:] = corners @ corners.T
    right = np.zeros(k + 1)
    right[0] = 1.0
    return np.linalg.lstsq(system, right, rcond=None)[0][1:]
