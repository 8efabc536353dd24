"""Losses of a line: how wrong is each point, and which way is down?

The margin of a point is m = y (w . x + b): positive on the right side, negative on the
wrong one. Every loss here takes margins of any shape and returns two arrays of that
shape: the losses, and their slopes d loss / d m.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rung.scratch.models.perceptron import score

MarginLoss = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def zero_one_loss(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count mistakes: 1 where the margin is not positive, else 0; the slope is 0.

        loss = 1 if m <= 0, else 0

    Args:
        m: margins, in the units of the score.

    Returns:
        The losses (a count) and the slopes.

    Shape:
        m (...) -> (...), (...).

    Source:
        the plain count of errors; here a point on the line counts as one.

    Lesson: perceptron-loss
    """
    return np.where(m <= 0, 1.0, 0.0), np.zeros_like(m, dtype=float)


def perceptron_loss(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Charge a point by how far its score is on the wrong side, and nothing otherwise.

        loss = max(0, -m)          slope = -1 if m <= 0, else 0

    At the corner m = 0 any slope from -1 to 0 would do; -1 makes a step on this loss
    the perceptron trick.

    Args:
        m: margins, in the units of the score.

    Returns:
        The losses, in the units of the score, and the slopes.

    Shape:
        m (...) -> (...), (...).

    Source:
        bottou2010, table 1; the rule itself is rosenblatt1962.

    Lesson: perceptron-loss

    Example:
        >>> perceptron_loss(np.array([-2.0, 2.0]))
        (array([2., 0.]), array([-1.,  0.]))
    """
    return np.maximum(0.0, -m), np.where(m <= 0, -1.0, 0.0)


def hinge_loss(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Charge every point whose margin is less than 1, even one on the right side.

        loss = max(0, 1 - m)       slope = -1 if m < 1, else 0

    At the corner m = 1 the slope is taken as 0: the point has what is asked of it.

    Args:
        m: margins, in the units of the score.

    Returns:
        The losses, in the units of the score, and the slopes.

    Shape:
        m (...) -> (...), (...).

    Source:
        cortes1995, the soft margin without its penalty on the length of w.

    Lesson: perceptron-loss

    Example:
        >>> hinge_loss(np.array([-2.0, 0.0, 2.0]))
        (array([3., 1., 0.]), array([-1., -1.,  0.]))
    """
    return np.maximum(0.0, 1.0 - m), np.where(m < 1, -1.0, 0.0)


def logistic_loss(m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Charge every point, less and less the further it is on the right side.

        loss = log(1 + exp(-m))    slope = -1 / (1 + exp(m))

    It is smooth, never 0, and the negative logarithm of the probability 1 / (1 +
    exp(-m)) of the right label.

    Args:
        m: margins, in the units of the score.

    Returns:
        The losses, in nats, and the slopes.

    Shape:
        m (...) -> (...), (...).

    Numerics:
        exp(1000) is more than a float can hold. Only exp of a number that is not
        positive is taken: log(1 + exp(-m)) = max(0, -m) + log(1 + exp(-|m|)), and
        likewise for the slope.

    Source:
        cox1958, written for labels -1 and +1.

    Lesson: perceptron-loss

    Example:
        >>> loss, slope = logistic_loss(np.array([-1000.0, 0.0, 1000.0]))
        >>> [round(float(v), 4) for v in loss], slope
        ([1000.0, 0.6931, 0.0], array([-1. , -0.5, -0. ]))
    """
    small = np.exp(-np.abs(m))  # in (0, 1]
    loss = np.maximum(0.0, -m) + np.log1p(small)
    slope = -np.where(m > 0, small, 1.0) / (1.0 + small)
    return loss, slope


def line_gradient(
    loss: MarginLoss, w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray, float]:
    """Average a loss over all points, and find how it changes with w and with b.

        L = mean_i loss(m_i)
        dL/dw = mean_i slope(m_i) y_i x_i          dL/db = mean_i slope(m_i) y_i

    since m_i = y_i (w . x_i + b) changes by y_i x_i when w does, and by y_i when b
    does.

    Args:
        loss: one of the losses of this file.
        w: the weights.
        b: the bias.
        x: the points, one a row.
        y: their labels, -1 or +1.

    Returns:
        L, dL/dw and dL/db.

    Shape:
        w (d,), x (n, d), y (n,) -> a number, (d,), a number.

    Cost:
        about 4 n d flops.

    Source:
        the chain rule; bottou2010 for the one-point form.

    Lesson: perceptron-loss

    Example:
        >>> x, y = np.array([[2.0], [1.0]]), np.array([1, -1])
        >>> value, dw, db = line_gradient(perceptron_loss, np.array([1.0]), 0.0, x, y)
        >>> value, dw, db
        (0.5, array([0.5]), 0.5)
    """
    losses, slopes = loss(y * score(w, b, x))
    pull = slopes * y  # (n,)
    return float(losses.mean()), pull @ x / len(x), float(pull.mean())
