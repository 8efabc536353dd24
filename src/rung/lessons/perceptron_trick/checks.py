"""What `perceptron_update` and `perceptron_epoch` must do, in the order in which a learner should meet it."""

import numpy as np

from rung.data import load
from rung.learn.checks import check, expect, expect_close, expect_unchanged


def _wrong_point(rng, label, d=3):
    """A line and a point that is on its wrong side, by a good piece."""
    w, b = rng.normal(size=d), float(rng.normal())
    x = rng.normal(size=d)
    b -= label * (abs(x @ w + b) + 0.5) + (x @ w + b)
    return w, b, x


def _epoch(w, b, x, y, lr):
    """The pass in plain NumPy."""
    mistakes = 0
    for point, label in zip(x, y, strict=True):
        if label * (point @ w + b) <= 0:
            w, b, mistakes = w + lr * label * point, b + lr * label, mistakes + 1
    return w, b, mistakes


def _points(rng, n=8):
    x = rng.normal(size=(n, 2)).round(2) + np.array([1.5, 0.5])
    return x, np.where(x @ np.array([1.0, -2.0]) + 0.3 * rng.normal(size=n) > 0.4, 1, -1)


@check("A point on the wrong side moves the line")
def moves_for_a_wrong_point(mine, rng):
    for label in (1, -1):
        w, b, x = _wrong_point(rng, label)
        old = w.copy()
        got = mine.perceptron_update(w, b, x, label)
        expect(
            isinstance(got, (tuple, list)) and len(got) == 2,
            "return two things, the weights and the bias: `return w, b`",
        )
        expect(
            not np.array_equal(got[0], old),
            f"the label is {label:+d} and the score {x @ old + b:+.2f}: a mistake, so the weights must move",
        )


@check("A point on the right side changes nothing")
def leaves_right_points_alone(mine, rng):
    for label in (1, -1):
        w, b, x = _wrong_point(rng, -label)
        want = w.copy()
        got_w, got_b = mine.perceptron_update(w, b, x, label)
        because = "this point is on its right side (label times score is positive), so the line must stay"
        expect_close(got_w, want, because)
        expect_close(got_b, b, because)


@check("A point on the wrong side is added to the weights, times its label")
def moves_the_weights(mine, rng):
    for label in (1, -1):
        w, b, x = _wrong_point(rng, label)
        want = w + label * x
        because = (
            f"the point is wrong (label {label:+d}, score {x @ w + b:+.2f}), so the new weights are w + y x"
        )
        expect_close(mine.perceptron_update(w, b, x, label)[0], want, because)


@check("The bias moves by the label")
def moves_the_bias(mine, rng):
    for label in (1, -1):
        w, b, x = _wrong_point(rng, label)
        because = f"the bias is the weight of an input that is always 1: b + y, here with y = {label:+d}"
        expect_close(mine.perceptron_update(w, b, x, label)[1], b + label, because)


@check("The learning rate scales the step")
def uses_the_learning_rate(mine, rng):
    lr = float(rng.uniform(0.05, 0.5))
    w, b, x = _wrong_point(rng, 1)
    want_w, want_b = w + lr * x, b + lr
    got_w, got_b = mine.perceptron_update(w, b, x, 1, lr)
    expect_close(got_w, want_w, f"with lr = {lr:.3f} only that share of the point is added")
    expect_close(got_b, want_b, f"the bias takes the same share, lr = {lr:.3f}")


@check("A point exactly on the line is a mistake too")
def moves_for_a_point_on_the_line(mine, rng):
    x = rng.integers(1, 5, size=2).astype(float)
    got_w, got_b = mine.perceptron_update(np.zeros(2), 0.0, x, -1)
    because = (
        "its score is 0, so nothing is decided for it yet; a rule that waits for less never leaves w = 0"
    )
    expect_close(got_w, -x, because)
    expect_close(got_b, -1.0, because)


@check("The arrays that were handed in are left as they were")
def leaves_its_inputs_alone(mine, rng):
    w, b, x = _wrong_point(rng, 1)
    before = w.copy()
    mine.perceptron_update(w, b, x, 1)
    expect_unchanged(before, w, "w was changed in place; make a new array with w = w + ..., not w += ...")


@check("In an epoch every point is judged by the line that the points before it left")
def epoch_goes_point_by_point(mine, rng):
    x, y = _points(rng)
    w, b = rng.normal(size=2).round(2), 0.5
    want_w, want_b, _ = _epoch(w, b, x, y, 1.0)
    got = mine.perceptron_epoch(w, b, x, y)
    expect(isinstance(got, (tuple, list)) and len(got) == 3, "return three things: `return w, b, mistakes`")
    because = "go through the points in order, each time with the w and b that the point before it left"
    expect_close(got[0], want_w, because)
    expect_close(got[1], want_b, because)


@check("An epoch counts the points that were wrong when their turn came")
def epoch_counts_mistakes(mine, rng):
    for _ in range(3):
        x, y = _points(rng)
        w, b = rng.normal(size=2).round(2), 0.5
        got = mine.perceptron_epoch(w, b, x, y)[2]
        expect_close(
            got,
            _epoch(w, b, x, y, 1.0)[2],
            "count a mistake when the point's turn comes, before the line moves for it",
        )


@check("An epoch passes the learning rate on")
def epoch_uses_the_learning_rate(mine, rng):
    x, y = _points(rng)
    w, b = rng.normal(size=2).round(2), 0.5
    want_w, want_b, _ = _epoch(w, b, x, y, 0.25)
    got_w, got_b, _ = mine.perceptron_epoch(w, b, x, y, 0.25)
    expect_close(got_w, want_w, "every update of the pass uses the lr that the pass was given, here 0.25")
    expect_close(got_b, want_b, "every update of the pass uses the lr that the pass was given, here 0.25")


@check("Epoch after epoch it learns to tell 100 real irises apart")
def learns_the_irises(mine, rng):
    iris = load("iris")
    keep = rng.permutation(np.flatnonzero(iris.y < 2))
    x, y = iris.x[keep, 2:4].astype(float), np.where(iris.y[keep] == 1, 1, -1)
    w, b, made = np.zeros(2), 0.0, 1
    for _ in range(60):
        w, b, made = mine.perceptron_epoch(w, b, x, y)
        if not made:
            break
    expect(
        made == 0,
        "setosa and versicolor can be separated, so one of 60 passes should have been without a mistake",
    )
    expect(
        bool((y * (x @ np.asarray(w) + b) > 0).all()),
        "a pass reported no mistake, yet flowers are on the wrong side",
    )
