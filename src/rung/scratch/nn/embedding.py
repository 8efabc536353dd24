"""Embedding layers: tables of learned vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.nn import functional as F
from rung.scratch.nn import init
from rung.scratch.nn.module import Module, Parameter
from rung.scratch.tensor import Tensor


class Embedding(Module):
    """Look vectors up by number.

    Args:
        num_embeddings: rows of the table.
        embedding_dim: length of a vector.
        rng: draws the table from the normal distribution; a numpy.random.Generator, or a seed.
        sparse: give the gradient as the used rows only, for `optim.SparseAdam` or plain `optim.SGD`; worth it
            for tables of which a batch uses a small part.

    Shape:
        index (...) whole numbers -> (..., embedding_dim).   weight (num_embeddings, embedding_dim).

    Raises:
        DTypeError: the index does not hold whole numbers.
        ShapeError: a number is outside the table.

    Example:
        >>> Embedding(10, 4, rng=0)([1, 2, 2]).shape
        (3, 4)
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, rng: init.Rng = None, *, sparse: bool = False
    ) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.sparse = num_embeddings, embedding_dim, sparse
        self.weight = Parameter(init.normal((num_embeddings, embedding_dim), rng=init.generator(rng)))

    def forward(self, index: Any) -> Tensor:
        """index: (...) -> (..., embedding_dim)."""
        return F.embedding(index, self.weight, self.sparse)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.num_embeddings}, {self.embedding_dim}"


class EmbeddingBag(Module):
    """Look several vectors up and take their mean or sum: a bag of words as one vector.

    Args:
        num_embeddings: rows of the table.
        embedding_dim: length of a vector.
        mode: "mean" or "sum".
        rng: draws the table; a numpy.random.Generator, or a seed.

    Shape:
        index (B, n) -> (B, embedding_dim); or index (total,) with offsets (B,), where each bag begins.

    Raises:
        SettingError: the mode is another.
        ShapeError: offsets are missing for a flat index, do not begin at 0 or do not grow.
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, mode: str = "mean", rng: init.Rng = None
    ) -> None:
        super().__init__()
        if mode not in ("mean", "sum"):
            raise SettingError(f"EmbeddingBag: mode is {mode!r}.", rule='It is "mean" or "sum".')
        self.num_embeddings, self.embedding_dim, self.mode = num_embeddings, embedding_dim, mode
        self.weight = Parameter(init.normal((num_embeddings, embedding_dim), rng=init.generator(rng)))

    def forward(self, index: Any, offsets: Any = None) -> Tensor:
        """index: (B, n), or (total,) with offsets (B,) -> (B, embedding_dim)."""
        rows = F.embedding(index, self.weight)
        if rows.ndim == 3:
            return rows.mean(1) if self.mode == "mean" else rows.sum(1)
        starts = np.asarray(getattr(offsets, "data", offsets)) if offsets is not None else np.array([])
        grows = starts.ndim == 1 and len(starts) and starts[0] == 0 and (np.diff(starts) >= 0).all()
        if not grows or starts[-1] > len(rows):
            raise ShapeError(
                f"EmbeddingBag: an index of shape {rows.shape[:1]} with offsets {starts.tolist()}.",
                rule="A flat index needs offsets: where each bag begins, from 0 and growing.",
                fix="offsets=[0, 3], for a first bag of three.",
            )
        # One row of weights a bag turns the sums into a matrix product.
        ends = np.append(starts[1:], len(rows))
        place = np.arange(len(rows))
        bags = ((place >= starts[:, None]) & (place < ends[:, None])).astype(rows.data.dtype)  # (B, total)
        if self.mode == "mean":
            bags /= np.maximum(bags.sum(axis=1, keepdims=True), 1)  # an empty bag is 0
        return Tensor(bags) @ rows

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.num_embeddings}, {self.embedding_dim}, mode={self.mode!r}"
