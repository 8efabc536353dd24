"""The parameters of a multilayer perceptron: names, shapes and count, and one flat vector cut into them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rung.scratch.errors import ShapeError


def parameter_shapes(sizes: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Name every weight matrix and bias vector of a fully connected network and give its shape.

        W_l has shape (n_l, n_{l-1}),   b_l has shape (n_l,),   l = 1 ... L

    Row j of W_l holds the weights that arrive at unit j; column k, those that leave unit k one layer earlier.

    Args:
        sizes: units a layer, [n_0, n_1, ..., n_L]. Layer 0 is the input: it has values and no parameters.

    Returns:
        {"W1": (n_1, n_0), "b1": (n_1,), "W2": (n_2, n_1), "b2": (n_2,), ...}, in this order.

    Cost:
        one entry a matrix; no array is made.

    Source:
        nielsen2015neural, chapter 2, for the order of the indices. Here: units are counted from 0.

    Lesson: mlp-notation

    Example:
        >>> parameter_shapes([4, 3, 2])
        {'W1': (3, 4), 'b1': (3,), 'W2': (2, 3), 'b2': (2,)}
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(1, len(sizes)):
        shapes[f"W{layer}"] = (sizes[layer], sizes[layer - 1])
        shapes[f"b{layer}"] = (sizes[layer],)
    return shapes


def count_parameters(sizes: Sequence[int]) -> int:
    """Count the weights and biases of a fully connected network.

        sum over l = 1 ... L of  n_l * n_{l-1} + n_l

    Args:
        sizes: units a layer, [n_0, n_1, ..., n_L].

    Returns:
        how many numbers training may change. Neither the inputs nor the number of examples enter into it.

    Cost:
        one product a matrix; no array is made.

    Source:
        nielsen2015neural, chapter 2, for what is counted.

    Lesson: mlp-notation

    Example:
        >>> count_parameters([4, 3, 2])
        23
    """
    return sum(math.prod(shape) for shape in parameter_shapes(sizes).values())


def unflatten(theta: np.ndarray, sizes: Sequence[int]) -> dict[str, np.ndarray]:
    """Cut one flat vector into the named weights and biases of a network.

    The pieces lie one after another in the order of `parameter_shapes`: all of W1, then b1, then W2, then b2
    and so on. A matrix lies row by row, as NumPy's `reshape` reads it.

    Args:
        theta: every parameter of the network in one line.
        sizes: units a layer, [n_0, n_1, ..., n_L].

    Returns:
        name -> array of its shape. Each array is a view: writing into it writes into `theta`.

    Shape:
        theta (count_parameters(sizes),) -> W_l (n_l, n_{l-1}), b_l (n_l,).

    Raises:
        ShapeError: theta is not one line of exactly count_parameters(sizes) numbers.

    Cost:
        copies nothing.

    Source:
        pytorch-vector-to-parameters does the same to the parameters of a module. Here: by name, no copy.

    Lesson: mlp-notation

    Example:
        >>> unflatten(np.arange(6.0), [1, 1, 2])["W2"]
        array([[2.],
               [3.]])
    """
    shapes = parameter_shapes(sizes)
    count = count_parameters(sizes)
    if theta.shape != (count,):
        biases = sum(sizes[1:])
        raise ShapeError(
            f"unflatten: theta has shape {theta.shape}, but sizes {list(sizes)} need ({count},).",
            rule=f"One number for each weight and each bias: {count - biases} weights and {biases} biases.",
            fix=f"another list of sizes, or theta[:{count}]?",
        )
    pieces, start = {}, 0
    for name, shape in shapes.items():
        end = start + math.prod(shape)
        pieces[name] = theta[start:end].reshape(shape)
        start = end
    return pieces
