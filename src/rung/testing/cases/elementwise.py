"""Arithmetic, element by element."""

import numpy as np

from rung.errors import ShapeError
from rung.scratch import Tensor, ops
from rung.testing.row import Refusal, Row, Sample

SHAPES = ((3,), (2, 3), (2, 3, 4), (), (0,), (2, 0, 3))
PAIRS = (((2, 3), (2, 3)), ((2, 3), (3,)), ((4, 1, 3), (2, 1)), ((), (2, 3)), ((), ()), ((0, 3), (1,)))


def unary(low=None, high=None, shapes=SHAPES):
    """Samples for a function of one array: numbers from low to high, or from the normal distribution."""

    def samples(rng):
        draw = rng.standard_normal if low is None else (lambda size: rng.uniform(low, high, size))
        return [Sample((np.asarray(draw(shape)),)) for shape in shapes]

    return samples


def binary(positive=(False, False), extra=()):
    """Samples for a function of two arrays, broadcasting included; a positive one stays away from 0."""

    def draw(rng, shape, above):
        return np.asarray(rng.uniform(0.5, 2.0, shape) if above else rng.standard_normal(shape))

    def samples(rng):
        made = [Sample((draw(rng, a, positive[0]), draw(rng, b, positive[1]))) for a, b in PAIRS]
        return [*made, *extra]

    return samples


def values(*numbers, smooth=True, label=""):
    """A sample of one array of the numbers given."""
    return Sample((np.array(numbers, dtype=np.float64),), smooth=smooth, label=label)


def also(samples, *extra):
    """Samples and some more."""
    return lambda rng: [*samples(rng), *extra]


x, y = Tensor([1.0, 2.0, 3.0]), Tensor([1.0, 2.0, 3.0, 4.0])
DO_NOT_BROADCAST = r"\(3,\) and \(4,\) do not broadcast"
TIES = (np.array([1.0, 2.0, 3.0]), np.array([1.0, 5.0, 3.0]))

ROWS = [
    Row(
        "Add",
        ops.Add,
        binary(),
        lambda torch, a, b: a + b,
        refusals=(Refusal(lambda: x + y, ShapeError, DO_NOT_BROADCAST),),
    ),
    Row(
        "Sub",
        ops.Sub,
        binary(),
        lambda torch, a, b: a - b,
        refusals=(Refusal(lambda: x - y, ShapeError, DO_NOT_BROADCAST),),
    ),
    Row(
        "Mul",
        ops.Mul,
        binary(),
        lambda torch, a, b: a * b,
        refusals=(Refusal(lambda: x * y, ShapeError, DO_NOT_BROADCAST),),
    ),
    Row(
        "Div",
        ops.Div,
        binary((False, True)),
        lambda torch, a, b: a / b,
        refusals=(Refusal(lambda: x / y, ShapeError, DO_NOT_BROADCAST),),
    ),
    Row("Neg", ops.Neg, unary(), lambda torch, a: -a),
    Row(
        "Pow",
        ops.Pow,
        binary(
            (True, False),
            extra=(
                Sample(
                    (np.array([0.0, 0.0, 2.0, 0.0]), np.array([2.0, 1.0, 0.0, 0.0])),
                    smooth=False,
                    label="zeros",
                ),
            ),
        ),
        lambda torch, a, b: a**b,
        refusals=(Refusal(lambda: x**y, ShapeError, DO_NOT_BROADCAST),),
    ),
    Row(
        "Exp",
        ops.Exp,
        also(unary(), values(-np.inf, -200.0, 0.0, smooth=False, label="-inf")),
        lambda torch, a: a.exp(),
    ),
    Row("Log", ops.Log, unary(0.1, 3.0), lambda torch, a: a.log()),
    Row(
        "Log1p",
        ops.Log1p,
        also(unary(-0.5, 3.0), values(1e-8, -1e-8, label="tiny")),
        lambda torch, a: a.log1p(),
    ),
    Row("Sqrt", ops.Sqrt, unary(0.1, 3.0), lambda torch, a: a.sqrt()),
    Row("Square", ops.Square, unary(), lambda torch, a: a.square()),
    Row(
        "Abs",
        ops.Abs,
        also(unary(), values(0.0, -1.0, smooth=False, label="the corner")),
        lambda torch, a: a.abs(),
    ),
    Row("Sin", ops.Sin, unary(), lambda torch, a: a.sin()),
    Row("Cos", ops.Cos, unary(), lambda torch, a: a.cos()),
    Row(
        "Maximum",
        ops.Maximum,
        binary(extra=(Sample(TIES, smooth=False, label="ties"),)),
        lambda torch, a, b: torch.maximum(a, b),
    ),
    Row(
        "Minimum",
        ops.Minimum,
        binary(extra=(Sample(TIES, smooth=False, label="ties"),)),
        lambda torch, a, b: torch.minimum(a, b),
    ),
    Row(
        "Clip",
        ops.Clip,
        lambda rng: [
            Sample((rng.standard_normal((3, 4)),), {"low": -0.5, "high": 0.5}),
            Sample((rng.standard_normal((3, 4)),), {"low": 0.1}),
            Sample((rng.standard_normal((3, 4)),), {"high": 0.1}),
            Sample(
                (np.array([-1.0, 0.0, 1.0, 2.0]),),
                {"low": 0.0, "high": 1.0},
                smooth=False,
                label="on the bounds",
            ),
            Sample((np.zeros((0, 2)),), {"low": 0.0}),
        ],
        lambda torch, a, low=None, high=None: a.clamp(low, high),
    ),
    Row(
        "Where",
        ops.Where,
        lambda rng: [
            Sample((rng.random((2, 3)) > 0.5, rng.standard_normal((2, 3)), rng.standard_normal((2, 3)))),
            Sample((rng.random((2, 1)) > 0.5, rng.standard_normal((2, 3)), np.array(-1.0))),
            Sample(
                (np.array([True, False]), np.array([1.0, 2.0]), np.array([np.inf, -np.inf])), smooth=False
            ),
        ],
        lambda torch, c, a, b: torch.where(c, a, b),
    ),
    Row("Clone", ops.Clone, unary(), lambda torch, a: a.clone()),
    Row(
        "Cast",
        ops.Cast,
        unary(),
        lambda torch, a: a.to(torch.float64).to(a.dtype),
        ours=lambda a: a.to(np.float64).to(a.dtype),
    ),
]
