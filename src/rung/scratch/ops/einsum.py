"""Einstein summation: name every axis; what is not named in the result is summed over."""

import string

import numpy as np

from rung.scratch.function import Function


class Einsum(Function):
    """np.einsum with gradients: "ij,jk->ik" is the matrix product.

    The gradient of one operand is again an einsum: of the output's gradient with all the other operands.
    """

    def forward(self, *arrays, equation):
        """arrays: as many as the equation has terms. Return the array that the equation describes."""
        self.arrays = arrays
        self.terms, self.result = parse(equation, [a.ndim for a in arrays])
        return np.einsum(",".join(self.terms) + "->" + self.result, *arrays, optimize=len(arrays) > 1)

    def backward(self, g):
        """g: the gradient of the output. Return the gradient of every array."""
        return tuple(self.one(i, g) if needed else None for i, needed in enumerate(self.needs))

    def one(self, i, g):
        """Return the gradient of array i."""
        array, term = self.arrays[i], self.terms[i]
        others = [*self.terms[:i], *self.terms[i + 1 :]]
        letters = "".join(dict.fromkeys(term))  # each axis once: "ii" has one, its diagonal
        known = "".join(c for c in letters if c in self.result or any(c in other for other in others))
        inputs = [g, *self.arrays[:i], *self.arrays[i + 1 :]]
        gx = np.einsum(",".join([self.result, *others]) + "->" + known, *inputs, optimize=len(inputs) > 1)
        # An axis that only this array has was summed on its own: all along it get the same gradient.
        sizes = dict(zip(term, array.shape, strict=True))
        gx = gx.reshape([sizes[c] if c in known else 1 for c in letters])
        full = np.zeros(array.shape, dtype=g.dtype)
        np.einsum(term + "->" + letters, full)[...] = (
            gx  # a view, so that a repeated axis writes the diagonal
        )
        return full


def parse(equation, ndims):
    """Return the terms and the result of an einsum equation, with "..." spelt out and the result given."""
    equation = equation.replace(" ", "")
    left, arrow, result = equation.partition("->")
    terms = left.split(",")
    free = [c for c in string.ascii_letters if c not in equation]
    extra = [n - len(t.replace("...", "")) if "..." in t else 0 for t, n in zip(terms, ndims, strict=True)]
    dots = "".join(free[: max(extra)])
    spelt = [t.replace("...", dots[len(dots) - n :]) for t, n in zip(terms, extra, strict=True)]
    if not arrow:  # by convention: the axes named once, in alphabetical order
        joined = left.replace("...", "").replace(",", "")
        result = "..." + "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    return spelt, result.replace("...", dots)
