"""Embedding: a table of vectors, one a word (or user, or film), looked up by number."""

from __future__ import annotations

from rung.scratch.function import Function
from rung.scratch.sparse import SparseRows, scatter


class Embedding(Function):
    """Take rows of a table.

        y[...] = table[index[...]]          dL/dtable[r] = sum of g over every place where index = r

    It is the product of a one-hot matrix with the table, without the zeros.

    Shape:
        table (V, d), index (...) whole numbers -> (..., d)

    Cost:
        one row copied for each index; backward adds one row for each index.
    """

    def forward(self, table, index, sparse=False):
        """table: (V, d), index: (...) -> (..., d). sparse: give the gradient as `SparseRows`."""
        self.shape, self.index, self.sparse = table.shape, index, sparse
        return table.take(index, axis=0)  # table[index], 3 times as quick

    def backward(self, g):
        """g: (..., d). Return the gradient of the table; the index has none."""
        index, rows = self.index.reshape(-1), g.reshape(-1, self.shape[1])
        if self.sparse:
            return SparseRows.summed(index, rows, self.shape), None
        return scatter(index, rows, self.shape[0]), None
