"""Neural collaborative filtering: a network in place of the dot product (He and others, 2017)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn


class NeuralCollaborativeFiltering(nn.Module):
    """Predict a rating from two pairs of vectors: one pair multiplied, one pair read by a network.

    The paper's NeuMF, figure 3. Its output is a probability of a click; here it is a rating, so that there is
    no sigmoid and the mean is added.

    Args:
        users: how many users there are.
        items: how many items there are.
        dim: length d of the multiplied vectors; those that the network reads are 2 d long each.
        layers: how many hidden layers the network has, each half as wide as the one before.
        dropout: share of the numbers that are left out before every layer while training.
        mean: the mean rating; everything else is a difference from it.

    Shape:
        user (B,), item (B,) whole numbers -> ratings (B,).

    Source: he2017neural, eq. 12.

    Example:
        >>> model = NeuralCollaborativeFiltering(users=3, items=5, dim=8, mean=3.5)
        >>> model(torch.tensor([0, 2]), torch.tensor([4, 4])).shape
        torch.Size([2])
    """

    def __init__(
        self,
        users: int,
        items: int,
        dim: int = 16,
        layers: int = 2,
        dropout: float = 0.3,
        mean: float = 0.0,
    ) -> None:
        super().__init__()
        self.user, self.item = nn.Embedding(users, dim), nn.Embedding(items, dim)
        self.user_read, self.item_read = nn.Embedding(users, 2 * dim), nn.Embedding(items, 2 * dim)
        for table in (self.user, self.item, self.user_read, self.item_read):
            nn.init.normal_(table.weight, std=0.1)
        widths = [4 * dim // 2**k for k in range(layers + 1)]  # 4 d, 2 d, d ...
        parts: list[nn.Module] = []
        for wide, narrow in pairwise(widths):
            parts += [nn.Dropout(dropout), nn.Linear(wide, narrow), nn.ReLU()]
        self.network = nn.Sequential(*parts)
        self.out = nn.Linear(dim + widths[-1], 1)
        self.mean = nn.Parameter(torch.tensor(mean))

    def forward(self, user: Tensor, item: Tensor) -> Tensor:
        """Return the predicted ratings."""
        multiplied = self.user(user) * self.item(item)  # (B, d)
        read = self.network(torch.cat([self.user_read(user), self.item_read(item)], -1))  # (B, widths[-1])
        return self.mean + self.out(torch.cat([multiplied, read], -1)).squeeze(-1)  # (B,)

    def penalty(self, user: Tensor, item: Tensor) -> Tensor:
        """Return the squared length of the vectors that a batch looked up, a mean over its ratings."""
        used = (self.user(user), self.item(item), self.user_read(user), self.item_read(item))
        return torch.stack([part.square().sum(-1) for part in used]).sum(0).mean()
