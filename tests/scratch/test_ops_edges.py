"""What the rows cannot say about operations: their own defaults, and choices that change no number."""

import itertools

import numpy as np
import pytest
import torch

from rung.scratch import ops
from rung.scratch.function import plainly
from rung.scratch.ops.index import picks_once
from rung.scratch.ops.windows import output_size
from rung.scratch.tensor import Tensor, apply
from rung.testing.compare import difference

IMAGE, SMALL = (2, 4, 6, 6), 0.01  # small numbers, so that what is added to a variance shows
functional = torch.nn.functional
# name: (shapes, arrays that are left out, PyTorch's twin)
BARE: dict = {
    "Conv2d": ([IMAGE, (3, 4, 3, 2)], 1, functional.conv2d),
    "ConvTranspose2d": ([IMAGE, (4, 3, 3, 2)], 1, functional.conv_transpose2d),
    "MaxPool2d": ([IMAGE], 0, lambda x: functional.max_pool2d(x, 2)),
    "AvgPool2d": ([IMAGE], 0, lambda x: functional.avg_pool2d(x, 2)),
    "AdaptiveAvgPool2d": ([IMAGE], 0, lambda x: functional.adaptive_avg_pool2d(x, 1)),
    "LayerNorm": ([IMAGE], 2, lambda x: functional.layer_norm(x, (6,))),
    "RMSNorm": ([IMAGE], 1, lambda x: functional.rms_norm(x, (6,), eps=1e-6)),
}


@pytest.mark.parametrize("name", BARE)
def test_an_operation_given_arrays_alone_does_what_pytorch_does(name):
    shapes, left_out, theirs = BARE[name]
    rng = np.random.default_rng(0)
    arrays = [SMALL * rng.standard_normal(shape) for shape in shapes]
    mine = [Tensor(a, requires_grad=True) for a in arrays]
    twins = [torch.tensor(a, requires_grad=True) for a in arrays]
    part = getattr(ops, name)
    with plainly(part):
        got = apply(part, *mine, *[None] * left_out)
    want = theirs(*twins)
    assert difference(got.data, want.detach().numpy()) < 1e-12
    weights = rng.standard_normal(got.shape)
    got.backward(weights)
    want.backward(torch.tensor(weights))
    for a, b in zip(mine, twins, strict=True):
        assert difference(a.grad, b.grad.numpy()) < 1e-10


def test_batch_norm_given_the_batchs_own_statistics_is_in_training():
    x = SMALL * np.random.default_rng(0).standard_normal((6, 3))
    mine, twin = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    with plainly(ops.BatchNorm):
        got = apply(ops.BatchNorm, mine, None, None, mean=x.mean(axis=0), var=x.var(axis=0))
    want = functional.batch_norm(twin, None, None, training=True)
    assert difference(got.data, want.detach().numpy()) < 1e-12
    weights = np.random.default_rng(1).standard_normal(x.shape)
    got.backward(weights)
    want.backward(torch.tensor(weights))
    assert difference(mine.grad, twin.grad.numpy()) < 1e-10


def test_an_embeddings_gradient_is_an_array_unless_rows_are_asked_for():
    op = ops.Embedding()
    op.forward(np.ones((3, 2)), np.array([1, 1]))
    gradient = op.backward(np.ones((2, 2)))[0]
    assert type(gradient) is np.ndarray
    np.testing.assert_array_equal(gradient, [[0, 0], [2, 2], [0, 0]])


def test_dropout_of_none_keeps_even_what_draws_a_zero():
    class Zeros:
        def random(self, shape, dtype):
            return np.zeros(shape, dtype)

    np.testing.assert_array_equal(apply(ops.Dropout, Tensor([1.0, 2.0]), p=0.0, rng=Zeros()).data, [1.0, 2.0])


def test_an_index_picks_once_unless_it_lists_numbers():
    mask = np.array([True, False])
    assert all(
        picks_once(index) for index in (3, slice(2), mask, [True, False], (slice(None), mask), np.array(1))
    )
    assert not any(picks_once(index) for index in ([0, 0], np.array([0]), (slice(None), np.array([1, 1]))))


def test_as_many_windows_fit_as_pytorch_makes():
    for size, kernel, stride, padding, dilation in itertools.product(
        (5, 6, 9), (1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2)
    ):
        x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
        want = functional.conv1d(x, weight, None, stride, padding, dilation).shape[-1]
        assert output_size(size, kernel, stride, padding, dilation) == want
