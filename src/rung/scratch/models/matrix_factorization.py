"""Matrix factorisation: what a person likes and what a film has, as two vectors and their product."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch import nn
from rung.scratch.nn import init
from rung.scratch.nn.module import Parameter
from rung.scratch.tensor import Tensor


class MatrixFactorization(nn.Module):
    """Predict a rating as mean + user's bias + item's bias + user's vector . item's vector.

    Args:
        users: how many users there are.
        items: how many items there are.
        dim: length of the vectors.
        mean: the mean rating; everything else is a difference from it.
        rng: draws the first vectors, normal with deviation 0.1; a numpy.random.Generator, or a seed.

    Shape:
        user (N,), item (N,) whole numbers -> ratings (N,)

    Source:
        koren2009matrix, eq. 4.
    """

    def __init__(
        self, users: int, items: int, dim: int = 32, mean: float = 0.0, rng: init.Rng = None
    ) -> None:
        super().__init__()
        rng = init.generator(rng)
        self.user, self.item = nn.Embedding(users, dim, rng=rng), nn.Embedding(items, dim, rng=rng)
        self.user_bias, self.item_bias = nn.Embedding(users, 1, rng=rng), nn.Embedding(items, 1, rng=rng)
        for table, scale in ((self.user, 0.1), (self.item, 0.1), (self.user_bias, 0), (self.item_bias, 0)):
            table.weight.data *= np.float32(scale)
        self.mean = Parameter(np.array(mean, dtype=np.float32))

    def forward(self, user: Any, item: Any) -> Tensor:
        """user: (N,), item: (N,) -> ratings (N,)."""
        match = (self.user(user) * self.item(item)).sum(1)
        return self.mean + self.user_bias(user).squeeze(1) + self.item_bias(item).squeeze(1) + match
