"""Picking numbers out of an array, and putting them in. What is picked twice gets two gradients, added up."""

import numpy as np

from rung.scratch.function import Function


class GetItem(Function):
    """x[index], by NumPy's rules: slices, whole numbers, None, ..., truth values, arrays of whole numbers."""

    def forward(self, x, index):
        self.shape, self.index = x.shape, index
        return x[index]

    def backward(self, g):
        gx = np.zeros(self.shape, dtype=g.dtype)
        if picks_once(self.index):
            gx[self.index] = g
        else:
            np.add.at(gx, self.index, g)
        return gx


class Gather(Function):
    """y[i][j] = x[index[i][j]][j] for dim 0, and so on: along `dim` each place names the number it wants.

    Shape:
        x (...), index of as many axes, none but `dim` longer than x's -> the shape of index
    """

    def forward(self, x, index, dim):
        self.shape, self.places = x.shape, places(index, dim)
        return x[self.places]

    def backward(self, g):
        gx = np.zeros(self.shape, dtype=g.dtype)
        np.add.at(gx, self.places, g)
        return gx, None


class Scatter(Function):
    """A copy of x with y[index[i][j]][j] = source[i][j] for dim 0: Gather reversed. Name no place twice."""

    def forward(self, x, index, source, dim):
        self.places = places(index, dim)
        y = x.copy()
        y[self.places] = source
        return y

    def backward(self, g):
        gx = g.copy()
        gx[self.places] = 0
        return gx, None, g[self.places]


class ScatterAdd(Function):
    """A copy of x with source[i][j] added to y[index[i][j]][j] for dim 0; a place may be named often."""

    def forward(self, x, index, source, dim):
        self.places = places(index, dim)
        y = x.copy()
        np.add.at(y, self.places, source)
        return y

    def backward(self, g):
        return g, None, g[self.places]


def places(index, dim):
    """Return the NumPy index that takes `index` along `dim` and every other axis in its own order."""
    grid = list(np.indices(index.shape, sparse=True))
    grid[dim] = index
    return tuple(grid)


def picks_once(index):
    """Tell whether no number can be picked twice: there are no arrays of whole numbers in the index."""
    parts = index if isinstance(index, tuple) else (index,)
    return not any(
        isinstance(p, (np.ndarray, list)) and np.asarray(p).dtype.kind in "iu" and np.ndim(p) for p in parts
    )
