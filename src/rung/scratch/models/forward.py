"""The forward pass of a multilayer perceptron on plain arrays: one matrix product and one ReLU a layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rung.scratch.ops.activation import ReLU
from rung.scratch.ops.linear import Linear


def forward(x: np.ndarray, parameters: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Run examples through a fully connected network and keep what every layer said.

        a_0 = x,   z_l = a_{l-1} W_l^T + b_l,   a_l = max(0, z_l) for l < L,   a_L = z_L

    The last layer gets no ReLU: its numbers are scores, and a score may be negative.

    Args:
        x: the inputs, one example a row (or a single example).
        parameters: {"W1": ..., "b1": ..., "W2": ..., ...} as `unflatten` gives them.

    Returns:
        [a_0, a_1, ..., a_L]: the input, what each hidden layer passed on, and the scores.

    Shape:
        x (B, n_0) or (n_0,);   W_l (n_l, n_{l-1});   b_l (n_l,);   a_l (B, n_l) or (n_l,).

    Cost:
        2 B (n_0 n_1 + n_1 n_2 + ...) flops; every activation is kept.

    Source:
        goodfellow2016, algorithm 6.3. Here: one example a row, and no loss at the end.

    Lesson: forward-propagation

    Example:
        >>> w = {"W1": np.array([[1.0, -1.0]]), "b1": np.array([0.5])}
        >>> w |= {"W2": np.array([[2.0]]), "b2": np.array([-4.0])}
        >>> [a.tolist() for a in forward(np.array([3.0, 1.0]), w)]
        [[3.0, 1.0], [2.5], [1.0]]
        >>> [a.tolist() for a in forward(np.array([1.0, 3.0]), w)]
        [[1.0, 3.0], [0.0], [-4.0]]
    """
    activations = [x]
    last = len(parameters) // 2
    for layer in range(1, last + 1):
        z = Linear().forward(activations[-1], parameters[f"W{layer}"], parameters[f"b{layer}"])
        activations.append(z if layer == last else ReLU().forward(z))
    return activations
