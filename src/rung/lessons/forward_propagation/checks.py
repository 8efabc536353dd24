"""The order in which a learner should meet the failures: one layer, its bias, the bend, then the whole pass."""

from itertools import pairwise

import numpy as np

from rung.learn.checks import check, expect, expect_close, expect_unchanged


def _layer(rng, examples=5, inputs=4, outputs=3):
    """An input, weights and biases, with one decimal so that a message can show them."""
    shapes = (examples, inputs), (outputs, inputs), (outputs,)
    return [rng.normal(size=shape).round(1) for shape in shapes]


def _network(rng, sizes):
    parameters = {}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{layer}"] = rng.normal(size=(outputs, inputs))
        parameters[f"b{layer}"] = rng.normal(size=outputs)
    return parameters


@check("One example: every unit adds up its own row of weights")
def linear_one_example(mine, rng):
    x, w, b = _layer(rng, examples=1, inputs=3, outputs=2)
    wanted = [[sum(w[j, k] * x[0, k] for k in range(3)) + b[j] for j in range(2)]]
    got = mine.Linear().forward(x, w, b)
    expect_close(got, np.array(wanted), "unit j gives W[j,0]·x[0] + W[j,1]·x[1] + ... + b[j]")


@check("As many inputs as outputs: still W's rows, not its columns")
def linear_square(mine, rng):
    x, w, b = _layer(rng, examples=1, inputs=2, outputs=2)
    wanted = np.array([[w[j] @ row + b[j] for j in range(2)] for row in x])
    got = mine.Linear().forward(x, w, b)
    expect_close(
        got, wanted, "a square W fits either way round, and only one way is right: output j uses row j"
    )


@check("Many examples at once: row i of the output belongs to example i")
def linear_batch(mine, rng):
    x, w, b = _layer(rng, examples=2, inputs=3, outputs=2)
    wanted = np.array([[w[j] @ row + b[j] for j in range(2)] for row in x])
    got = mine.Linear().forward(x, w, b)
    expect_close(got, wanted, "every example gets the same weights and the same biases, b[j] in column j")


@check("A layer without a bias adds none")
def linear_without_bias(mine, rng):
    x, w, _ = _layer(rng)
    got = mine.Linear().forward(x, w, None)
    expect_close(
        got, np.array([[w[j] @ row for j in range(3)] for row in x]), "bias is None, so nothing is added"
    )


@check("The layer leaves x, the weights and the biases as they were")
def linear_changes_nothing(mine, rng):
    x, w, b = _layer(rng)
    before = x.copy(), w.copy(), b.copy()
    mine.Linear().forward(x, w, b)
    for name, old, new in zip(("x", "weight", "bias"), before, (x, w, b), strict=True):
        expect_unchanged(old, new, f"{name} still belongs to whoever passed it")


@check("The layer keeps on self what its backward will look for")
def linear_keeps_for_backward(mine, rng):
    x, w, b = _layer(rng)
    g = rng.normal(size=(5, 3))
    call = mine.Linear()
    call.needs = (True, True, True)
    call.forward(x, w, b)
    gx, gw, gb = call.backward(g)
    expect_close(gx, g @ w, "backward, which is given, reads self.weight; put the weights there")
    expect_close(gw, g.T @ x, "backward, which is given, reads self.x; put the input there")
    expect_close(gb, g.sum(axis=0), "the bias needs nothing kept")


@check("ReLU passes what is positive and stops the rest")
def relu_bends(mine, rng):
    x = np.concatenate([rng.normal(size=3).round(1), [0.0, -2.0, 2.5]])
    got = mine.ReLU().forward(x)
    expect_close(
        got, np.array([v if v > 0 else 0.0 for v in x]), "the sum itself where it is above 0, and 0 elsewhere"
    )


@check("ReLU works on arrays of any shape, number by number")
def relu_any_shape(mine, rng):
    for shape in ((3, 4), (2, 3, 2)):
        x = rng.normal(size=shape)
        got = mine.ReLU().forward(x)
        expect_close(got, (np.abs(x) + x) / 2, "each number is judged alone, and the shape stays")


@check("ReLU leaves its input as it was")
def relu_changes_nothing(mine, rng):
    x = rng.normal(size=(3, 4))
    before = x.copy()
    mine.ReLU().forward(x)
    expect_unchanged(before, x, "x may still be needed by someone else; give back a new array")


@check("ReLU keeps on self where the gate was open")
def relu_keeps_for_backward(mine, rng):
    x, g = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    x[0, 0] = 0.0
    call = mine.ReLU()
    call.forward(x)
    expect_close(
        call.backward(g),
        np.array(
            [[b if a > 0 else 0.0 for a, b in zip(*rows, strict=True)] for rows in zip(x, g, strict=True)]
        ),
        "backward, which is given, multiplies by self.open: True where x > 0, False elsewhere (at 0 too)",
    )


@check("The pass returns what every layer said, the input first")
def forward_returns_all(mine, rng):
    sizes = (4, 5, 3, 2)
    x = rng.normal(size=(6, 4))
    got = mine.forward(x, _network(rng, sizes))
    shapes = [np.shape(a) for a in got]
    wanted = [(6, n) for n in sizes]
    expect(
        shapes == wanted,
        f"6 examples through layers of {sizes} units leave activations of shapes {wanted}; yours were {shapes}",
    )
    expect_close(got[0], x, "a_0 is the input itself")


@check("Every hidden layer bends")
def forward_hidden(mine, rng):
    parameters, x = _network(rng, (4, 6, 5, 3)), rng.normal(size=(7, 4))
    got = mine.forward(x, parameters)
    a = x
    for layer in (1, 2):
        a = np.maximum(a @ parameters[f"W{layer}"].T + parameters[f"b{layer}"], 0)
        expect_close(
            got[layer], a, f"a_{layer} is ReLU of layer {layer}'s sums, which are made from a_{layer - 1}"
        )


@check("The last layer gives its sums as they are")
def forward_scores(mine, rng):
    parameters, x = _network(rng, (4, 6, 3)), rng.normal(size=(7, 4))
    parameters["b2"] = np.array([-9.0, 0.5, 9.0])  # so that some scores are negative whatever was drawn
    got = mine.forward(x, parameters)
    a = np.maximum(x @ parameters["W1"].T + parameters["b1"], 0)
    expect_close(
        got[-1],
        a @ parameters["W2"].T + parameters["b2"],
        "a score may be negative; a ReLU would turn all of those into the same 0",
    )


@check("One example or many, one layer or four")
def forward_any_size(mine, rng):
    for sizes in ((3, 2), (2, 5, 4, 3, 2)):
        parameters, x = _network(rng, sizes), rng.normal(size=(4, sizes[0]))
        a = x
        for layer in range(1, len(sizes)):
            z = a @ parameters[f"W{layer}"].T + parameters[f"b{layer}"]
            a = z if layer == len(sizes) - 1 else np.maximum(z, 0)
        expect_close(
            mine.forward(x, parameters)[-1], a, f"sizes {sizes} have {len(sizes) - 1} layers of weights"
        )
        expect_close(
            mine.forward(x[0], parameters)[-1],
            a[0],
            "one example alone, of shape (n_0,), gives the same scores as in a batch",
        )
