"""What `score`, `predict` and `line_through` must do."""

import numpy as np

from rung.learn.checks import check, expect, expect_close, expect_raises


def _two_points(rng, apart=1.0):
    """Two points of the plane, well apart."""
    p = rng.uniform(-3, 3, size=2).round(1)
    angle = rng.uniform(0, 2 * np.pi)
    return p, p + rng.uniform(apart, 4) * np.array([np.cos(angle), np.sin(angle)])


@check("The score of one point: each input times its weight, added up")
def adds_up_the_weighted_inputs(mine, rng):
    w, x = rng.normal(size=3).round(2), rng.normal(size=3).round(2)
    expect_close(
        mine.score(w, 0.0, x), float(np.sum(w * x)), "with b = 0 it is w[0] x[0] + w[1] x[1] + w[2] x[2]"
    )


@check("The bias is added once")
def adds_the_bias(mine, rng):
    w, x, b = rng.normal(size=3).round(2), rng.normal(size=3).round(2), float(rng.uniform(0.5, 3))
    expect_close(mine.score(w, b, x), float(np.sum(w * x) + b), "the bias is added to the sum, once")


@check("Many points at once: one score a row")
def scores_every_row(mine, rng):
    w, x, b = rng.normal(size=2), rng.normal(size=(5, 2)), 0.5
    want = np.array([np.sum(w * row) + b for row in x])
    expect_close(mine.score(w, b, x), want, "x has a point in every row: 5 points, so 5 scores")


@check("The answer is +1 where the score is positive, -1 where it is negative")
def answers_plus_or_minus_one(mine, rng):
    for label in (1, -1):
        w, x = rng.normal(size=2), rng.normal(size=2)
        b = float(label * rng.uniform(0.2, 2) - w @ x)
        expect_close(
            mine.predict(w, b, x), label, f"the score is {w @ x + b:+.2f}, so the answer is {label:+d}"
        )


@check("A point exactly on the line gets -1")
def gives_the_line_to_minus_one(mine, rng):
    x = rng.integers(1, 6, size=2).astype(float)
    w = np.array([1.0, 2.0])
    expect_close(mine.predict(w, -float(x @ w), x), -1, "the score is 0, which is not greater than 0")


@check("Many answers at once")
def answers_every_row(mine, rng):
    w, x, b = rng.normal(size=2), rng.normal(size=(6, 2)), 0.2
    expect_close(
        mine.predict(w, b, x), np.where(x @ w + b > 0, 1, -1), "one answer, +1 or -1, for every row of x"
    )


@check("The line passes through both points")
def passes_through_both(mine, rng):
    p, q = _two_points(rng)
    got = mine.line_through(p, q)
    expect(isinstance(got, (tuple, list)) and len(got) == 2, "return two things: `return w, b`")
    w, b = np.asarray(got[0], dtype=float), got[1]
    expect(w.shape == (2,) and bool(np.any(w != 0)), "w is an array of two numbers that are not both 0")
    for name, point in (("p", p), ("q", q)):
        expect_close(
            float(w @ point + b), 0.0, f"{name} is on the line, so its score w . {name} + b is 0", atol=1e-9
        )


@check("w has length 1, so that a score is a distance")
def measures_distance(mine, rng):
    p, q = _two_points(rng, apart=2.0)
    w, _ = mine.line_through(p, q)
    expect_close(float(np.linalg.norm(w)), 1.0, "divide w by its length; else the scores are no distances")


@check("The positive side is on the left of a walker from p to q")
def has_its_positive_side_on_the_left(mine, rng):
    for _ in range(4):
        p, q = _two_points(rng)
        w, b = mine.line_through(p, q)
        along = (q - p) / np.linalg.norm(q - p)
        left = p + np.array([-along[1], along[0]])
        expect_close(
            float(np.asarray(w) @ left + b),
            1.0,
            f"({left[0]:.2f}, {left[1]:.2f}) lies at distance 1 on the left, so its score is +1",
        )


@check("An upright line is a line too")
def draws_upright_lines(mine, rng):
    p = rng.uniform(-2, 2, size=2).round(1)
    q = p + np.array([0.0, 2.5])
    w, b = mine.line_through(p, q)
    expect_close(
        np.asarray(w), np.array([-1.0, 0.0]), "walking straight up, left is the direction (-1, 0)", atol=1e-9
    )
    expect_close(b, float(p[0]), "then b is the line's place on the first axis", atol=1e-9)


@check("One point twice is refused: it fixes no line")
def refuses_one_point_twice(mine, rng):
    p = rng.uniform(-2, 2, size=2).round(1)
    expect_raises(
        "NoLineError",
        lambda: mine.line_through(p, p.copy()),
        'infinitely many lines run through one point; `raise NoLineError("...")` with a sentence of your own',
    )
