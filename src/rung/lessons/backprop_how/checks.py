"""What a `Value`, a `ReLU` and a `Linear` that differentiate must do."""

import numpy as np

from rung.learn.checks import check, expect, expect_close


def _two(mine, rng):
    """Two leaves over there, and their numbers here."""
    a, b = rng.uniform(0.5, 2.0, size=2).round(3) * rng.choice([-1.0, 1.0], size=2)
    return mine.Value(float(a)), mine.Value(float(b)), float(a), float(b)


@check("A product has the right value and remembers what made it")
def multiplies(mine, rng):
    a, b, a_number, b_number = _two(mine, rng)
    out = a * b
    expect_close(out.data, a_number * b_number, "data is the product of the two numbers")
    expect(
        len(out.inputs) == 2,
        "the result must remember its two operands in `inputs`, or no slope finds its way back",
    )
    expect_close((a * 3.0).data, a_number * 3.0, "a plain number is welcome as the other factor")


@check("A product passes its slope to both factors")
def product_passes_its_slope(mine, rng):
    a, b, a_number, b_number = _two(mine, rng)
    out = a * b
    out.grad = 2.0
    out.pass_back()
    expect_close(
        a.grad,
        b_number * 2.0,
        "if a grows by 1, the product grows by b; and here every unit of it counts 2.0",
    )
    expect_close(
        b.grad,
        a_number * 2.0,
        "if b grows by 1, the product grows by a; and here every unit of it counts 2.0",
    )


@check("A slope is added to what is already there")
def adds_to_what_is_there(mine, rng):
    a, _, a_number, _ = _two(mine, rng)
    square = a * a
    square.grad = 1.0
    square.pass_back()
    expect_close(
        a.grad, 2 * a_number, "a is both factors of a * a, so it gets a share twice: the slope of a² is 2a"
    )


@check("tanh has the right value and passes its slope")
def tanh_passes_its_slope(mine, rng):
    a, _, a_number, _ = _two(mine, rng)
    out = a.tanh()
    expect_close(out.data, float(np.tanh(a_number)), "the value is tanh of the number")
    out.grad = -1.5
    out.pass_back()
    expect_close(
        a.grad,
        -1.5 * (1 - np.tanh(a_number) ** 2),
        "the slope of tanh(a) is 1 - tanh(a)², and here every unit of the result counts -1.5",
    )


@check("backward() starts with 1 at the result and reaches the leaves")
def walks_a_chain(mine, rng):
    a, b, a_number, b_number = _two(mine, rng)
    y = (a * b).tanh()
    y.backward()
    steep = 1 - np.tanh(a_number * b_number) ** 2
    expect_close(y.grad, 1.0, "a number's slope with respect to itself is 1")
    expect_close((a.grad, b.grad), (b_number * steep, a_number * steep), "the slopes of tanh(a * b)")


@check("A Value waits until everyone who used it has added a share")
def waits_for_every_user(mine, rng):
    a, b, a_number, b_number = _two(mine, rng)
    total, product = a + b, a * b
    y = (total + product) + (total * product)
    y.backward()
    s, p = a_number + b_number, a_number * b_number
    expect_close(
        (a.grad, b.grad),
        (1 + b_number + p + s * b_number, 1 + a_number + p + s * a_number),
        "y = s + p + s·p with s = a + b and p = a·b: both s and p are used twice, and may pass on only the whole of their slope",
    )


@check("Called again, leaves accumulate and everything between starts afresh")
def accumulates_at_the_leaves_only(mine, rng):
    a, _, a_number, _ = _two(mine, rng)
    y = (a * a) * a
    y.backward()
    expect_close(a.grad, 3 * a_number**2, "the slope of a³ is 3a²")
    y.backward()
    expect_close(
        a.grad,
        6 * a_number**2,
        "after a second call a leaf holds twice the slope (that is how PyTorch behaves, and batches rely on it); "
        "it must not hold more, so nothing between may keep its slope from the first call",
    )


@check("A long chain is no problem")
def survives_a_long_chain(mine, rng):
    numbers = rng.normal(size=3000).tolist()
    functools, operator, builtins = (mine.library(name) for name in ("functools", "operator", "builtins"))
    total = functools.reduce(operator.add, builtins.map(mine.Value, numbers)) * 2.0
    total.backward()
    expect_close(total.inputs[0].grad, 2.0, "3,000 additions in a row, then times 2")


@check("ReLU lets the gradient through where its input was positive")
def relu_uses_its_input(mine, rng):
    relu = mine.ReLU()
    x, g = np.array([[-1.5, 0.0, 2.0], [0.3, -0.2, 1.0]]), rng.normal(size=(2, 3))
    relu.forward(x)
    expect_close(relu.backward(g), g * (x > 0), "the gate of a unit is open where its *input* is above 0")


@check("Linear returns a gradient of the right shape for each input")
def linear_has_the_right_shapes(mine, rng):
    x, weight, bias = rng.normal(size=(5, 3)), rng.normal(size=(2, 3)), rng.normal(size=2)
    linear = mine.Linear()
    linear.needs = (True, True, True)
    linear.forward(x, weight, bias)
    got = linear.backward(rng.normal(size=(5, 2)))
    expect(isinstance(got, (tuple, list)) and len(got) == 3, "return three: for x, for weight, for bias")
    for name, gradient, like in zip(("x", "weight", "bias"), got, (x, weight, bias), strict=True):
        expect(
            np.shape(gradient) == like.shape,
            f"the gradient of {name} has shape {np.shape(gradient)}; {name} has shape {like.shape}",
        )


@check("Linear's gradients are the slopes, summed over the batch")
def linear_sums_over_the_batch(mine, rng):
    x, weight, bias, g = (
        rng.normal(size=(4, 3)),
        rng.normal(size=(2, 3)),
        rng.normal(size=2),
        rng.normal(size=(4, 2)),
    )
    linear = mine.Linear()
    linear.needs = (True, True, True)
    linear.forward(x, weight, bias)
    gx, gw, gb = linear.backward(g)
    expect_close(gx, np.einsum("no,oi->ni", g, weight), "x[n, i] reaches every output o through weight[o, i]")
    expect_close(
        gw, np.einsum("no,ni->oi", g, x), "weight[o, i] was used by every example n: add their shares"
    )
    expect_close(gb, np.einsum("no->o", g), "bias[o] was used by every example n: add their shares")


@check("Linear leaves out the gradient nobody wants")
def linear_skips_the_data(mine, rng):
    linear = mine.Linear()
    linear.needs = (False, True, True)
    linear.forward(rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=2))
    got = linear.backward(rng.normal(size=(4, 2)))
    expect(
        got[0] is None,
        "self.needs[0] is False: x is data, nobody wants its gradient; return None and save the product",
    )
