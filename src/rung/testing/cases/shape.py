"""Shapes, picking, sorting, joining."""

import numpy as np

from rung.errors import ShapeError
from rung.scratch import Tensor, cat, ops, pad, stack
from rung.testing.row import Refusal, Row, Sample
from rung.testing.torch_side import to_torch


def one(shape, *options):
    """Samples of one array of that shape with each set of options."""
    return lambda rng: [Sample((rng.standard_normal(shape),), o) for o in options]


def torch_index(index):
    """The same index with torch tensors in place of arrays."""
    if isinstance(index, tuple):
        return tuple(torch_index(part) for part in index)
    return to_torch(index, None) if isinstance(index, np.ndarray) else index


GRID = np.array([[0, 2], [1, 1], [2, 0]])
ROWS = [
    Row(
        "Reshape",
        ops.Reshape,
        one((2, 3, 4), {"shape": (6, 4)}, {"shape": (-1,)}, {"shape": (4, 3, 2)}),
        lambda torch, x, shape: x.reshape(shape),
    ),
    Row(
        "flatten",
        Tensor.flatten,
        lambda rng: (
            [
                Sample((rng.standard_normal((2, 3, 4)),), {"start_dim": a, "end_dim": b})
                for a, b in ((0, -1), (1, 2), (0, 1))
            ]
            + [
                Sample((np.array(3.0),), {"start_dim": 0, "end_dim": -1}),
                Sample((np.zeros((2, 0, 3)),), {"start_dim": 1, "end_dim": -1}),
            ]
        ),
        lambda torch, x, **o: x.flatten(**o),
        ours=lambda x, **o: x.flatten(**o),
    ),
    Row(
        "Permute",
        ops.Permute,
        one((2, 3, 4), {"dims": (2, 0, 1)}, {"dims": (0, 1, 2)}, {"dims": (-1, 0, 1)}),
        lambda torch, x, dims: x.permute(dims),
    ),
    Row(
        "transpose",
        Tensor.transpose,
        one((2, 3, 4), {}),
        lambda torch, x: x.transpose(0, -1),
        ours=lambda x: x.transpose(0, -1),
    ),
    Row(
        "movedim",
        Tensor.movedim,
        one((2, 3, 4), {"a": 1, "b": -1}, {"a": 0, "b": 2}, {"a": -1, "b": 0}),
        lambda torch, x, a, b: x.movedim(a, b),
        ours=lambda x, a, b: x.movedim(a, b),
    ),
    Row(
        "squeeze",
        Tensor.squeeze,
        one((1, 3, 1), {}),
        lambda torch, x: (x.squeeze(), x.squeeze(0), x.squeeze(1), x.squeeze(-1)),
        ours=lambda x: (x.squeeze(), x.squeeze(0), x.squeeze(1), x.squeeze(-1)),
    ),
    Row(
        "unsqueeze",
        Tensor.unsqueeze,
        one((2, 3), {}),
        lambda torch, x: (x.unsqueeze(0), x.unsqueeze(1), x.unsqueeze(-1)),
        ours=lambda x: (x.unsqueeze(0), x.unsqueeze(1), x.unsqueeze(-1)),
    ),
    Row(
        "Expand",
        ops.Expand,
        one((3, 1), {"shape": (3, 4)}, {"shape": (2, 3, 4)}),
        lambda torch, x, shape: x.expand(shape),
    ),
    Row(
        "repeat",
        Tensor.repeat,
        one((2, 3), {"sizes": (2, 2)}, {"sizes": (2, 1, 3)}),
        lambda torch, x, sizes: x.repeat(sizes),
        ours=lambda x, sizes: x.repeat(*sizes),
    ),
    Row("Flip", ops.Flip, one((2, 3), {"dims": (0,)}, {"dims": (0, 1)}), lambda torch, x, dims: x.flip(dims)),
    Row(
        "Roll",
        ops.Roll,
        one((2, 3), {"shifts": 1, "dims": 1}, {"shifts": (1, -1), "dims": (0, 1)}),
        lambda torch, x, shifts, dims: x.roll(shifts, dims),
    ),
    Row(
        "Pad",
        ops.Pad,
        one((2, 3), {"widths": ((0, 1), (2, 0))}, {"widths": ((1, 1), (1, 1)), "value": -2.0}),
        lambda torch, x, widths, value=0.0: torch.nn.functional.pad(x, (*widths[1], *widths[0]), value=value),
        ours=lambda x, widths, value=0.0: pad(x, widths, value),
    ),
    Row(
        "Triangle",
        ops.Triangle,
        one((2, 3, 4), {}, {"diagonal": 1}, {"diagonal": -1, "upper": True}, {"upper": True}),
        lambda torch, x, diagonal=0, upper=False: x.triu(diagonal) if upper else x.tril(diagonal),
    ),
    Row(
        "Cat",
        ops.Cat,
        lambda rng: [
            Sample(
                (rng.standard_normal((2, 3)), rng.standard_normal((1, 3)), rng.standard_normal((0, 3))),
                {"dim": 0},
            ),
            Sample((rng.standard_normal((2, 3)), rng.standard_normal((2, 1))), {"dim": -1}),
        ],
        lambda torch, *x, dim: torch.cat(x, dim),
        ours=lambda *x, dim: cat(x, dim),
        refusals=(
            Refusal(
                lambda: cat([Tensor(np.zeros((2, 3))), Tensor(np.zeros((2, 4)))]),
                ShapeError,
                "but for axis 0",
            ),
            Refusal(lambda: cat([]), ShapeError, "equal"),
        ),
    ),
    Row(
        "Stack",
        ops.Stack,
        lambda rng: [
            Sample((rng.standard_normal((2, 3)), rng.standard_normal((2, 3))), {"dim": d}) for d in (0, 1, -1)
        ],
        lambda torch, *x, dim: torch.stack(x, dim),
        ours=lambda *x, dim: stack(x, dim),
        refusals=(Refusal(lambda: stack([Tensor([1.0]), Tensor([1.0, 2.0])]), ShapeError, "equal"),),
    ),
    Row(
        "GetItem",
        ops.GetItem,
        one(
            (4, 3, 2),
            {"index": 1},
            {"index": (slice(1, 3), 0)},
            {"index": (..., 1)},
            {"index": (slice(None, None, 2), None)},
            {"index": np.array([0, 0, 3])},
            {"index": (np.array([0, 1, 0]), np.array([2, 2, 2]))},
            {"index": np.array([True, False, True, True])},
            {"index": (slice(None), np.array([[0, 2], [1, 1]]))},
            {"index": slice(2, 2)},
        ),
        lambda torch, x, index: x[torch_index(index)],
        ours=lambda x, index: x[index],
    ),
    Row(
        "Gather",
        ops.Gather,
        lambda rng: [
            Sample((rng.standard_normal((3, 4)), GRID), {"dim": 1}),
            Sample((rng.standard_normal((3, 4)), GRID), {"dim": 0}),
            Sample((rng.standard_normal((2, 3, 4)), np.zeros((1, 2, 4), dtype=int)), {"dim": 1}),
        ],
        lambda torch, x, index, dim: x.gather(dim, index),
    ),
    Row(
        "Scatter",
        ops.Scatter,
        lambda rng: [
            Sample(
                (
                    rng.standard_normal((3, 4)),
                    np.array([[0, 2], [1, 3], [2, 0]]),
                    rng.standard_normal((3, 2)),
                ),
                {"dim": 1},
            )
        ],
        lambda torch, x, index, source, dim: x.scatter(dim, index, source),
    ),
    Row(
        "ScatterAdd",
        ops.ScatterAdd,
        lambda rng: [
            Sample((rng.standard_normal((3, 4)), GRID, rng.standard_normal((3, 2))), {"dim": d})
            for d in (0, 1)
        ],
        lambda torch, x, index, source, dim: x.scatter_add(dim, index, source),
    ),
    Row(
        "masked_fill",
        Tensor.masked_fill,
        lambda rng: [
            Sample(
                (rng.standard_normal((2, 3)), rng.random((2, 3)) > 0.5), {"value": v}, smooth=np.isfinite(v)
            )
            for v in (0.0, -np.inf)
        ],
        lambda torch, x, mask, value: x.masked_fill(mask, value),
        ours=lambda x, mask, value: x.masked_fill(mask, value),
    ),
    Row(
        "index_select",
        Tensor.index_select,
        one((3, 4), {"dim": 1}, {"dim": 0}),
        lambda torch, x, dim: x.index_select(dim, torch.tensor([0, 2, 2])),
        ours=lambda x, dim: x.index_select(dim, np.array([0, 2, 2])),
    ),
    Row(
        "sort",
        Tensor.sort,
        lambda rng: [
            Sample((rng.standard_normal((3, 4)),), {"dim": d, "descending": b})
            for d in (0, -1)
            for b in (False, True)
        ],
        lambda torch, x, **o: tuple(x.sort(stable=True, **o)),
        ours=lambda x, **o: x.sort(**o),
    ),
    Row(
        "topk",
        Tensor.topk,
        lambda rng: [
            Sample((rng.standard_normal((3, 5)),), {"k": k, "largest": b})
            for k in (0, 2, 5)
            for b in (True, False)
        ],
        lambda torch, x, k, largest: tuple(x.topk(k, largest=largest)),
        ours=lambda x, k, largest: x.topk(k, largest=largest),
        refusals=(Refusal(lambda: Tensor([1.0]).topk(2), ShapeError, "at most the length"),),
    ),
    Row(
        "split",
        Tensor.split,
        one((5, 4), {}),
        lambda torch, x: (*x.split(2), *x.split([1, 3], 1), *x.chunk(3), *x.unbind(1)),
        ours=lambda x: (*x.split(2), *x.split([1, 3], 1), *x.chunk(3), *x.unbind(1)),
        refusals=(Refusal(lambda: Tensor([1.0, 2.0]).split([1, 2]), ShapeError, "make up the whole"),),
    ),
]
