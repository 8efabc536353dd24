"""Changes of shape: the numbers stay, their places move; backward moves them back."""

import numpy as np

from rung.scratch.function import Function


class Reshape(Function):
    """The same numbers, read in the same order, in another shape."""

    def forward(self, x, shape):
        self.shape = x.shape
        return x.reshape(shape)

    def backward(self, g):
        return g.reshape(self.shape)


class Permute(Function):
    """The axes in another order."""

    def forward(self, x, dims):
        self.back = np.argsort([d % x.ndim for d in dims])
        return x.transpose(dims)

    def backward(self, g):
        return g.transpose(self.back)


class Expand(Function):
    """Axes of length 1 repeated, without copying. The engine sums the copies' gradients."""

    def forward(self, x, shape):
        return np.broadcast_to(x, shape)

    def backward(self, g):
        return g


class Cat(Function):
    """Arrays joined along an axis they have."""

    def forward(self, *arrays, dim):
        self.dim, self.ends = dim, np.cumsum([a.shape[dim] for a in arrays])
        return np.concatenate(arrays, axis=dim)

    def backward(self, g):
        return tuple(np.split(g, self.ends[:-1], axis=self.dim))


class Stack(Function):
    """Arrays of one shape joined along a new axis."""

    def forward(self, *arrays, dim):
        self.dim = dim
        return np.stack(arrays, axis=dim)

    def backward(self, g):
        return tuple(np.moveaxis(g, self.dim, 0))


class Flip(Function):
    """The order along some axes turned round."""

    def forward(self, x, dims):
        self.dims = dims
        return np.flip(x, dims)

    def backward(self, g):
        return np.flip(g, self.dims)


class Roll(Function):
    """Everything moved along some axes; what falls off one end comes back at the other."""

    def forward(self, x, shifts, dims=None):
        self.shifts, self.dims = shifts, dims
        return np.roll(x, shifts, dims)

    def backward(self, g):
        back = tuple(-s for s in self.shifts) if isinstance(self.shifts, tuple) else -self.shifts
        return np.roll(g, back, self.dims)


class Pad(Function):
    """A border of one value put around an array; widths: (before, after) for each axis."""

    def forward(self, x, widths, value):
        self.inside = tuple(slice(before, before + n) for (before, _), n in zip(widths, x.shape, strict=True))
        return np.pad(x, widths, constant_values=value)

    def backward(self, g):
        return g[self.inside]


class Triangle(Function):
    """The lower (or upper) triangle of the last two axes kept, the rest set to 0."""

    def forward(self, x, diagonal=0, upper=False):
        keep = np.tri(x.shape[-2], x.shape[-1], k=diagonal - 1 if upper else diagonal, dtype=bool)
        self.keep = ~keep if upper else keep
        return np.where(self.keep, x, np.zeros((), dtype=x.dtype))

    def backward(self, g):
        return g * self.keep
