"""What the three losses and their gradient must do."""

import numpy as np

from rung.learn.checks import check, expect, expect_close


def _margins(rng):
    """Margins on both sides, none near a corner."""
    return np.concatenate([rng.uniform(-3, -0.2, 3), rng.uniform(0.2, 0.8, 2), rng.uniform(1.2, 4, 2)]).round(
        2
    )


def _pair(got):
    expect(
        isinstance(got, (tuple, list)) and len(got) == 2,
        "return two arrays, the losses and the slopes: `return loss, slope`",
    )
    return got


def _logistic(m):
    return np.logaddexp(0.0, -m), -np.exp(-np.logaddexp(0.0, m))


def _line(rng, n=6, d=3):
    return rng.normal(size=d), float(rng.normal()), rng.normal(size=(n, d)), rng.choice([-1, 1], size=n)


@check("The perceptron loss: what is lacking to 0")
def perceptron_loss_values(mine, rng):
    m = _margins(rng)
    loss, _ = _pair(mine.perceptron_loss(m))
    expect_close(loss, np.where(m < 0, -m, 0.0), "a margin of -2 costs 2, one of +2 costs nothing")


@check("The slope of the perceptron loss")
def perceptron_loss_slopes(mine, rng):
    m = _margins(rng)
    _, slope = _pair(mine.perceptron_loss(m))
    expect_close(
        slope,
        np.where(m < 0, -1.0, 0.0),
        "where the loss falls, it falls by 1 for each 1 of margin; elsewhere it is flat",
    )


@check("In its corner, at margin 0, the perceptron loss still pulls")
def perceptron_loss_corner(mine, rng):
    m = np.array([float(rng.uniform(1, 2)), 0.0])
    loss, slope = _pair(mine.perceptron_loss(m))
    expect_close(loss, np.zeros(2), "a point on the line costs 0")
    expect_close(slope, np.array([0.0, -1.0]), "but its slope counts as -1: else nothing ever leaves w = 0")


@check("The hinge loss: what is lacking to 1")
def hinge_loss_values(mine, rng):
    m = _margins(rng)
    loss, _ = _pair(mine.hinge_loss(m))
    expect_close(
        loss, np.where(m < 1, 1 - m, 0.0), "a margin of 0.3 costs 0.7, though the point is on its right side"
    )


@check("The slope of the hinge loss")
def hinge_loss_slopes(mine, rng):
    m = np.append(_margins(rng), 1.0)
    _, slope = _pair(mine.hinge_loss(m))
    expect_close(
        slope, np.where(m < 1, -1.0, 0.0), "it falls wherever the margin is below 1, and is flat from 1 on"
    )


@check("The logistic loss")
def logistic_loss_values(mine, rng):
    m = _margins(rng)
    loss, _ = _pair(mine.logistic_loss(m))
    expect_close(loss, _logistic(m)[0], "it is the natural logarithm of 1 + exp(-m)")


@check("The slope of the logistic loss")
def logistic_loss_slopes(mine, rng):
    m = _margins(rng)
    _, slope = _pair(mine.logistic_loss(m))
    expect_close(slope, _logistic(m)[1], "the slope of log(1 + exp(-m)) is -1 / (1 + exp(m))")


@check("Huge margins stay finite")
def logistic_loss_is_stable(mine, rng):
    m = np.array([-1e4, -800.0, 800.0, 1e4]) * float(rng.uniform(1, 2))
    loss, slope = _pair(mine.logistic_loss(m))
    because = "exp of 800 is too large for a float; take exp of numbers that are not positive only"
    expect_close(loss, np.maximum(0.0, -m), because)
    expect_close(slope, np.where(m < 0, -1.0, 0.0), because)


@check("line_gradient: the average loss")
def averages_the_loss(mine, rng):
    w, b, x, y = _line(rng)
    m = y * (x @ w + b)
    value, _, _ = mine.line_gradient(mine.hinge_loss, w, b, x, y)
    expect_close(value, float(np.maximum(0, 1 - m).mean()), "average the losses over the points")


@check("line_gradient: how the average changes with the weights")
def gives_the_gradient_of_w(mine, rng):
    w, b, x, y = _line(rng)
    slope = _logistic(y * (x @ w + b))[1]
    _, dw, _ = mine.line_gradient(mine.logistic_loss, w, b, x, y)
    want = np.mean((slope * y)[:, None] * x, axis=0)
    expect_close(dw, want, "each point gives slope times y times x; average over the points")


@check("line_gradient: how the average changes with the bias")
def gives_the_gradient_of_b(mine, rng):
    w, b, x, y = _line(rng)
    slope = _logistic(y * (x @ w + b))[1]
    _, _, db = mine.line_gradient(mine.logistic_loss, w, b, x, y)
    expect_close(db, float(np.mean(slope * y)), "the bias is the weight of an input that is always 1")


@check("One step down the perceptron loss of one point is the perceptron trick")
def is_the_trick(mine, rng):
    for label in (1, -1):
        w, x = rng.normal(size=2), rng.normal(size=(1, 2))
        for side in (label, -label):
            b = float(side * rng.uniform(0.3, 2) - x[0] @ w)
            _, dw, db = mine.line_gradient(mine.perceptron_loss, w, b, x, np.array([label]))
            moved = 0.5 * label if side != label else 0.0
            expect_close(
                w - 0.5 * dw, w + moved * x[0], "w - lr dw is the trick: w + lr y x on a mistake, else w"
            )
            expect_close(b - 0.5 * db, b + moved, "b - lr db is the trick: b + lr y on a mistake, else b")
