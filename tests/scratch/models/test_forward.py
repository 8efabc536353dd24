"""The forward pass on plain arrays."""

import doctest

import numpy as np
import pytest

from rung.scratch.models import forward as module
from rung.scratch.models.forward import forward
from rung.scratch.models.notation import count_parameters, unflatten


def network(sizes, rng, dtype=np.float64):
    return unflatten(rng.normal(size=count_parameters(sizes)).astype(dtype), sizes)


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    parameters, x = network((6, 5, 4, 3), rng), rng.normal(size=(7, 6))
    h = torch.tensor(x)
    layers = [(torch.tensor(parameters[f"W{i}"]), torch.tensor(parameters[f"b{i}"])) for i in (1, 2, 3)]
    for ours, (i, (w, b)) in zip(forward(x, parameters)[1:], enumerate(layers), strict=True):
        h = torch.nn.functional.linear(h, w, b)
        h = h if i == 2 else h.relu()
        np.testing.assert_allclose(ours, h.numpy(), rtol=1e-12, atol=1e-12)


def test_a_batch_is_its_rows_one_by_one():
    rng = np.random.default_rng(1)
    parameters, x = network((4, 5, 3), rng), rng.normal(size=(6, 4))
    rows = [forward(row, parameters)[-1] for row in x]
    np.testing.assert_allclose(forward(x, parameters)[-1], rows, rtol=1e-12)


def test_scores_may_be_negative_and_hidden_activations_may_not():
    rng = np.random.default_rng(2)
    _, hidden, scores = forward(rng.normal(size=(50, 4)), network((4, 8, 3), rng))
    assert (hidden >= 0).all()
    assert (hidden == 0).any()
    assert (scores < 0).any()


def test_one_layer_is_one_product():
    rng = np.random.default_rng(3)
    parameters, x = network((4, 3), rng), rng.normal(size=(2, 4))
    np.testing.assert_allclose(
        forward(x, parameters)[-1], x @ parameters["W1"].T + parameters["b1"], rtol=1e-12
    )


def test_keeps_float32_and_its_input():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(3, 4)).astype(np.float32)
    before = x.copy()
    activations = forward(x, network((4, 5, 2), rng, np.float32))
    assert all(a.dtype == np.float32 for a in activations)
    np.testing.assert_array_equal(x, before)


def test_examples_in_docstrings():
    assert doctest.testmod(module).failed == 0
