"""A two-layer network for one example, with every derivative written out by hand."""

from __future__ import annotations

import numpy as np


def predict(
    x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Run the network on one example, keeping every intermediate result.

        z = W1 x + b1        h = tanh(z)        ŷ = w2 · h + b2

    Args:
        x: the inputs, unitless (standardised).
        w1: weights of the hidden layer, a row a hidden unit.
        b1: biases of the hidden layer.
        w2: weights of the output unit.
        b2: bias of the output unit.

    Returns:
        z, h and ŷ: the weighted sums, the hidden activations, the prediction.

    Shape:
        x (d,), w1 (m, d), b1 (m,), w2 (m,), b2 () -> z (m,), h (m,), ŷ ()

    Lesson: backprop-what

    Example:
        >>> z, h, y_hat = predict(np.ones(2), np.zeros((3, 2)), np.zeros(3), np.ones(3), 0.5)
        >>> y_hat
        0.5
    """
    z = w1 @ x + b1  # (m,)
    h = np.tanh(z)  # (m,)
    return z, h, float(w2 @ h + b2)


def squared_error(y_hat: float, y: float) -> float:
    """Return the loss of one prediction, (ŷ - y)², in squared units of y.

    Lesson: backprop-what
    """
    return (y_hat - y) ** 2


def gradients(
    x: np.ndarray, y: float, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return the slope of the squared error with respect to every weight and bias.

        L = (ŷ - y)²        and for each weight w: dL/dw, how much L grows for a little more of w

    Works backwards from the loss: each line multiplies a slope already known by the slope of one more step.

    Args:
        x: the inputs of one example.
        y: its target.
        w1: weights of the hidden layer, a row a hidden unit.
        b1: biases of the hidden layer.
        w2: weights of the output unit.
        b2: bias of the output unit.

    Returns:
        dL/dW1, dL/db1, dL/dw2, dL/db2, each of the shape of what it belongs to.

    Shape:
        x (d,), y (), w1 (m, d), b1 (m,), w2 (m,), b2 () -> (m, d), (m,), (m,), ()

    Cost:
        two to three times the multiplications of `predict`, whatever the number of weights.

    Source:
        rumelhart1986backprop, eq. 4-7. Here: tanh for the logistic unit, no factor 1/2 in the loss.

    Lesson: backprop-what
    """
    _, h, y_hat = predict(x, w1, b1, w2, b2)
    d_y_hat = 2 * (y_hat - y)  # (), dL/dŷ
    d_w2 = d_y_hat * h  # (m,), ŷ grows by h[j] for each unit of w2[j]
    d_b2 = d_y_hat
    d_h = d_y_hat * w2  # (m,), and by w2[j] for each unit of h[j]
    d_z = d_h * (1 - h**2)  # (m,), the slope of tanh
    d_w1 = np.outer(d_z, x)  # (m, d), z[j] grows by x[k] for each unit of W1[j, k]
    d_b1 = d_z
    return d_w1, d_b1, d_w2, d_b2
