"""Fast forms equal their plain forms where the table's small samples do not reach, and give way to others.

The table of cases holds each to PyTorch; here blocks are made small, so that there are several and a last
short one.
"""

import math

import numpy as np
import pytest

from rung.scratch import Tensor, nn, ops
from rung.scratch.function import Function, current, plainly, use
from rung.scratch.nn import functional as F
from rung.scratch.nn.functional.sequence import packed_attention
from rung.scratch.ops import attention_fast, layout, norm_fast, smooth_fast
from rung.scratch.tensor import apply

FAST = [
    ops.FastAttention, ops.FastBatchNorm, ops.FastConv2d, ops.FastCrossEntropy, ops.FastGELU,
    ops.FastGELUTanh, ops.FastGRU, ops.FastLayerNorm, ops.FastLinear, ops.FastLSTM, ops.FastMaxPool2d,
    ops.FastReLU,
]  # fmt: skip


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def outputs_and_gradients(call, arrays):
    tensors = [Tensor(a, requires_grad=True) for a in arrays]
    y = call(*tensors)
    y.backward(normal(*y.shape, seed=1))
    return [y.data, *(t.grad for t in tensors)]


def assert_both_forms_agree(part, call, *arrays):
    fast = outputs_and_gradients(call, arrays)
    with use(part, part):
        plain = outputs_and_gradients(call, arrays)
    for a, b in zip(fast, plain, strict=True):
        assert a.dtype == b.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5 * np.abs(b).max())


@pytest.mark.parametrize("fast", FAST, ids=lambda f: f.__name__)
def test_the_fast_form_stands_for_the_plain_one_until_something_else_does(fast):
    class Mine(fast.plain):
        pass

    assert current(fast.plain) is fast
    with use(fast.plain, Mine):
        assert current(fast.plain) is Mine
        with plainly(fast.plain):  # the learner's part stays
            assert current(fast.plain) is Mine
    with plainly(fast.plain):
        assert current(fast.plain) is fast.plain
    assert current(fast.plain) is fast


def test_a_subclass_of_a_fast_form_stands_for_nothing_by_itself():
    class Study(ops.FastConv2d):
        pass

    assert current(ops.Conv2d) is ops.FastConv2d
    assert Study.plain is ops.Conv2d


def test_a_layer_calls_what_stands_for_its_operation():
    called = []

    class Mine(ops.Conv2d):
        def forward(self, *arrays, **options):
            called.append("mine")
            return super().forward(*arrays, **options)

    layer, x = nn.Conv2d(1, 2, 3, rng=0), Tensor(normal(1, 1, 5, 5))
    with use(ops.Conv2d, Mine):
        layer(x)
    assert called == ["mine"]
    layer(x)
    assert called == ["mine"]


@pytest.mark.parametrize(
    ("x", "w", "options"),
    [
        ((7, 16, 12, 12), (8, 16, 3, 3), {"padding": 1}),
        ((7, 16, 12, 12), (8, 16, 3, 3), {"padding": 1, "stride": 2}),
        ((7, 6, 14, 14), (16, 6, 5, 5), {}),
        ((5, 8, 9, 9), (4, 8, 1, 1), {"stride": 2}),
        ((5, 3, 9, 9), (4, 3, 3, 3), {"padding": 1}),
    ],
)
def test_convolution_in_several_chunks(monkeypatch, x, w, options):
    monkeypatch.setattr(layout, "CACHE", 1 << 15)
    x, w, b = normal(*x), normal(*w, seed=2), normal(w[0], seed=3)
    assert_both_forms_agree(ops.Conv2d, lambda *a: F.conv2d(*a, **options), x, w, b)
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    assert_both_forms_agree(ops.Conv2d, lambda *a: F.conv2d(*a, **options), last, w, b)


def test_a_first_layer_in_several_chunks(monkeypatch):
    monkeypatch.setattr(layout, "CACHE", 1 << 15)
    x = Tensor(normal(7, 3, 12, 12))
    call = lambda w, b: F.conv2d(x, w, b, padding=1)  # noqa: E731
    assert_both_forms_agree(ops.Conv2d, call, normal(8, 3, 3, 3), normal(8))


def test_convolution_leaves_its_output_with_the_channels_last_in_memory():
    y = F.conv2d(Tensor(normal(2, 8, 6, 6)), Tensor(normal(4, 8, 3, 3)))
    assert y.shape == (2, 4, 4, 4)
    assert y.data.transpose(0, 2, 3, 1).flags.c_contiguous


