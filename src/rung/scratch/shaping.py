"""The methods of a Tensor that move numbers about: shapes, picking, sorting, joining; by PyTorch's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rung.scratch import ops
from rung.scratch.errors import ShapeError
from rung.scratch.function import Function

if TYPE_CHECKING:
    from rung.scratch.tensor import Tensor

Dim = int | tuple[int, ...] | None


class Shaping:
    """What a Tensor can be asked about the places of its numbers."""

    __slots__ = ()
    data: np.ndarray

    def _apply(self, op: type[Function], *others: Any, **options: Any) -> Tensor:
        raise NotImplementedError

    def _binary(self, op: type[Function], other: Any, swapped: bool = False) -> Tensor:
        raise NotImplementedError

    def _operand(self, other: Any) -> Tensor:
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    # -- shape ----------------------------------------------------------------------------------------------

    def reshape(self, *shape: Any) -> Tensor:
        """Return the same numbers in another shape; one axis may be -1."""
        return self._apply(ops.Reshape, shape=_unpack(shape))

    view = reshape

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Join the axes from start_dim to end_dim into one."""
        shape, n = self.shape, max(self.ndim, 1)
        start, end = start_dim % n, end_dim % n
        middle = int(np.prod(shape[start : end + 1], dtype=int))
        return self.reshape(*shape[:start], middle, *shape[end + 1 :])

    def permute(self, *dims: Any) -> Tensor:
        """Return the axes in another order."""
        return self._apply(ops.Permute, dims=_unpack(dims))

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Swap two axes."""
        dims = list(range(self.ndim))
        dims[dim0], dims[dim1] = dims[dim1], dims[dim0]
        return self.permute(dims)

    @property
    def mT(self) -> Tensor:
        """The last two axes swapped: each matrix of a batch transposed."""
        return self.transpose(-2, -1)

    def contiguous(self) -> Tensor:
        """Return the same numbers laid out row after row in memory."""
        return self[...] if self.data.flags.c_contiguous else self._apply(ops.Clone)

    @property
    def T(self) -> Tensor:
        """The transposed matrix (all axes in reverse)."""
        return self.permute(tuple(reversed(range(self.ndim))))

    def squeeze(self, dim: int | None = None) -> Tensor:
        """Drop the axes of length 1, or the one named if its length is 1."""
        at = None if dim is None else dim % max(self.ndim, 1)
        return self.reshape(tuple(n for i, n in enumerate(self.shape) if n != 1 or at not in (None, i)))

    def unsqueeze(self, dim: int) -> Tensor:
        """Put in an axis of length 1 before `dim`."""
        at = dim % (self.ndim + 1)
        return self.reshape((*self.shape[:at], 1, *self.shape[at:]))

    def expand(self, *shape: Any) -> Tensor:
        """Repeat axes of length 1 up to `shape`, without copying; -1 keeps an axis."""
        wanted = _unpack(shape)
        own = (1,) * (len(wanted) - self.ndim) + self.shape
        return self._apply(
            ops.Expand, shape=tuple(m if n == -1 else n for n, m in zip(wanted, own, strict=True))
        )

    def movedim(self, source: int, destination: int) -> Tensor:
        """Move one axis to another place."""
        dims = list(range(self.ndim))
        dims.insert(destination % self.ndim, dims.pop(source))
        return self.permute(dims)

    def expand_as(self, other: Tensor) -> Tensor:
        """Repeat axes of length 1 up to the shape of `other`, without copying."""
        return self.expand(other.shape)

    def repeat(self, *sizes: Any) -> Tensor:
        """Lay the tensor out `sizes` times along each axis, as tiles."""
        times = _unpack(sizes)
        own = (1,) * (len(times) - self.ndim) + self.shape
        pairs = [n for pair in zip(times, own, strict=True) for n in pair]  # (t0, n0, t1, n1, ...)
        ones = [m for n in own for m in (1, n)]
        joined = tuple(t * n for t, n in zip(times, own, strict=True))
        return self.reshape(ones).expand(pairs).reshape(joined)

    def flip(self, *dims: Any) -> Tensor:
        """Turn the order round along some axes."""
        return self._apply(ops.Flip, dims=_unpack(dims))

    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        """Move everything along some axes; what falls off one end comes back at the other."""
        return self._apply(ops.Roll, shifts=shifts, dims=dims)

    def tril(self, diagonal: int = 0) -> Tensor:
        """Keep the lower triangle of the last two axes, and set the rest to 0."""
        return self._apply(ops.Triangle, diagonal=diagonal)

    def triu(self, diagonal: int = 0) -> Tensor:
        """Keep the upper triangle of the last two axes, and set the rest to 0."""
        return self._apply(ops.Triangle, diagonal=diagonal, upper=True)

    # -- picking --------------------------------------------------------------------------------------------

    def __getitem__(self, index: Any) -> Tensor:
        return self._apply(ops.GetItem, index=plain_index(index))

    def gather(self, dim: int, index: Any) -> Tensor:
        """Pick along `dim`: y[i][j] = x[index[i][j]][j] for dim 0."""
        return self._apply(ops.Gather, index, dim=dim)

    def scatter(self, dim: int, index: Any, src: Any) -> Tensor:
        """Return a copy with y[index[i][j]][j] = src[i][j] for dim 0."""
        return self._apply(ops.Scatter, index, self._operand(src), dim=dim)

    def scatter_add(self, dim: int, index: Any, src: Any) -> Tensor:
        """Return a copy with src[i][j] added to y[index[i][j]][j] for dim 0."""
        return self._apply(ops.ScatterAdd, index, self._operand(src), dim=dim)

    def index_select(self, dim: int, index: Any) -> Tensor:
        """Pick whole slices along `dim`."""
        return self[(slice(None),) * (dim % self.ndim) + (index,)]

    def where(self, condition: Any, other: Any) -> Tensor:
        """Keep the numbers where the condition holds, and take `other` elsewhere."""
        return self._operand(condition)._apply(ops.Where, self, self._operand(other))

    def masked_fill(self, mask: Any, value: float) -> Tensor:
        """Put `value` where the mask is true."""
        return self._operand(mask)._apply(ops.Where, self._operand(value), self)

    # -- sorting --------------------------------------------------------------------------------------------

    def argsort(self, dim: int = -1, descending: bool = False) -> Tensor:
        """Return where the smallest, the second smallest, ... stand along `dim`; ties keep their order."""
        if not descending:
            return self._operand(np.argsort(self.data, axis=dim, kind="stable"))
        # Sort from the end, then read from the end: that turns the order round and leaves ties as they stood.
        order = np.flip(np.argsort(np.flip(self.data, dim), axis=dim, kind="stable"), dim)
        return self._operand(self.data.shape[dim] - 1 - order)

    def sort(self, dim: int = -1, descending: bool = False) -> tuple[Tensor, Tensor]:
        """Return (values in order along `dim`, where they stood)."""
        indices = self.argsort(dim, descending)
        return self.gather(dim, indices), indices

    def topk(self, k: int, dim: int = -1, largest: bool = True) -> tuple[Tensor, Tensor]:
        """Return (the k largest along `dim`, where they stood), largest first."""
        if not 0 <= k <= self.shape[dim]:
            raise ShapeError(
                f"topk: {k} of an axis of length {self.shape[dim]}.",
                rule="k is at most the length of the axis.",
            )
        indices = self.argsort(dim, largest).index_select(dim, slice(k))
        return self.gather(dim, indices), indices

    # -- taking apart ---------------------------------------------------------------------------------------

    def split(self, size: int | list[int], dim: int = 0) -> tuple[Tensor, ...]:
        """Cut into pieces of `size` along `dim` (the last may be shorter), or of the sizes listed."""
        n = self.shape[dim]
        sizes = [min(size, n - i) for i in range(0, n, size)] if isinstance(size, int) else size
        if sum(sizes) != n:
            raise ShapeError(
                f"split: pieces of {sizes} of an axis of length {n}.",
                rule="The pieces make up the whole axis.",
            )
        ends = np.cumsum(sizes).tolist()
        return tuple(self.index_select(dim, slice(e - m, e)) for e, m in zip(ends, sizes, strict=True))

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Cut into at most `chunks` pieces of equal length along `dim`."""
        return self.split(max(1, -(-self.shape[dim] // chunks)), dim)

    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        """Return the slices along `dim`, one tensor each."""
        return tuple(self.index_select(dim, i) for i in range(self.shape[dim]))


def plain_index(index: Any) -> Any:
    """Replace the Tensors and lists of an index by arrays."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    if isinstance(index, Shaping):
        return index.data
    return np.asarray(index, dtype=None if index else np.intp) if isinstance(index, list) else index


def _unpack(args: tuple[Any, ...]) -> tuple[int, ...]:
    """Let both f(2, 3) and f((2, 3)) be said."""
    return tuple(args[0]) if len(args) == 1 and not isinstance(args[0], (int, np.integer)) else args
