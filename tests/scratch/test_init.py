"""First weights: their spread, their shape, their errors."""

import math

import numpy as np
import pytest
import torch

from rung.errors import SettingError, ShapeError
from rung.scratch.nn import init

SHAPE = (200, 300)


@pytest.mark.parametrize(
    ("draw", "low", "high", "std"),
    [
        (lambda rng: init.uniform(SHAPE, -0.5, 1.5, rng), -0.5, 1.5, 2 / math.sqrt(12)),
        (lambda rng: init.normal(SHAPE, 0.0, 0.3, rng), -2, 2, 0.3),
        (
            lambda rng: init.xavier_uniform(SHAPE, rng=rng),
            -math.sqrt(6 / 500),
            math.sqrt(6 / 500),
            math.sqrt(2 / 500),
        ),
        (lambda rng: init.xavier_normal(SHAPE, rng=rng), -1, 1, math.sqrt(2 / 500)),
        (
            lambda rng: init.kaiming_uniform(SHAPE, rng=rng),
            -math.sqrt(6 / 300),
            math.sqrt(6 / 300),
            math.sqrt(2 / 300),
        ),
        (lambda rng: init.kaiming_normal(SHAPE, rng=rng), -1, 1, math.sqrt(2 / 300)),
        (lambda rng: init.kaiming_normal(SHAPE, mode="fan_out", rng=rng), -1, 1, math.sqrt(2 / 200)),
        (lambda rng: init.kaiming_normal(SHAPE, gain=1.0, rng=rng), -1, 1, math.sqrt(1 / 300)),
    ],
)
def test_spread(draw, low, high, std):
    w = draw(np.random.default_rng(0))
    assert w.shape == SHAPE
    assert w.dtype == np.float32
    assert low <= w.min()
    assert w.max() <= high
    assert w.std() == pytest.approx(std, rel=0.02)
    np.testing.assert_array_equal(w, draw(np.random.default_rng(0)))


def test_zeros_and_constant():
    assert init.zeros((2, 3)).tolist() == [[0.0] * 3] * 2
    assert init.constant((2,), 0.5).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (8, 2, 3, 3)])
def test_orthogonal_rows_or_columns(shape):
    w = init.orthogonal(shape, gain=2.0, rng=0).reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-5)


def test_truncated_normal_stays_inside_and_keeps_its_shape():
    w = init.trunc_normal((300, 300), std=1.0, rng=0)
    assert np.abs(w).max() <= 2
    assert w.std() == pytest.approx(0.8796, rel=0.01)  # of the standard normal cut at -2 and 2
    with pytest.raises(SettingError, match="hardly anything"):
        init.trunc_normal((2,), mean=100.0, rng=0)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "selu", "leaky_relu"])
def test_gains_are_pytorchs(name):
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))
    assert init.calculate_gain("leaky_relu", 0.2) == pytest.approx(
        torch.nn.init.calculate_gain("leaky_relu", 0.2)
    )


def test_fans_are_pytorchs():
    for shape in ((10, 784), (16, 3, 5, 5), (4, 2, 3)):
        assert init.fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def test_errors():
    with pytest.raises(ShapeError, match="two axes or more"):
        init.xavier_uniform((3,))
    with pytest.raises(SettingError, match="fan_in"):
        init.kaiming_normal((3, 3), mode="both")
    with pytest.raises(SettingError, match='did you mean "relu"'):
        init.calculate_gain("rellu")