def test_norms_in_several_blocks(monkeypatch):
    monkeypatch.setattr(norm_fast, "BLOCK", 100)
    images, w, b = 5 + 3 * normal(5, 4, 6, 7), normal(4, seed=2), normal(4, seed=3)
    for training in (True, False):
        mean, var = Tensor(np.full(4, 4.9, np.float32)), Tensor(np.full(4, 8.0, np.float32))

        def call(x, w, b, mean=mean, var=var, training=training):
            running = Tensor(mean.data.copy()), Tensor(var.data.copy())
            return F.batch_norm(x, *running, w, b, training=training)

        assert_both_forms_agree(ops.BatchNorm, call, images, w, b)
    rows, w, b = normal(53, 16), normal(16, seed=2), normal(16, seed=3)
    assert_both_forms_agree(ops.LayerNorm, lambda *a: F.layer_norm(a[0], (16,), *a[1:]), rows, w, b)
    assert_both_forms_agree(ops.LayerNorm, lambda x: F.layer_norm(x, (16,)), rows)


def test_norms_without_weights_and_on_nothing():
    assert_both_forms_agree(ops.BatchNorm, lambda x: F.batch_norm(x, None, None, training=True), normal(8, 3))
    y = F.layer_norm(Tensor(np.zeros((0, 4), np.float32)), (4,))
    assert y.shape == (0, 4)


