"""Activation functions."""

import numpy as np

from rung.errors import SettingError, ShapeError
from rung.scratch import Tensor, ops
from rung.scratch.nn import functional as F
from rung.testing.cases.elementwise import also, unary, values
from rung.testing.row import Refusal, Row, Sample

CORNER = values(0.0, -0.0, 1.0, smooth=False, label="the corner")
FAR = values(-1e4, -50.0, 50.0, 1e4, smooth=False, label="far out")
MASKED = Sample((np.array([[0.0, -np.inf, 1.0], [2.0, 3.0, -np.inf]]),), smooth=False, label="-inf masks")
LARGE = Sample((np.array([[1e4, -1e4, 0.0], [1e4, 1e4, 1e4]]),), smooth=False, label="large scores")


def along(*dims):
    """Samples with every axis in turn as `dim`."""

    def samples(rng):
        made = [Sample((rng.standard_normal((3, 4, 2)),), {"dim": dim}) for dim in dims]
        return [
            *made,
            Sample((rng.standard_normal((3, 4, 2)),), label="the last axis"),
            Sample((rng.standard_normal(5),), {"dim": 0}),
            Sample((np.zeros((0, 3)),), {"dim": 1}),
            MASKED,
            LARGE,
        ]

    return samples


def softplus(torch, x, beta=1.0):
    """The formula by PyTorch's logaddexp: its own softplus turns into a straight line from 20 on."""
    return torch.logaddexp(beta * x, torch.zeros_like(x)) / beta


ROWS = [
    Row(
        "ReLU",
        ops.ReLU,
        also(unary(), CORNER, values(-np.inf, np.inf, smooth=False, label="inf")),
        lambda torch, x: torch.relu(x),
    ),
    Row(
        "LeakyReLU",
        ops.LeakyReLU,
        lambda rng: [Sample((rng.standard_normal((3, 4)),), {"slope": s}) for s in (0.01, 0.3)] + [CORNER],
        lambda torch, x, slope=0.01: torch.nn.functional.leaky_relu(x, slope),
    ),
    Row(
        "PReLU",
        ops.PReLU,
        lambda rng: [
            Sample((rng.standard_normal((5, 3)), np.array([0.25, 0.1, -0.2]))),
            Sample((rng.standard_normal((2, 3)), np.array([0.25]))),
            Sample((np.zeros((0, 3)), np.array([0.25]))),
            Sample(
                (np.array([[0.0, -1.0], [2.0, 0.0]]), np.array([0.25, 0.5])), smooth=False, label="the corner"
            ),
        ],
        lambda torch, x, w: torch.nn.functional.prelu(x, w),
        refusals=(
            Refusal(
                lambda: F.prelu(Tensor(np.zeros((2, 3))), Tensor([0.1, 0.2])), ShapeError, "each channel"
            ),
        ),
    ),
    Row(
        "ELU",
        ops.ELU,
        also(unary(), FAR, Sample((np.linspace(-3, 3, 7),), {"alpha": 1.7}, smooth=False)),
        lambda torch, x, alpha=1.0: torch.nn.functional.elu(x, alpha),
    ),
    Row("SELU", ops.SELU, also(unary(), FAR, CORNER), lambda torch, x: torch.selu(x)),
    Row(
        "SiLU",
        ops.SiLU,
        also(unary(), values(-50.0, 50.0, 1e4)),
        lambda torch, x: torch.nn.functional.silu(x),
    ),
    Row(
        "Softplus",
        ops.Softplus,
        also(unary(), FAR, Sample((np.linspace(-3, 3, 7),), {"beta": 2.5})),
        softplus,
    ),
    Row(
        "GELU",
        ops.GELU,
        also(unary(), values(-9.0, -3.0, 3.0, 9.0, 50.0)),
        lambda torch, x: torch.nn.functional.gelu(x),
        refusals=(Refusal(lambda: F.gelu(Tensor([1.0]), "erf"), SettingError, '"none" or "tanh"'),),
    ),
    Row(
        "GELUTanh",
        ops.GELUTanh,
        also(unary(), values(-9.0, -3.0, 3.0, 9.0)),
        lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh"),
    ),
    Row(
        "Hardtanh",
        ops.Hardtanh,
        also(
            unary(),
            values(-1.0, 1.0, smooth=False, label="the corners"),
            Sample((np.linspace(-3, 3, 8),), {"low": -2.0, "high": 0.5}),
        ),
        lambda torch, x, low=-1.0, high=1.0: torch.nn.functional.hardtanh(x, low, high),
    ),
    Row(
        "Sigmoid",
        ops.Sigmoid,
        also(unary(), values(-30.0, 0.0, 30.0, 1e4)),
        lambda torch, x: torch.sigmoid(x),
    ),
    Row("Tanh", ops.Tanh, also(unary(), FAR), lambda torch, x: torch.tanh(x)),
    Row("Softmax", ops.Softmax, along(0, 1, 2, -1), lambda torch, x, dim=-1: torch.softmax(x, dim)),
    Row("LogSoftmax", ops.LogSoftmax, along(0, 1, 2, -1), lambda torch, x, dim=-1: torch.log_softmax(x, dim)),
    Row(
        "Dropout",
        ops.Dropout,
        lambda rng: [Sample((rng.standard_normal(shape),), {"p": 0.3}) for shape in ((4, 5), (), (0, 3))],
        lambda torch, x, p: (
            x
            * torch.from_numpy(
                np.asarray(np.random.default_rng(5).random(tuple(x.shape), dtype="float32") >= p)
            ).to(x.dtype)
            / (1 - p)
        ),
        ours=lambda x, p: F.dropout(x, p, True, np.random.default_rng(5)),
        refusals=(Refusal(lambda: F.dropout(Tensor([1.0]), 1.5), SettingError, r"0 <= p < 1"),),
    ),
]
