"""What `gradients` must do, from the loss backwards."""

import numpy as np

from rung.learn.checks import check, expect, expect_close, expect_unchanged


def _case(rng):
    """A network of 2 inputs and 3 hidden units, an example, and its forward pass in NumPy."""
    x, y = rng.normal(size=2), float(rng.normal())
    w1, b1 = rng.normal(size=(3, 2)), rng.normal(size=3)
    w2, b2 = rng.normal(size=3), float(rng.normal())
    return x, y, w1, b1, w2, b2


def _loss(x, y, w1, b1, w2, b2):
    return float((w2 @ np.tanh(w1 @ x + b1) + b2 - y) ** 2)


@check("Four slopes come back, each of the shape of what it belongs to")
def gives_a_slope_for_every_parameter(mine, rng):
    case = _case(rng)
    got = mine.gradients(*case)
    expect(
        isinstance(got, (tuple, list)) and len(got) == 4, "return the four in order: d_w1, d_b1, d_w2, d_b2"
    )
    names = ("d_w1", "d_b1", "d_w2", "d_b2")
    for name, slope, parameter in zip(names, got, case[2:], strict=True):
        expect(
            np.shape(slope) == np.shape(parameter),
            f"{name} has shape {np.shape(slope)}; what it belongs to has shape {np.shape(parameter)}, and every "
            "single number of it needs a slope",
        )


@check("The network is as it was before")
def changes_nothing(mine, rng):
    case = _case(rng)
    before = [np.copy(each) for each in case]
    mine.gradients(*case)
    for name, was, now in zip(("x", "y", "w1", "b1", "w2"), before, case, strict=False):
        expect_unchanged(was, now, f"{name} was changed; computing a slope must not take the step")


@check("The slope for the output's bias")
def output_bias(mine, rng):
    x, y, w1, b1, w2, b2 = _case(rng)
    y_hat = float(w2 @ np.tanh(w1 @ x + b1) + b2)
    got = mine.gradients(x, y, w1, b1, w2, b2)[3]
    expect_close(got, 2 * (y_hat - y), "the loss is (ŷ - y)², and b2 moves ŷ one for one")


@check("The slopes for the output's weights")
def output_weights(mine, rng):
    x, y, w1, b1, w2, b2 = _case(rng)
    h = np.tanh(w1 @ x + b1)
    got = mine.gradients(x, y, w1, b1, w2, b2)[2]
    expect_close(got, 2 * (w2 @ h + b2 - y) * h, "w2[j] multiplies h[j] on its way into ŷ")


@check("The slopes for the hidden biases")
def hidden_biases(mine, rng):
    x, y, w1, b1, w2, b2 = _case(rng)
    h = np.tanh(w1 @ x + b1)
    got = mine.gradients(x, y, w1, b1, w2, b2)[1]
    expect_close(
        got,
        2 * (w2 @ h + b2 - y) * w2 * (1 - h**2),
        "from b1[j] the path leads through the tanh of unit j and through w2[j]; multiply the slopes of all three steps",
    )


@check("The slopes for the hidden weights")
def hidden_weights(mine, rng):
    x, y, w1, b1, w2, b2 = _case(rng)
    h = np.tanh(w1 @ x + b1)
    d_z = 2 * (w2 @ h + b2 - y) * w2 * (1 - h**2)
    got = mine.gradients(x, y, w1, b1, w2, b2)[0]
    expect_close(got, d_z[:, None] * x[None, :], "W1[j, k] multiplies x[k] on its way into z[j]")


@check("Every slope agrees with a nudge")
def agrees_with_nudging(mine, rng):
    case = _case(rng)
    got = mine.gradients(*case)
    nudge = 1e-6
    for place, (slope, name) in enumerate(zip(got, ("w1", "b1", "w2", "b2"), strict=True), start=2):
        measured = np.zeros_like(np.asarray(case[place], dtype=float))
        for index in np.ndindex(measured.shape):
            losses = []
            for sign in (1, -1):
                parameter = np.array(case[place], dtype=float)
                parameter[index] += sign * nudge
                losses.append(_loss(*case[:place], parameter, *case[place + 1 :]))
            measured[index] = (losses[0] - losses[1]) / (2 * nudge)
        expect_close(
            slope,
            measured if measured.ndim else float(measured),
            f"moving {name} by ±{nudge} and looking at the loss measures the slope",
            rtol=1e-4,
            atol=1e-6,
        )
