"""What `step_network`, `xor_network` and `is_separable` must do."""

from itertools import pairwise

import numpy as np

from rung.learn.checks import case, check, expect, expect_close, expect_raises

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR = np.array([-1, 1, 1, -1])


def _forward(layers, x):
    for weights, biases in layers:
        x = np.where(x @ np.asarray(weights).T + np.asarray(biases) > 0, 1, -1)
    return x


def _net(rng, sizes):
    return [(rng.normal(size=(m, n)), rng.normal(size=m)) for n, m in pairwise(sizes)]


@check("One layer: every unit is a perceptron with its own row of weights")
def runs_one_layer(mine, rng):
    layers, x = _net(rng, (2, 3)), rng.normal(size=(5, 2))
    expect_close(
        mine.step_network(layers, x),
        _forward(layers, x),
        "5 points and 3 units: 5 rows of 3 answers, each -1 or +1",
    )


@check("A layer of as many units as inputs: rows of weights are units, columns are inputs")
def takes_rows_as_units(mine, rng):
    weights = np.array([[1.0, 0.0], [5.0, 0.0]]) * float(rng.uniform(1, 2))
    layers, x = [(weights, np.zeros(2))], np.array([[-1.0, 3.0], [1.0, -3.0]])
    expect_close(
        mine.step_network(layers, x),
        _forward(layers, x),
        "unit 0 has the weights weights[0], unit 1 the weights weights[1]",
    )


@check("Two layers: the second one sees the answers of the first, -1 and +1")
def feeds_answers_forward(mine, rng):
    for _ in range(4):
        layers, x = _net(rng, (2, 4, 2)), rng.normal(size=(8, 2)) * 3
        expect_close(
            mine.step_network(layers, x),
            _forward(layers, x),
            "the first layer's answers, not its scores, go into the second",
        )


@check("One point alone")
def runs_one_point(mine, rng):
    layers, x = _net(rng, (3, 2, 1)), rng.normal(size=3)
    expect_close(
        mine.step_network(layers, x),
        _forward(layers, x),
        "one point of shape (3,) gives one answer a unit, shape (1,)",
    )


@check("A score of exactly 0 gets -1 here too")
def answers_zero_with_no(mine, rng):
    layers = [(np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([-1.0, 0.0]))]
    expect_close(
        mine.step_network(layers, np.array([[1.0, 0.0], [1.0, 1.0]])),
        np.array([[-1, 1], [1, -1]]),
        "both units are perceptrons: +1 where the score is greater than 0, -1 everywhere else",
    )


@check("xor_network: two layers that fit together")
def has_two_layers_that_fit(mine, rng):
    layers = mine.xor_network()
    expect(
        isinstance(layers, (list, tuple)) and len(layers) == 2,
        "return a list of two layers: [hidden, output]",
    )
    for (weights, biases), shape in zip(layers, ((2, 2), (1, 2)), strict=True):
        expect(
            np.shape(weights) == shape and np.shape(biases) == shape[:1],
            f"this layer's weights should have shape {shape} and its biases {shape[:1]}: one row and one bias a unit",
        )


@check("xor_network: +1 exactly when one of the two inputs is 1")
def computes_exclusive_or(mine, rng):
    out = _forward(mine.xor_network(), CORNERS)[:, 0]
    for corner, got, want in zip(CORNERS, out, XOR, strict=True):
        expect(
            int(got) == want,
            f"run on the inputs {corner.tolist()}, your network answers {int(got):+d}; XOR wants {want:+d}",
        )


@check("is_separable: AND, OR and their like are")
def says_yes_to_and(mine, rng):
    for name, y in {"AND": [-1, -1, -1, 1], "OR": [-1, 1, 1, 1], "first input": [-1, -1, 1, 1]}.items():
        with case(name):
            expect(
                mine.is_separable(CORNERS, np.array(y)) is True,
                f"a line separates {name}, so the answer is True",
            )


@check("is_separable: XOR is not")
def says_no_to_xor(mine, rng):
    for name, y in {"XOR": XOR, "its opposite": -XOR}.items():
        with case(name):
            expect(
                mine.is_separable(CORNERS, y) is False, f"no line separates {name}, so the answer is False"
            )


@check("is_separable: a thin gap takes many passes, and is a gap all the same")
def is_patient(mine, rng):
    k = int(rng.integers(5, 9))
    got = mine.is_separable(np.array([[k], [k + 1]]), np.array([-1, 1]))
    expect(
        got is True,
        f"{k} is -1 and {k + 1} is +1: the line at {k + 0.5} separates them, however long the trick takes to find one",
    )


@check("is_separable: three inputs, all kinds of functions")
def decides_three_inputs(mine, rng):
    rows = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)])
    grid = np.array([[a, b, c] for a in range(-2, 3) for b in range(-2, 3) for c in range(-2, 3)])
    able = {
        tuple(np.where(rows @ w + t > 0, 1, -1)) for w in grid for t in np.arange(-6.5, 7)
    }  # small whole weights reach all 104 of them
    for _ in range(12):
        y = rng.choice([-1, 1], size=8)
        want = tuple(y.tolist()) in able
        got = mine.is_separable(rows, y)
        expect(got is want, f"for the labels {y.tolist()} of the corners of a cube the answer is {want}")


@check("is_separable: numbers that are not whole are refused")
def refuses_fractions(mine, rng):
    x = np.array([[0.0], [float(rng.integers(1, 4)) + 0.5]])
    expect_raises(
        "DTypeError",
        lambda: mine.is_separable(x, np.array([-1, 1])),
        "with fractions w and b might never come back to where they were, and the judge would run for ever",
    )
