"""The perceptron: a weighted sum, a threshold, and a rule that learns from mistakes.

Everything here is a plain function on plain arrays. `w` (d,) holds the weights, `b` the
bias, `x` one point (d,) or many (n, d), and labels `y` are -1 or +1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


def score(w: np.ndarray, b: float | np.ndarray, x: np.ndarray) -> np.ndarray:
    """Add up the inputs, each times its weight, and the bias.

        s = w . x + b = w[0] x[0] + w[1] x[1] + ... + b

    The points with s = 0 form a line (in two dimensions), and `w` is the arrow at right
    angles to it that points to the side where s > 0. If `w` has length 1, then s is the
    distance to the line, in the units of `x`.

    Args:
        w: the weights.
        b: the bias; it moves the line without turning it.
        x: one point or many.

    Shape:
        w (d,), x (d,) -> a number; x (n, d) -> (n,), one score a row.

    Cost:
        2 d flops a point.

    Source:
        rosenblatt1958; mcculloch1943 for the unit with a threshold, where the threshold
        is -b.

    Lesson: perceptron

    Example:
        >>> float(score(np.array([2.0, -1.0]), 0.5, np.array([3.0, 4.0])))
        2.5
    """
    return x @ w + b


def predict(w: np.ndarray, b: float | np.ndarray, x: np.ndarray) -> np.ndarray:
    """Say on which side of the line each point lies: +1 or -1.

        y = +1 if w . x + b > 0, else -1

    A point exactly on the line gets -1, as in scikit-learn.

    Args:
        w: the weights.
        b: the bias.
        x: one point or many.

    Shape:
        w (d,), x (d,) -> a whole number; x (n, d) -> (n,) of whole numbers.

    Cost:
        2 d flops and one comparison a point.

    Source:
        rosenblatt1958; there the two answers are 1 and 0.

    Lesson: perceptron

    Example:
        >>> predict(np.array([2.0, -1.0]), 0.5, np.array([[3.0, 4.0], [0.0, 4.0]]))
        array([ 1, -1])
    """
    return np.where(score(w, b, x) > 0, 1, -1)


def perceptron_update(
    w: np.ndarray, b: float, x: np.ndarray, y: int, lr: float = 1.0
) -> tuple[np.ndarray, float]:
    """Move the line for one labelled point, if that point is on the wrong side.

        if y (w . x + b) <= 0:      w <- w + lr y x      b <- b + lr y
        otherwise:                  nothing changes

    A point exactly on the line counts as a mistake: nothing has been decided for it
    yet. The arrays that come in are left as they were.

    Args:
        w: the weights.
        b: the bias.
        x: one point.
        y: its label, -1 or +1.
        lr: learning rate, unitless: how much of the point is added.

    Returns:
        The new w and b.

    Shape:
        w (d,), x (d,) -> w (d,) and a number.

    Cost:
        2 d flops for the score, 2 d more on a mistake.

    Source:
        rosenblatt1962, the error-correction procedure; novikoff1962 in this form, with
        lr = 1.

    Lesson: perceptron-trick

    Example:
        >>> perceptron_update(np.array([1.0, -1.0]), 0.0, np.array([1.0, 2.0]), y=1)
        (array([2., 1.]), 1.0)
    """
    if y * score(w, b, x) <= 0:
        w, b = w + lr * y * x, b + lr * y
    return w, b


def perceptron_epoch(
    w: np.ndarray, b: float, x: np.ndarray, y: np.ndarray, lr: float = 1.0
) -> tuple[np.ndarray, float, int]:
    """Go once through all points, updating after each, and count the mistakes met.

    Each point is judged by the line as it stands when its turn comes. A count of 0
    means that the line has stood still through the whole pass and that every point is
    on its right side.

    Args:
        w: the weights.
        b: the bias.
        x: the points, one a row.
        y: their labels, -1 or +1.
        lr: learning rate, unitless.

    Returns:
        The new w and b, and the number of points that were wrong when their turn came.

    Shape:
        w (d,), x (n, d), y (n,) -> w (d,) and two numbers.

    Cost:
        at most 4 n d flops.

    Source:
        rosenblatt1962.

    Lesson: perceptron-trick

    Example:
        >>> x, y = np.array([[1.0], [2.0]]), np.array([-1, 1])
        >>> w, b, mistakes = perceptron_epoch(np.array([0.0]), 0.0, x, y)
        >>> w, float(b), mistakes
        (array([1.]), 0.0, 2)
    """
    mistakes = 0
    for point, label in zip(x, y, strict=True):
        mistakes += bool(label * score(w, b, point) <= 0)
        w, b = perceptron_update(w, b, point, label, lr)
    return w, b, mistakes


class PerceptronFit(NamedTuple):
    """What a run of the perceptron trick leaves behind.

    Attributes:
        w: the weights.
        b: the bias.
        mistakes: for each pass over the data, how many points were wrong when their
            turn came.
    """

    w: np.ndarray
    b: float
    mistakes: list[int]


def perceptron_fit(
    x: np.ndarray,
    y: np.ndarray,
    lr: float = 1.0,
    epochs: int = 100,
    rng: np.random.Generator | None = None,
) -> PerceptronFit:
    """Repeat the trick from w = 0 until a pass makes no mistake, `epochs` times at most.

    If a line separates the labels, the run ends by itself after at most (R / margin)^2
    mistakes (`rung.scratch.models.margin.mistake_bound`). If none does, it would never
    end, and w is whatever it was when the passes ran out; see `pocket`.

    Args:
        x: the points, one a row.
        y: their labels, -1 or +1.
        lr: learning rate, unitless. From w = 0 it changes the length of w but not one
            decision.
        epochs: the most passes to make.
        rng: if given, the points are shuffled once before the first pass.

    Returns:
        The weights, the bias, and the mistakes of each pass.

    Shape:
        x (n, d), y (n,) -> w (d,).

    Cost:
        at most 4 n d flops a pass.

    Source:
        rosenblatt1962, novikoff1962.

    Lesson: perceptron-trick

    Example:
        >>> x, y = np.array([[1.0], [2.0]]), np.array([-1, 1])
        >>> perceptron_fit(x, y).mistakes
        [2, 2, 1, 2, 2, 1, 2, 1, 0]
    """
    order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
    w, b = np.zeros(x.shape[1]), 0.0
    mistakes: list[int] = []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1]):
        w, b, wrong = perceptron_epoch(w, b, x[order], y[order], lr)
        mistakes.append(wrong)
    return PerceptronFit(w, b, mistakes)


def pocket(
    x: np.ndarray,
    y: np.ndarray,
    epochs: int = 100,
    rng: np.random.Generator | None = None,
) -> tuple[np.ndarray, float, int]:
    """Run the perceptron trick and keep the line with the fewest wrong points in the pocket.

    The trick never settles on data that no line separates, but the best line it passes
    through can be kept. Here each new line is counted on all points (the "ratchet" of
    the source), which costs more than the trick itself.

    Args:
        x: the points, one a row.
        y: their labels, -1 or +1.
        epochs: the most passes to make; ends early when nothing is wrong.
        rng: if given, the points are shuffled once before the first pass.

    Returns:
        The best w and b, and how many points they leave on the wrong side or on the
        line.

    Shape:
        x (n, d), y (n,) -> w (d,) and two numbers.

    Cost:
        at most 2 n^2 d flops a pass.

    Source:
        gallant1990.

    Lesson: perceptron-trick

    Example:
        >>> x, y = np.array([[0.0], [1.0], [2.0]]), np.array([1, -1, 1])
        >>> pocket(x, y)[2]
        1
    """
    order = np.arange(len(x)) if rng is None else rng.permutation(len(x))
    w, b = np.zeros(x.shape[1]), 0.0
    best_w, best_b, fewest = w, b, len(x)
    for _ in range(epochs):
        for i in order:
            if y[i] * score(w, b, x[i]) > 0:
                continue
            w, b = perceptron_update(w, b, x[i], y[i])
            wrong = int(np.sum(y * score(w, b, x) <= 0))
            if wrong < fewest:
                best_w, best_b, fewest = w, b, wrong
        if fewest == 0:
            break
    return best_w, best_b, fewest
