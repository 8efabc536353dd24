"""The multi-layer perceptron: linear layers with a bend between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rung.scratch import nn
from rung.scratch.nn import init
from rung.scratch.tensor import Tensor

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}


class MLP(nn.Module):
    """Run x through linear layers, with an activation after each but the last.

        h_0 = x,    h_l = act(h_(l-1) W_l^T + b_l),    logits = h_(L-1) W_L^T + b_L

    Args:
        sizes: the width of every layer from input to output, such as [784, 128, 10].
        activation: "relu", "tanh", "sigmoid", or "identity" (which makes the whole network one linear map).
        rng: draws the first weights; a numpy.random.Generator, or a seed.

    Shape:
        x (..., sizes[0]) -> (..., sizes[-1]).   layers.0.weight (sizes[1], sizes[0]), layers.2.weight, ...

    Source:
        rumelhart1986backprop. Here: ReLU by default, no activation on the output.

    Example:
        >>> model = MLP([2, 8, 1], rng=0)
        >>> model(Tensor([[0.0, 1.0]])).shape
        (1, 1)
    """

    def __init__(self, sizes: Sequence[int], activation: str = "relu", rng: init.Rng = None) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.layers = nn.Sequential()
        for i, (n_in, n_out) in enumerate(itertools.pairwise(sizes)):
            self.layers.append(nn.Linear(n_in, n_out, rng=rng))
            if i < len(sizes) - 2:
                self.layers.append(ACTIVATIONS[activation]())

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., sizes[0]) -> logits (..., sizes[-1])."""
        return self.layers(x)
