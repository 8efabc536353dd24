"""Matrix factorisation: what a person likes and what an item has, as two vectors (Koren and others, 2009)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MatrixFactorization(nn.Module):
    """Predict a rating as mean + user's bias + item's bias + user's vector . item's vector.

    Args:
        users: how many users there are.
        items: how many items there are.
        dim: length d of the vectors.
        mean: the mean rating; everything else is a difference from it.

    Shape:
        user (B,), item (B,) whole numbers -> ratings (B,).

    Source: koren2009matrix, eq. 4; the penalty is that of eq. 5.

    Example:
        >>> model = MatrixFactorization(users=3, items=5, dim=2, mean=3.5)
        >>> model(torch.tensor([0, 2]), torch.tensor([4, 4])).shape
        torch.Size([2])
    """

    def __init__(self, users: int, items: int, dim: int = 32, mean: float = 0.0) -> None:
        super().__init__()
        self.user, self.item = nn.Embedding(users, dim), nn.Embedding(items, dim)
        self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)
        for table in (self.user, self.item):
            nn.init.normal_(table.weight, std=0.1)  # small: at first every rating is about the mean
        for table in (self.user_bias, self.item_bias):
            nn.init.zeros_(table.weight)
        self.mean = nn.Parameter(torch.tensor(mean))

    def forward(self, user: Tensor, item: Tensor) -> Tensor:
        """Return the predicted ratings."""
        match = (self.user(user) * self.item(item)).sum(-1)  # (B,)
        return self.mean + self.user_bias(user).squeeze(-1) + self.item_bias(item).squeeze(-1) + match

    def penalty(self, user: Tensor, item: Tensor) -> Tensor:
        """Return the squared length of all that a batch looked up, a mean over its ratings.

        Every rating pays for its own user and item, so whoever rates much is held down as often as they are
        trained; weight decay would hold rare films down at every step and frequent ones no more.
        """
        used = (self.user(user), self.item(item), self.user_bias(user), self.item_bias(item))  # (B, d or 1)
        return torch.stack([part.square().sum(-1) for part in used]).sum(0).mean()
