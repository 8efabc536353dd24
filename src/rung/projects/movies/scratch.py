"""The dot model from scratch: the library's own, with the gradients of a batch as the rows it used."""

from __future__ import annotations

from typing import Any

from rung.scratch.models.matrix_factorization import MatrixFactorization
from rung.scratch.nn.init import Rng
from rung.scratch.tensor import Tensor


class PenalisedFactors(MatrixFactorization):
    """Matrix factorisation whose tables give sparse gradients, with the penalty of the PyTorch model.

    Args:
        users: how many users there are.
        items: how many items there are.
        dim: length of the vectors.
        mean: the mean rating; it is left as it is.
        rng: draws the first vectors; a numpy.random.Generator, or a seed.
    """

    def __init__(self, users: int, items: int, dim: int, mean: float = 0.0, rng: Rng = None) -> None:
        super().__init__(users, items, dim, mean, rng)
        for table in (self.user, self.item, self.user_bias, self.item_bias):
            table.sparse = True

    def tables(self) -> list[Any]:
        """Return what is trained: the four tables."""
        return [t.weight for t in (self.user, self.item, self.user_bias, self.item_bias)]

    def penalty(self, user: Any, item: Any) -> Tensor:
        """Return the squared length of all that a batch looked up, a mean over its ratings."""
        used = (self.user(user), self.item(item), self.user_bias(user), self.item_bias(item))
        first, *others = ((part * part).sum(1).mean() for part in used)
        total: Tensor = first
        for part in others:
            total = total + part
        return total
