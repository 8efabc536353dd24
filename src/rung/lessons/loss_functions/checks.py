"""The order in which a learner should meet the failures: numbers, then probabilities, then numerics, then what backward needs."""

import math

import numpy as np

from rung.learn.checks import check, expect_close, expect_unchanged


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@check("MSE: the errors squared, then their mean")
def mse_is_the_mean_square(mine, rng):
    p, t = (rng.normal(size=3) * 3).round(1), rng.normal(size=3).round(1)
    got = mine.MSE().forward(p, t)
    expect_close(
        got,
        sum((a - b) ** 2 for a, b in zip(p, t, strict=True)) / 3,
        "the mean of (p - t)² over the 3 numbers",
    )


@check("L1: the sizes of the errors, then their mean")
def l1_is_the_mean_size(mine, rng):
    p, t = np.concatenate([rng.normal(size=2).round(1), [2.0, -2.0]]), np.zeros(4)
    got = mine.L1().forward(p, t)
    expect_close(
        got,
        sum(abs(a) for a in p) / 4,
        "the mean of |p - t|; an error of +2 and one of -2 are two errors, not none",
    )


@check("Huber: half the square near the target")
def huber_near(mine, rng):
    p = rng.uniform(-0.9, 0.9, size=3).round(2)
    got = mine.Huber().forward(p, np.zeros(3), delta=1.0)
    expect_close(got, np.mean(p**2) / 2, "every error is smaller than delta = 1, so each costs e²/2")


@check("Huber: a straight line far from it, with no jump at delta")
def huber_far(mine, rng):
    delta = round(float(rng.uniform(0.5, 2.0)), 2)
    e = np.array([3.0, -4.0, delta, -0.1, delta + 1])
    wanted = [x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2) for x in e]
    got = mine.Huber().forward(e, np.zeros(5), delta=delta, reduction="none")
    expect_close(
        got,
        np.array(wanted),
        f"beyond delta = {delta} an error of e costs delta·(|e| - delta/2), which meets e²/2 at delta",
    )


@check("Binary cross-entropy: minus the log of what the right answer was given")
def bce_is_surprise(mine, rng):
    x, t = (rng.normal(size=4) * 2).round(1), np.array([0.0, 1.0, 1.0, 0.0])
    p = 1 / (1 + np.exp(-x))
    wanted = -np.mean([math.log(pi) if ti == 1 else math.log(1 - pi) for pi, ti in zip(p, t, strict=True)])
    got = mine.BCEWithLogits().forward(x, t)
    expect_close(
        got, wanted, "with p = sigmoid(x), the loss is -log p where t = 1 and -log(1 - p) where t = 0"
    )


@check("Binary cross-entropy of scores as large as 1000")
def bce_far_out(mine, rng):
    x = np.array([1000.0, -1000.0, 1000.0, -1000.0])
    got = mine.BCEWithLogits().forward(x, np.array([0.0, 1.0, 1.0, 0.0]), reduction="none")
    expect_close(
        got,
        np.array([1000.0, 1000.0, 0.0, 0.0]),
        "log(1 + e^1000) is 1000 to the last digit. No exp of a large number may be taken, and no log of a rounded 0",
    )


@check("Cross-entropy: the right class's share, in every row")
def cross_entropy_is_surprise(mine, rng):
    z = (rng.normal(size=(2, 3)) * 2).round(1)
    t = np.array([z[0].argmin(), z[1].argsort()[1]])  # not the highest score in either row
    p = _softmax(z)
    wanted = -sum(math.log(p[i, t[i]]) for i in range(2)) / 2
    got = mine.CrossEntropy().forward(z, t)
    expect_close(
        got,
        wanted,
        "softmax of each row, then the mean over the 2 rows of -log of the right class's probability",
    )


@check("Cross-entropy does not care what is added to all scores of a row")
def cross_entropy_shift(mine, rng):
    z, t = rng.normal(size=(3, 4)), np.array([3, 1, 0])
    shift = rng.normal(size=(3, 1)) * 20
    p = _softmax(z)
    got = mine.CrossEntropy().forward(z + shift, t, reduction="none")
    expect_close(
        got,
        -np.log(p[np.arange(3), t]),
        "adding a constant to a row leaves its probabilities alone, so the loss too",
    )


