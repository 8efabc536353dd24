"""The fast forms of operations: on the samples of their plain forms, and on some that take other ways."""

from dataclasses import replace

import numpy as np

from rung.scratch import Tensor, ops
from rung.scratch.nn import functional as F
from rung.testing.cases import activation, images, linear, loss, norms, sequences
from rung.testing.row import Row, Sample


def normal(*shapes, **options):
    """One sample of normal arrays."""
    return lambda rng: Sample(tuple(rng.standard_normal(shape) for shape in shapes), options)


def numbered(shape, values, **options):
    """One sample of whole numbers, of which many are equal."""
    return lambda rng: Sample((rng.integers(0, values, shape) / 2.0,), options, smooth=False, label="ties")


def fast(part, among, *more):
    """The rows of the plain form, run with the fast one; `more` makes further samples for the first."""
    rows = [row for row in among.ROWS if isinstance(row, Row) and row.part is part.plain]
    usual = rows[0].samples
    extended = replace(rows[0], samples=lambda rng: [*usual(rng), *(make(rng) for make in more)])
    return [replace(row, name=part.__name__, part=part, refusals=()) for row in (extended, *rows[1:])]


def packed(torch, qkv, heads=1, mask=None):
    """PyTorch's attention on the three parts of a packed array."""
    b, t, _ = qkv.shape
    q, k, v = (p.reshape(b, t, heads, -1).transpose(1, 2) for p in qkv.chunk(3, dim=2))
    mask = None if mask is None else torch.from_numpy(mask).to(qkv.dtype)
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask)
    return y.transpose(1, 2).reshape(b, t, -1)


GREY_AND_DEPTH = np.random.default_rng(2).standard_normal((3, 2, 5, 6))
CAUSAL = np.where(np.tri(5, dtype=bool), 0, -np.inf)

ROWS = [
    *fast(
        ops.FastConv2d,
        images,
        normal((2, 9, 6, 7), (4, 9, 3, 2), (4,)),  # 8 channels and more: unfolded along the width
        normal((2, 8, 6, 7), (4, 8, 3, 3), (4,), padding=1),
        normal((2, 8, 4, 4), (3, 8, 1, 1), (3,), padding=(1, 0)),  # more border than the kernel reaches
        normal((2, 8, 7, 7), (4, 8, 3, 3), (4,), stride=2, padding=1),
        normal((2, 5, 7, 8), (4, 5, 1, 1), (4,), stride=(2, 3)),  # pixel by pixel
    ),
    Row(
        "FastConv2d",  # a first layer: few channels, and the images want no gradient
        ops.FastConv2d,
        lambda rng: [
            Sample((rng.standard_normal((4, 2, 3, 3)), rng.standard_normal(4)), {"padding": padding})
            for padding in (0, (1, 2))
        ],
        lambda torch, w, b, padding: torch.nn.functional.conv2d(
            torch.from_numpy(GREY_AND_DEPTH).to(w.dtype), w, b, padding=padding
        ),
        ours=lambda w, b, padding: F.conv2d(
            Tensor(GREY_AND_DEPTH.astype(w.data.dtype)), w, b, padding=padding
        ),
    ),
    *fast(
        ops.FastMaxPool2d,
        images,
        normal((2, 3, 6, 4), kernel_size=2),
        numbered((3, 2, 8, 6), 3, kernel_size=2),
    ),
    *fast(
        ops.FastLinear,
        linear,
        normal((130, 3), (4, 3), (4,)),  # too many rows to be turned
        normal((100, 3), (4, 3), (4,)),  # few, but the outputs are fewer still
        normal((100, 3), (120, 3), (120,)),
    ),
    *fast(
        ops.FastCrossEntropy,
        loss,
        lambda rng: Sample((rng.standard_normal((6, 40)), rng.integers(0, 40, 6))),  # many classes
        lambda rng: Sample((rng.standard_normal((6, 40)), rng.integers(0, 40, 6)), {"reduction": "none"}),
        lambda rng: Sample((rng.standard_normal((300, 3)), rng.integers(0, 3, 300).astype(np.uint8))),
    ),
    *fast(ops.FastBatchNorm, norms),
    *fast(ops.FastLayerNorm, norms),
    *fast(ops.FastReLU, activation),
    *fast(ops.FastGELU, activation, normal((40, 9))),
    *fast(ops.FastGELUTanh, activation, normal((40, 9))),
    *fast(ops.FastAttention, sequences, normal((3, 2, 4, 6), (3, 2, 5, 6), (3, 2, 5, 3))),
    *fast(ops.FastLSTM, sequences),
    *fast(ops.FastGRU, sequences),
    Row(
        "PackedAttention",
        ops.PackedAttention,
        lambda rng: [
            Sample((rng.standard_normal((3, 5, 24)),), {"heads": 2}),
            Sample((rng.standard_normal((3, 5, 24)),), {"heads": 4, "mask": CAUSAL}),
        ],
        packed,
    ),
]
