"""Names, shapes and the flat vector of a multilayer perceptron."""

import doctest
import itertools
import math

import numpy as np
import pytest

from rung.scratch.errors import ShapeError
from rung.scratch.models import notation
from rung.scratch.models.notation import count_parameters, parameter_shapes, unflatten

SIZES = [(4, 3), (4, 3, 3), (1, 1, 1), (784, 16, 16, 10), (2, 7, 5, 3, 1)]


def test_names_come_layer_by_layer_weights_first():
    assert list(parameter_shapes([5, 4, 3, 2])) == ["W1", "b1", "W2", "b2", "W3", "b3"]


def test_a_row_is_a_unit_and_a_column_an_input():
    assert parameter_shapes([4, 3, 2]) == {"W1": (3, 4), "b1": (3,), "W2": (2, 3), "b2": (2,)}


def test_an_input_alone_has_no_parameters():
    assert parameter_shapes([7]) == {}
    assert count_parameters([7]) == 0


def test_the_textbook_digit_network_has_13002():
    assert count_parameters([784, 16, 16, 10]) == 13_002


@pytest.mark.parametrize("sizes", SIZES)
def test_count_agrees_with_pytorch(sizes):
    torch = pytest.importorskip("torch")
    layers = [torch.nn.Linear(i, o) for i, o in itertools.pairwise(sizes)]
    theirs = [tuple(p.shape) for layer in layers for p in layer.parameters()]
    assert list(parameter_shapes(sizes).values()) == theirs
    assert count_parameters(sizes) == sum(p.numel() for layer in layers for p in layer.parameters())


def test_one_more_hidden_unit_costs_its_row_its_bias_and_a_column():
    assert count_parameters([4, 4, 3]) - count_parameters([4, 3, 3]) == 4 + 1 + 3


@pytest.mark.parametrize("sizes", SIZES)
def test_unflatten_uses_every_number_once_and_in_order(sizes):
    theta = np.arange(count_parameters(sizes))
    pieces = unflatten(theta, sizes)
    assert {name: piece.shape for name, piece in pieces.items()} == parameter_shapes(sizes)
    np.testing.assert_array_equal(np.concatenate([piece.ravel() for piece in pieces.values()]), theta)


def test_unflatten_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    sizes = (5, 4, 3)
    net = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    theta = np.random.default_rng(0).normal(size=count_parameters(sizes)).astype(np.float32)
    torch.nn.utils.vector_to_parameters(torch.tensor(theta), net.parameters())
    for ours, theirs in zip(unflatten(theta, sizes).values(), net.parameters(), strict=True):
        np.testing.assert_array_equal(ours, theirs.detach().numpy())


def test_unflatten_gives_views():
    theta = np.zeros(count_parameters([2, 2, 1]))
    unflatten(theta, [2, 2, 1])["W2"][0, 1] = 5.0
    assert theta[7] == 5.0
    assert np.count_nonzero(theta) == 1


@pytest.mark.parametrize("length", [0, 26, 28])
def test_unflatten_refuses_a_vector_of_the_wrong_length(length):
    with pytest.raises(
        ShapeError, match=rf"theta has shape \({length},\), but sizes \[4, 3, 3\] need \(27,\)"
    ):
        unflatten(np.zeros(length), [4, 3, 3])


def test_unflatten_refuses_a_matrix_of_the_right_size():
    with pytest.raises(ShapeError, match=r"theta has shape \(9, 3\)"):
        unflatten(np.zeros((9, 3)), [4, 3, 3])


def test_count_is_exact_for_sizes_beyond_32_bits():
    assert count_parameters([3_000_000, 1_000]) == 3_000_000 * 1_000 + 1_000
    assert math.prod(parameter_shapes([100_000, 100_000])["W1"]) == 10**10


def test_examples_in_docstrings():
    assert doctest.testmod(notation).failed == 0
