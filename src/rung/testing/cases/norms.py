"""Normalisations: as operations, and as layers with their running statistics."""

import numpy as np

from rung.errors import SettingError, ShapeError
from rung.scratch import Tensor, nn, ops
from rung.scratch.nn import functional as F
from rung.testing.row import LayerRow, Refusal, Row, Sample

IMAGES = (4, 3, 5, 2)


def samples(*shapes):
    """Normal arrays of the shapes."""
    return lambda rng: [Sample((rng.standard_normal(shape),)) for shape in shapes]


def large_mean(rng):
    """Numbers around 3,000 with a variance of 1: what E[x²] - E[x]² gets wrong."""
    return [Sample((3e3 + rng.standard_normal((16, 3)), np.ones(3), np.zeros(3)), smooth=False)]


def batch(torch, x, w, b):
    """PyTorch's batch normalisation by the batch's own statistics."""
    return torch.nn.functional.batch_norm(x, None, None, w, b, training=True)


ROWS = [
    Row(
        "BatchNorm",
        ops.BatchNorm,
        lambda rng: [
            Sample((rng.standard_normal(shape), rng.standard_normal(3), rng.standard_normal(3)))
            for shape in (IMAGES, (6, 3), (4, 3, 5))
        ],
        batch,
        ours=lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        refusals=(
            Refusal(
                lambda: F.batch_norm(Tensor(np.ones((4, 2))), None, None, Tensor(np.ones(3))),
                ShapeError,
                r"\(N, 3, \.\.\.\)",
            ),
            Refusal(
                lambda: F.batch_norm(Tensor(np.ones((1, 2))), None, None, training=True),
                ShapeError,
                "larger batch",
            ),
        ),
        tolerance=1e-9,
    ),
    Row(
        "LayerNorm",
        ops.LayerNorm,
        lambda rng: [
            *(
                Sample(
                    (rng.standard_normal((4, *shape)), rng.standard_normal(shape), rng.standard_normal(shape))
                )
                for shape in ((6,), (5, 2))
            ),
            Sample((np.full((2, 3), 7.0), np.ones(3), np.zeros(3)), smooth=False, label="a constant vector"),
        ],
        lambda torch, x, w, b: torch.nn.functional.layer_norm(x, w.shape, w, b),
        ours=lambda x, w, b: F.layer_norm(x, w.shape, w, b),
        refusals=(
            Refusal(
                lambda: F.layer_norm(Tensor(np.ones((4, 2))), (3,)),
                ShapeError,
                r"last axes of x must be \(3,\)",
            ),
        ),
        tolerance=1e-9,
    ),
    Row(
        "LayerNorm",
        ops.LayerNorm,
        large_mean,
        lambda torch, x, w, b: torch.nn.functional.layer_norm(x, w.shape, w, b),
        ours=lambda x, w, b: F.layer_norm(x, w.shape, w, b),
        float32=False,
    ),
    Row(
        "RMSNorm",
        ops.RMSNorm,
        lambda rng: [Sample((rng.standard_normal((4, 6)), rng.standard_normal(6)))],
        lambda torch, x, w: torch.nn.functional.rms_norm(x, w.shape, w, 1e-6),
        ours=lambda x, w: F.rms_norm(x, w.shape, w, 1e-6),
        refusals=(Refusal(lambda: F.rms_norm(Tensor(np.ones((4, 2))), (3,)), ShapeError, "last axes"),),
    ),
    LayerRow(
        "nn.BatchNorm1d",
        nn.BatchNorm1d,
        lambda part, rng: part(3),
        lambda torch: torch.nn.BatchNorm1d(3),
        samples((6, 3), (4, 3, 5)),
        refusals=(
            Refusal(
                lambda: nn.BatchNorm1d(3)(Tensor(np.ones(IMAGES))), ShapeError, "BatchNorm2d, for images"
            ),
        ),
        tolerance=1e-7,
    ),
    LayerRow(
        "nn.BatchNorm2d",
        nn.BatchNorm2d,
        lambda part, rng: part(3, momentum=0.3),
        lambda torch: torch.nn.BatchNorm2d(3, momentum=0.3),
        samples(IMAGES),
        refusals=(
            Refusal(lambda: nn.BatchNorm2d(3)(Tensor(np.ones((4, 3)))), ShapeError, "BatchNorm1d, for rows"),
        ),
        tolerance=1e-9,
    ),
    LayerRow(
        "nn.LayerNorm",
        nn.LayerNorm,
        lambda part, rng: part((5, 2)),
        lambda torch: torch.nn.LayerNorm((5, 2)),
        samples(IMAGES),
        refusals=(Refusal(lambda: nn.LayerNorm(3)(Tensor(np.ones(IMAGES))), ShapeError, "permute"),),
        tolerance=1e-7,
    ),
    LayerRow(
        "nn.RMSNorm",
        nn.RMSNorm,
        lambda part, rng: part(6, eps=1e-6),
        lambda torch: torch.nn.RMSNorm(6, eps=1e-6),
        samples((4, 6), (2, 3, 6)),
    ),
    LayerRow(
        "nn.GroupNorm",
        nn.GroupNorm,
        lambda part, rng: part(2, 4),
        lambda torch: torch.nn.GroupNorm(2, 4),
        samples((3, 4, 5, 2), (3, 4, 6)),
        refusals=(
            Refusal(lambda: nn.GroupNorm(3, 4)(Tensor(np.ones((2, 4)))), SettingError, "num_groups divides"),
        ),
        tolerance=1e-9,
    ),
]