def test_channel_moments_keep_their_digits_far_from_0():
    x = 1e4 + normal(64, 3, 8, 8)
    mean, var = norm_fast.channel_moments(x)
    exact = x.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(axis=(0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(var, exact.var(axis=(0, 2, 3)), rtol=1e-2)


@pytest.mark.parametrize("part", [ops.GELU, ops.GELUTanh])
def test_gelu_in_several_blocks(monkeypatch, part):
    monkeypatch.setattr(smooth_fast, "BLOCK", 64)
    assert_both_forms_agree(part, lambda x: apply(part, x), 3 * normal(13, 11))


def test_attention_in_several_parts(monkeypatch):
    monkeypatch.setattr(attention_fast, "CACHE", 1 << 10)
    q, k, v = normal(5, 2, 12, 8), normal(5, 2, 9, 8, seed=2), normal(5, 2, 9, 6, seed=3)
    assert_both_forms_agree(ops.Attention, F.scaled_dot_product_attention, q, k, v)
    mask = np.random.default_rng(0).random((5, 1, 12, 9)) < 0.7
    call = lambda *a: F.scaled_dot_product_attention(*a, mask)  # noqa: E731
    assert_both_forms_agree(ops.Attention, call, q, k, v)


def test_a_query_that_may_look_nowhere_gets_0_and_gives_no_nan():
    mask = np.ones((4, 5), dtype=bool)
    mask[2] = False
    q, k, v = (Tensor(normal(3, n, 6, seed=n), requires_grad=True) for n in (4, 5, 5))
    y = F.scaled_dot_product_attention(q, k, v, mask)
    y.backward(np.ones(y.shape))
    assert (y.data[:, 2] == 0).all()
    assert all(np.isfinite(t.grad).all() for t in (q, k, v))


def test_packed_attention_is_attention_on_the_parts():
    qkv, mask = normal(3, 7, 24), np.tri(7, dtype=bool)
    packed = outputs_and_gradients(lambda x: packed_attention(x, 2, mask), [qkv])
    with use(ops.Attention, ops.Attention):
        apart = outputs_and_gradients(lambda x: packed_attention(x, 2, mask), [qkv])
    for a, b in zip(packed, apart, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_packed_attention_gives_way_to_what_stands_for_attention():
    class Mean(Function):
        """Look at everything alike."""

        def forward(self, q, k, v, mask=None, scale=None):
            return np.broadcast_to(v.mean(axis=-2, keepdims=True), q.shape)

    layer, x = nn.MultiheadAttention(8, 2, rng=0), Tensor(normal(5, 3, 8))
    with use(ops.Attention, Mean):
        y, _ = layer(x, x, x)
    assert np.ptp(y.data, axis=0).max() < 1e-6
    assert np.ptp(layer(x, x, x)[0].data, axis=0).max() > 1e-3


def test_self_attention_by_one_product_is_attention_by_three():
    layer, x = nn.MultiheadAttention(8, 2, rng=0), normal(5, 3, 8)
    padding = np.array([[False] * 5, [False] * 4 + [True], [False] * 2 + [True] * 3])
    itself, apart = Tensor(x, requires_grad=True), Tensor(x, requires_grad=True)
    y, _ = layer(itself, is_causal=True, key_padding_mask=padding)
    z, weights = layer(apart, is_causal=True, key_padding_mask=padding, need_weights=True)
    np.testing.assert_allclose(y.data, z.data, rtol=1e-5, atol=1e-6)
    assert weights.shape == (3, 5, 5)
    g = normal(5, 3, 8, seed=4)
    y.backward(g)
    z.backward(g)
    np.testing.assert_allclose(itself.grad, apart.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("part", [ops.LSTM, ops.GRU])
def test_recurrent_layers_without_biases(part):
    gates, states = (4, 2) if part is ops.LSTM else (3, 1)
    arrays = [normal(6, 3, 4), *[normal(3, 5)] * states, normal(gates * 5, 4), normal(gates * 5, 5)]
    assert_both_forms_agree(part, lambda *a: apply(part, *a, None, None), *arrays)


@pytest.mark.parametrize("part", [ops.LSTM, ops.GRU])
def test_recurrent_gates_saturate_without_overflow(part):
    gates, states = (4, 2) if part is ops.LSTM else (3, 1)
    arrays = [50 * normal(6, 3, 4), *[normal(3, 5)] * states, normal(gates * 5, 4), normal(gates * 5, 5)]
    with np.errstate(all="raise", under="ignore"):
        assert_both_forms_agree(part, lambda *a: apply(part, *a, None, None), *arrays)


def test_max_pooling_hands_nan_on():
    x = normal(1, 1, 4, 4)
    x[0, 0, 0, 0] = np.nan
    y = F.max_pool2d(Tensor(x), 2).data
    assert np.isnan(y[0, 0, 0, 0])
    assert np.isfinite(y).sum() == 3


def test_the_exact_gelu_in_float32_keeps_the_digits_of_its_tail():
    x = np.linspace(-9, 9, 20_001).astype(np.float32)
    below = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x.astype(float)])
    y = apply(ops.GELU, Tensor(x)).data
    np.testing.assert_allclose(y, x * below, rtol=1e-5, atol=0)


def test_a_huge_number_passes_through_the_exact_gelu():
    x = Tensor(np.array([1e30, -1e30], np.float32), requires_grad=True)
    y = F.gelu(x)
    y.sum().backward()
    np.testing.assert_array_equal(y.data, np.array([1e30, 0], np.float32))
    np.testing.assert_array_equal(x.grad, [1, 0])


@pytest.mark.parametrize("classes", [3, 40])
def test_scores_far_above_what_exp_can_hold_are_shifted_by_the_largest(classes):
    rng = np.random.default_rng(0)
    scores, target = rng.normal(size=(5, classes)) + 5000, rng.integers(0, classes, 5)
    found = []
    for op in (ops.FastCrossEntropy, ops.CrossEntropy):
        with use(ops.CrossEntropy, op):
            x = Tensor(scores, requires_grad=True)
            loss = F.cross_entropy(x, target)
            loss.backward()
            found.append((loss.item(), np.array(x.grad)))
    (fast, fast_grad), (plain, plain_grad) = found
    assert fast == pytest.approx(plain, rel=1e-12)
    np.testing.assert_allclose(fast_grad, plain_grad, atol=1e-14)


@pytest.mark.parametrize("size", [(6, 6), (6, 7), (7, 6)])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [(2, 2, 0, 1), (3, 3, 0, 1), (3, 2, 0, 1), (2, 1, 0, 1), (2, 2, 1, 1), (2, 2, 0, 2), (3, 3, 1, 1)],
)
def test_max_pooling_of_any_window_is_the_plain_one(kernel, stride, padding, dilation, size):
    x = np.random.default_rng(0).integers(0, 4, (2, 3, *size)).astype(float)  # with ties
    settings = {"kernel": (kernel,) * 2, "stride": (stride,) * 2}
    settings |= {"padding": (padding,) * 2, "dilation": (dilation,) * 2}
    fast, plain = ops.FastMaxPool2d(), ops.MaxPool2d()
    y = fast.forward(x, **settings)
    assert np.array_equal(y, plain.forward(x, **settings))
    g = np.random.default_rng(1).normal(size=y.shape)
    np.testing.assert_allclose(fast.backward(g), plain.backward(g), atol=1e-15)
