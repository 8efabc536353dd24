"""Products of matrices, and the layers made of them."""

import numpy as np

from rung.errors import ShapeError
from rung.scratch import Tensor, einsum, nn, ops
from rung.scratch.nn import functional as F
from rung.testing.row import LayerRow, Refusal, Row, Sample

PRODUCTS = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((2, 1, 2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
)
EQUATIONS = (
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,ij->", (2, 3), (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("bhid,bhjd->bhij", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("i,j->ij", (2,), (3,)),
    ("...i,ij->...j", (2, 4, 3), (3, 5)),
    ("ij,k->j", (2, 3), (4,)),
    ("ji, k -> j", (2, 3), (4,)),
    ("ij,jk", (2, 3), (3, 4)),
    ("...ij,jk", (5, 2, 3), (3, 4)),
    ("ba", (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
)


def draw(rng, *shapes):
    """Arrays of these shapes."""
    return tuple(rng.standard_normal(shape) for shape in shapes)


def torch_einsum(torch, *arrays, equation):
    """PyTorch's einsum."""
    return torch.einsum(equation, *arrays)


def torch_linear(torch, x, weight, bias=None):
    """PyTorch's linear."""
    return torch.nn.functional.linear(x, weight, bias)


def zeros(*shape):
    """A float32 tensor of that shape."""
    return Tensor(np.zeros(shape, dtype=np.float32))


ROWS = [
    Row(
        "MatMul",
        ops.MatMul,
        lambda rng: [Sample(draw(rng, *shapes)) for shapes in PRODUCTS],
        lambda torch, a, b: a @ b,
        refusals=(
            Refusal(
                lambda: zeros(32, 784) @ zeros(128, 10),
                ShapeError,
                r"inner sizes differ: \(32, 784\) @ \(128, 10\)",
            ),
            Refusal(lambda: zeros(32, 784) @ zeros(10, 784), ShapeError, r"x @ w\.T"),
        ),
    ),
    Row(
        "Einsum",
        ops.Einsum,
        lambda rng: [Sample(draw(rng, *shapes), {"equation": e}) for e, *shapes in EQUATIONS],
        torch_einsum,
        refusals=(
            Refusal(lambda: einsum("ij,jk->ik", zeros(2, 3), zeros(2, 3)), ShapeError, "does not fit"),
        ),
    ),
    Row(
        "Linear",
        ops.Linear,
        lambda rng: [
            Sample(draw(rng, (5, 3), (4, 3), (4,))),
            Sample((*draw(rng, (5, 3), (4, 3)), None)),
            Sample(draw(rng, (1, 1), (1, 1), (1,))),
            Sample(draw(rng, (0, 3), (4, 3), (4,))),
        ],
        torch_linear,
        refusals=(
            Refusal(lambda: F.linear(zeros(2, 5), zeros(4, 3)), ShapeError, "in_features, 3"),
            Refusal(lambda: F.linear(zeros(2, 28, 28), zeros(10, 784)), ShapeError, r"x\.flatten\(1\)"),
        ),
    ),
    LayerRow(
        "nn.Linear",
        nn.Linear,
        lambda part, rng: part(3, 4, rng=rng),
        lambda torch: torch.nn.Linear(3, 4),
        lambda rng: [Sample(draw(rng, shape)) for shape in ((5, 3), (3,), (2, 5, 3), (0, 3))],
    ),
    LayerRow(
        "nn.Linear without bias",
        nn.Linear,
        lambda part, rng: part(3, 4, bias=False, rng=rng),
        lambda torch: torch.nn.Linear(3, 4, bias=False),
        lambda rng: [Sample(draw(rng, (5, 3)))],
    ),
    LayerRow(
        "nn.Bilinear",
        nn.Bilinear,
        lambda part, rng: part(3, 2, 4, rng=rng),
        lambda torch: torch.nn.Bilinear(3, 2, 4),
        lambda rng: [Sample(draw(rng, (5, 3), (5, 2))), Sample(draw(rng, (2, 5, 3), (2, 5, 2)))],
        refusals=(
            Refusal(lambda: F.bilinear(zeros(2, 3), zeros(2, 3), zeros(4, 3, 2)), ShapeError, "in1, in2"),
        ),
    ),
]