@check("Cross-entropy of scores as large as 1000")
def cross_entropy_far_out(mine, rng):
    z = np.array([[1000.0, 0.0, -1000.0], [1000.0, 0.0, 1000.0], [1000.0, 0.0, 1000.0]])
    got = mine.CrossEntropy().forward(z, np.array([1, 1, 0]), reduction="none")
    expect_close(
        got,
        np.array([1000.0, 1000.0 + math.log(2), math.log(2)]),
        "take each row's own maximum off before exp, and never the log of a probability that was rounded to 0",
    )


@check("Cross-entropy of rows of very different size")
def cross_entropy_unequal_rows(mine, rng):
    z = rng.normal(size=(3, 4))
    t = np.array([1, 2, 0])
    offset = np.array([[0.0], [2000.0], [-2000.0]])
    got = mine.CrossEntropy().forward(z + offset, t, reduction="none")
    expect_close(
        got,
        -np.log(_softmax(z)[np.arange(3), t]),
        "each row has its own largest score; one maximum for the whole batch drowns the other rows",
        rtol=1e-4,
    )


@check("Mean, sum, or one loss each")
def reductions(mine, rng):
    p, t = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    z, c = rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    each = {
        "MSE": ((p, t), (p - t) ** 2),
        "L1": ((p, t), np.abs(p - t)),
        "Huber": ((p, t), np.where(np.abs(p - t) <= 1, (p - t) ** 2 / 2, np.abs(p - t) - 0.5)),
        "BCEWithLogits": ((p, np.abs(np.sign(t))), np.log1p(np.exp(-p))),
        "CrossEntropy": ((z, c), -np.log(_softmax(z)[np.arange(4), c])),
    }
    for name, (inputs, losses) in each.items():
        for reduction, wanted in (("none", losses), ("sum", losses.sum()), ("mean", losses.mean())):
            got = getattr(mine, name)().forward(*inputs, reduction=reduction)
            expect_close(
                got,
                wanted,
                f'{name} with reduction="{reduction}": self.reduce(losses, reduction) does all three',
            )


@check("What was passed in stays as it was")
def changes_nothing(mine, rng):
    for name in ("MSE", "L1", "Huber", "BCEWithLogits"):
        p, t = rng.normal(size=4), np.array([0.0, 1.0, 1.0, 0.0])
        before = p.copy(), t.copy()
        getattr(mine, name)().forward(p, t)
        expect_unchanged(before[0], p, f"{name} wrote into the predictions")
        expect_unchanged(before[1], t, f"{name} wrote into the targets")
    z, c = rng.normal(size=(3, 4)), np.array([3, 0, 1])
    before = z.copy()
    mine.CrossEntropy().forward(z, c)
    expect_unchanged(before, z, "CrossEntropy wrote into the scores; shift a copy")


@check("Each loss leaves on self what its backward will look for")
def keeps_for_backward(mine, rng):
    p, t = rng.normal(size=5) * 2, rng.normal(size=5)
    y = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    z, c = rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    onehot = np.eye(3)[c]
    slopes = {
        "MSE": ((p, t), 2 * (p - t) / 5),
        "L1": ((p, t), np.sign(p - t) / 5),
        "Huber": ((p, t), np.clip(p - t, -1, 1) / 5),
        "BCEWithLogits": ((p, y), (1 / (1 + np.exp(-p)) - y) / 5),
        "CrossEntropy": ((z, c), (_softmax(z) - onehot) / 4),
    }
    for name, (inputs, wanted) in slopes.items():
        call = getattr(mine, name)()
        call.needs = (True, False)
        call.forward(*inputs)
        got = call.backward(np.float64(1.0))
        expect_close(
            got[0], wanted, f"{name}.backward is given; forward must keep on self every name that it reads"
        )
