"""New tensors, and functions of several."""

import numpy as np
import pytest

from rung import scratch as s
from rung.errors import ShapeError


def test_new_tensors():
    assert s.zeros(2, 3).shape == s.zeros((2, 3)).shape == (2, 3)
    assert s.ones(2).tolist() == [1.0, 1.0]
    assert s.full((2,), 7.0).tolist() == [7.0, 7.0]
    assert s.arange(3).tolist() == [0, 1, 2]
    assert s.arange(1, 2, 0.5).tolist() == [1.0, 1.5]
    assert s.linspace(0, 1, 3).tolist() == [0.0, 0.5, 1.0]
    assert s.eye(2).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    x = s.tensor(np.zeros((2, 1)), requires_grad=True)
    assert s.zeros_like(x).shape == s.ones_like(x).shape == (2, 1)
    assert s.ones_like(x).dtype == np.float64
    for made in (s.zeros(1), s.ones(1), s.full((1,), 1), s.linspace(0, 1, 2), s.eye(1)):
        assert made.dtype == np.float32
    assert s.arange(3).dtype == np.int64


def test_random_tensors_take_a_generator():
    draw = [s.randn(3, 2, rng=np.random.default_rng(0)) for _ in range(2)]
    assert draw[0].tolist() == draw[1].tolist()
    assert draw[0].dtype == np.float32
    u = s.rand(1000, rng=np.random.default_rng(0))
    assert 0 <= u.data.min() < u.data.max() < 1
    assert s.rand(2, rng=np.random.default_rng(0), requires_grad=True).requires_grad


def test_tensor_copies():
    array = np.zeros(2, dtype=np.float32)
    s.tensor(array).add_(1)
    assert array.tolist() == [0.0, 0.0]
    assert s.tensor([1, 2], dtype=np.float64).dtype == np.float64


def test_where_takes_numbers_on_either_side():
    x = s.tensor([1.0, -2.0], requires_grad=True)
    assert s.where(x > 0, x, 0.0).tolist() == [1.0, 0.0]
    assert s.where(x > 0, 0.0, x).tolist() == [0.0, -2.0]
    assert s.where([True, False], 1.0, 2.0).tolist() == [1.0, 2.0]
    y = s.where(x > 0, x * 3, x * 5)
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 5.0]


def test_maximum_minimum_and_pad():
    a, b = s.tensor([1.0, 5.0]), s.tensor([2.0, 3.0])
    assert s.maximum(a, b).tolist() == [2.0, 5.0]
    assert s.minimum(a, b).tolist() == [1.0, 3.0]
    assert s.pad(a, [(1, 0)], value=9.0).tolist() == [9.0, 1.0, 5.0]


def test_joining_what_does_not_fit():
    with pytest.raises(ShapeError, match="but for axis 1"):
        s.cat([s.zeros(2, 3), s.zeros(3, 3)], 1)
    with pytest.raises(ShapeError, match="All shapes must be equal"):
        s.stack([s.zeros(2), s.zeros(3)])
