"""A line in the plane: as two points, as weights and bias, and the way between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rung.scratch.errors import RungError


class NoLineError(RungError, ValueError):
    """A line was asked for through two points that are one and the same.

    Infinitely many lines pass through a single point, so no weights can be chosen.

    Repair: give two different points.
    """

    name = "no-line"


def line_through(p: ArrayLike, q: ArrayLike) -> tuple[np.ndarray, float]:
    """Find the weights whose line passes through two points of the plane.

    `w` is at right angles to the way from p to q and has length 1, so that a score is a
    distance. The positive side is on the left of a walker who goes from p to q.

        w = (-(q[1] - p[1]), q[0] - p[0]) / |q - p|          b = -w . p

    Args:
        p: a point of the line.
        q: another point of the line.

    Returns:
        w and b.

    Shape:
        p (2,), q (2,) -> w (2,) and a number.

    Raises:
        NoLineError: p and q are the same point.

    Source:
        the normal form of a line (Hesse).

    Lesson: perceptron

    Example:
        >>> w, b = line_through([0.0, 1.0], [4.0, 1.0])
        >>> float(w @ [2.0, 3.0] + b)
        2.0
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    along = q - p
    length = np.hypot(*along)
    if length == 0:
        raise NoLineError(
            f"line_through: both points are {p.tolist()}.",
            rule="One point lies on infinitely many lines; two different points fix one.",
            fix="move one of the two points.",
        )
    w = np.array([-along[1], along[0]]) / length
    return w, float(-w @ p)


def line_within(w: np.ndarray, b: float, x: tuple[float, float], y: tuple[float, float]) -> np.ndarray | None:
    """Cut the line w . x + b = 0 off at the edges of a rectangle.

    From the first end to the second, the positive side is on the left: `line_through`
    of the two gives the same line.

    Args:
        w: the weights.
        b: the bias.
        x: the rectangle's left and right edge.
        y: its lower and upper edge.

    Returns:
        The two ends, or None if the line misses the rectangle or w is 0.

    Shape:
        w (2,) -> (2, 2), one end a row.

    Source:
        the clipping of a line by one pair of edges at a time (Liang and Barsky).

    Lesson: perceptron

    Example:
        >>> line_within(np.array([0.0, 1.0]), -1.0, (0.0, 4.0), (0.0, 2.0)).tolist()
        [[0.0, 1.0], [4.0, 1.0]]
    """
    length = np.hypot(*w)
    if length == 0:
        return None
    foot = -b * w / length**2  # the point of the line nearest to the origin
    along = np.array([w[1], -w[0]]) / length
    low, high = -np.inf, np.inf
    for start, speed, (first, last) in zip(foot, along, (x, y), strict=True):
        if abs(speed) < 1e-12:
            if not first <= start <= last:
                return None
            continue
        times = sorted(((first - start) / speed, (last - start) / speed))
        low, high = max(low, times[0]), min(high, times[1])
    return np.array([foot + low * along, foot + high * along]) if low < high else None


def best_line(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float, int]:
    """Find a line with the fewest points on its wrong side, by trying all that matter.

    Any line can be moved, without a point changing sides, until it touches two of the
    points. So it is enough to try the lines through every two points, each nudged four
    ways: to either side, and turned either way between the two.

    Args:
        x: the points; apart from points in a row, none may be nearer than about 1e-4 to
            a line through two others.
        y: their labels, -1 or +1.

    Returns:
        w, b and the number of points on the wrong side.

    Shape:
        x (n, 2), y (n,) -> w (2,) and two numbers.

    Raises:
        NoLineError: all points are one and the same.

    Cost:
        2 n^2 lines, 4 n flops each: n^3 in all. 100 points take a few hundredths of a
        second.

    Lesson: perceptron

    Example:
        >>> corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> best_line(corners, np.array([-1, 1, 1, -1]))[2]
        1
    """
    first, second = np.triu_indices(len(x), k=1)
    p, q = x[first].astype(float), x[second].astype(float)
    apart = (p != q).any(axis=1)
    p, q = p[apart], q[apart]
    if not len(p):
        raise NoLineError("best_line: all points are the same.", fix="give at least two different points.")
    along = q - p
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    best: tuple[np.ndarray, float, int] = np.zeros(2), 0.0, len(x) + 1
    for nudge_p, nudge_q in ((1, 1), (-1, -1), (1, -1), (-1, 1)):
        start, end = p + 1e-6 * nudge_p * normal, q + 1e-6 * nudge_q * normal
        w = np.column_stack([-(end - start)[:, 1], (end - start)[:, 0]])
        w /= np.hypot(*w.T)[:, None]
        b = -(w * start).sum(axis=1)
        wrong = ((x @ w.T + b) * y[:, None] <= 0).sum(axis=0)  # a column a line
        for sign, count in ((1, wrong), (-1, len(x) - wrong)):
            k = int(count.argmin())
            if count[k] < best[2]:
                best = sign * w[k], float(sign * b[k]), int(count[k])
    return best
