"""Reductions: many numbers into one."""

import numpy as np

from rung.scratch import Tensor, ops
from rung.testing.row import Row, Sample

SHAPES = ((), (4,), (2, 3), (2, 3, 4))


def along(*more, empty=True, several=True, none=True):
    """Samples over axes, several axes, all axes, with keepdim; and more."""

    def samples(rng):
        made = []
        for keepdim in (False, True):
            made += [
                Sample((rng.standard_normal((2, 3, 4)),), {"dim": d, "keepdim": keepdim}) for d in (0, 1, -1)
            ]
            if several:
                made += [Sample((rng.standard_normal((2, 3, 4)),), {"dim": (0, 2), "keepdim": keepdim})]
        if none:
            made += [Sample((np.asarray(rng.standard_normal(shape)),)) for shape in SHAPES]
        if empty:
            made += [Sample((np.zeros((0, 3)),), {"dim": 0}), Sample((np.zeros((2, 0)),), {"dim": 0})]
        return [*made, *more]

    return samples


def torch_call(name):
    """PyTorch's method of that name, called without `dim` where none is given."""
    return lambda torch, x, **options: getattr(x, name)(**options)


TIED = Sample((np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]),), {"dim": 1}, smooth=False, label="ties")
ZEROS = Sample((np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0], [1.0, 2.0, 3.0]]),), {"dim": 1}, label="zeros")
FAR_MEAN = Sample(
    (np.array([[1e4, 1e4 + 1, 1e4 + 2], [1e4, 1e4, 1e4 + 3]]),), {"dim": 1}, smooth=False, label="large mean"
)
LARGE = Sample((np.array([[100.0, -100.0], [100.0, 100.0]]),), {"dim": 1}, smooth=False, label="large")
MASKED = Sample((np.array([[0.0, -np.inf], [-np.inf, 1.0]]),), {"dim": 1}, smooth=False, label="-inf")
ROWS = [
    Row("Sum", ops.Sum, along(), torch_call("sum")),
    Row("Mean", ops.Mean, along(Sample((np.zeros((2, 0, 3)),), {"dim": 0}), empty=False), torch_call("mean")),
    Row(
        "Var",
        ops.Var,
        lambda rng: [
            *(
                Sample((rng.standard_normal((3, 4, 2)),), {"dim": d, "correction": c, "keepdim": k})
                for d, c, k in ((0, 1, False), (1, 0, True), ((0, 2), 1, False), (None, 1, False))
            ),
            FAR_MEAN,
        ],
        lambda torch, x, dim=None, correction=1, keepdim=False: x.var(
            dim, correction=correction, keepdim=keepdim
        ),
    ),
    Row(
        "std",
        Tensor.std,
        lambda rng: [Sample((rng.standard_normal((3, 4)),), {"dim": d}) for d in (0, 1)] + [FAR_MEAN],
        lambda torch, x, dim: x.std(dim),
        ours=lambda x, dim: x.std(dim),
    ),
    Row(
        "Amax",
        ops.Amax,
        along(TIED, empty=False),
        lambda torch, x, dim=(), keepdim=False: x.amax(dim, keepdim),
    ),
    Row(
        "Amin",
        ops.Amin,
        along(TIED, empty=False),
        lambda torch, x, dim=(), keepdim=False: x.amin(dim, keepdim),
    ),
    Row(
        "max",
        Tensor.max,
        along(TIED, several=False, empty=False),
        torch_call("max"),
        ours=lambda x, **options: tuple(m) if isinstance(m := x.max(**options), tuple) else m,
    ),
    Row(
        "min",
        Tensor.min,
        along(TIED, several=False, empty=False),
        torch_call("min"),
        ours=lambda x, **options: tuple(m) if isinstance(m := x.min(**options), tuple) else m,
    ),
    Row("Prod", ops.Prod, along(ZEROS, several=False), torch_call("prod")),
    Row("LogSumExp", ops.LogSumExp, along(LARGE, MASKED, none=False, empty=False), torch_call("logsumexp")),
    Row(
        "CumSum",
        ops.CumSum,
        lambda rng: (
            [Sample((rng.standard_normal((3, 4)),), {"dim": d}) for d in (0, 1, -1)]
            + [Sample((np.zeros((0, 2)),), {"dim": 0})]
        ),
        torch_call("cumsum"),
    ),
    Row(
        "Norm",
        ops.Norm,
        lambda rng: [
            *(
                Sample((rng.standard_normal((3, 4)),), {"p": p, "dim": d, "keepdim": k})
                for p, d, k in (
                    (2, 1, False),
                    (1, 0, True),
                    (3, 1, True),
                    (2, None, False),
                    (2, (0, 1), True),
                )
            ),
            Sample((np.array([[0.0, 0.0], [3.0, 4.0]]),), {"dim": 1}, smooth=False, label="length 0"),
        ],
        lambda torch, x, p=2, dim=None, keepdim=False: torch.linalg.vector_norm(x, p, dim, keepdim),
        ours=lambda x, **options: x.norm(**options),
    ),
    Row(
        "Norm",
        ops.Norm,
        lambda rng: [
            Sample((rng.standard_normal((3, 4)),), {"p": 2}, label="all numbers, one length"),
            Sample((rng.standard_normal((3, 4)),), {"p": 3, "dim": 0}, label="the axis goes"),
        ],
        lambda torch, x, p, dim=None: torch.linalg.vector_norm(x, p, dim),
    ),
    Row(
        "argmax",
        Tensor.argmax,
        along(TIED, several=False, empty=False),
        torch_call("argmax"),
        ours=lambda x, **options: x.argmax(**options),
    ),
    Row(
        "argmin",
        Tensor.argmin,
        along(TIED, several=False, empty=False),
        torch_call("argmin"),
        ours=lambda x, **options: x.argmin(**options),
    ),
]
