"""Networks of step units: what one perceptron cannot say, and two layers of them can."""

from __future__ import annotations

import itertools

import numpy as np

from rung.scratch.errors import DTypeError
from rung.scratch.models.perceptron import perceptron_epoch, predict

Layer = tuple[np.ndarray, np.ndarray]


def step_network(layers: list[Layer], x: np.ndarray) -> np.ndarray:
    """Run points through layers of perceptrons, each fed with the answers of the last.

    A layer is a pair (weights, biases) with one row of weights and one bias a unit.
    Every unit answers +1 or -1.

    Args:
        layers: the layers, from the input to the output.
        x: one point or many.

    Returns:
        The answers of the last layer's units.

    Shape:
        weights (units, inputs), biases (units,).
        x (d,) -> (units,) of the last layer; x (n, d) -> (n, units).

    Cost:
        2 units inputs flops a point and layer.

    Source:
        mcculloch1943: networks of threshold units whose weights are set by hand.

    Lesson: perceptron-limits

    Example:
        >>> both = (np.array([[1.0, 1.0]]), np.array([-1.5]))
        >>> step_network([both], np.array([[1.0, 0.0], [1.0, 1.0]]))
        array([[-1],
               [ 1]])
    """
    for weights, biases in layers:
        x = predict(weights.T, biases, x)
    return x


def xor_network() -> list[Layer]:
    """Build by hand a network that tells whether exactly one of two inputs is 1.

    It has two hidden units. One says "at least one", the other "not both"; the output
    unit says +1 where both of them do.

    Returns:
        Two layers for `step_network`: hidden weights (2, 2) and biases (2,), output
        weights (1, 2) and bias (1,).

    Shape:
        inputs of 0 and 1, (n, 2) -> (n, 1) of -1 and +1.

    Source:
        the construction is folklore; minsky1969 treats the function, as parity of two
        inputs.

    Lesson: perceptron-limits

    Example:
        >>> corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> step_network(xor_network(), corners).ravel()
        array([-1,  1,  1, -1])
    """
    at_least_one, not_both, both_say_yes = [1.0, 1.0], [-1.0, -1.0], [1.0, 1.0]
    hidden = np.array([at_least_one, not_both]), np.array([-0.5, 1.5])
    output = np.array([both_say_yes]), np.array([-1.0])
    return [hidden, output]


def is_separable(x: np.ndarray, y: np.ndarray) -> bool:
    """Decide whether one perceptron can give every point its label, by running the trick.

    A pass without a mistake shows a line that does it: True. If w and b stand at the
    start of a pass exactly as they stood at the start of an earlier one, every pass
    between will be repeated for ever, with its mistakes; where a line exists the trick
    stops, so there is none: False. On whole numbers one of the two must happen, since w
    and b stay bounded (the perceptron cycling theorem) and so take finitely many
    values.

    Args:
        x: the points, one a row; whole numbers.
        y: their labels, -1 or +1.

    Returns:
        Whether a line (in d dimensions, a hyperplane) separates the labels.

    Shape:
        x (n, d), y (n,).

    Raises:
        DTypeError: x holds numbers that are not whole; then w and b might never repeat.

    Cost:
        a few passes for small tables; the number of passes can grow exponentially with
        d.

    Source:
        novikoff1962 for the stop, block1970 for the bound on w.

    Lesson: perceptron-limits

    Example:
        >>> corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> is_separable(corners, np.array([-1, -1, -1, 1]))
        True
        >>> is_separable(corners, np.array([-1, 1, 1, -1]))
        False
    """
    if not np.array_equal(x, np.round(x)):
        raise DTypeError(
            "is_separable: x holds numbers that are not whole.",
            rule="Only whole numbers are sure to bring the weights back to where they were.",
            fix="multiply x by 10, 100, ... until it is whole; that does not change the answer.",
        )
    w, b, seen = np.zeros(x.shape[1]), 0.0, set()
    while (*w, b) not in seen:
        seen.add((*w, b))
        w, b, mistakes = perceptron_epoch(w, b, x, y)
        if mistakes == 0:
            return True
    return False


def truth_table(n: int) -> np.ndarray:
    """List all rows of n inputs that are 0 or 1, counting upwards.

    Shape:
        -> (2^n, n).

    Lesson: perceptron-limits

    Example:
        >>> truth_table(2).tolist()
        [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return np.array(list(itertools.product([0, 1], repeat=n)))


def count_separable(n: int) -> int:
    """Count the functions of n inputs 0 and 1 that one perceptron can compute.

    Cost:
        2^(2^n) calls of `is_separable`: 16 for n = 2, 256 for n = 3, 65,536 for n = 4.

    Source:
        the known counts are oeisA000609: 2, 4, 14, 104, 1882, 94572, ...

    Lesson: perceptron-limits

    Example:
        >>> count_separable(2)
        14
    """
    rows = truth_table(n)
    rules = itertools.product([-1, 1], repeat=len(rows))
    return sum(is_separable(rows, np.array(rule)) for rule in rules)
