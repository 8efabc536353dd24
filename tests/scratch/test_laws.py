"""Laws that hold whatever the numbers: linearity, shifts, fused equals composed, special values."""

import math

import numpy as np
import pytest

from rung.scratch import Tensor, apply, ops
from rung.scratch.nn import functional as F
from rung.scratch.ops.smooth import erf


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def both(fused, composed, *arrays):
    """The outputs and input gradients of two ways to compute one thing."""
    results = []
    for fn in (fused, composed):
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        out = fn(*tensors)
        out.sum().backward()
        results.append([out.data, *(t.grad for t in tensors)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)


def test_cross_entropy_is_log_softmax_and_nll():
    target = np.array([0, 2, 1, 1])
    both(lambda x: F.cross_entropy(x, target), lambda x: F.nll_loss(F.log_softmax(x, 1), target), draw(4, 3))


def test_cross_entropy_of_two_classes_is_the_binary_one():
    t = np.array([0, 1, 1, 0])
    x = draw(4)
    two = F.cross_entropy(Tensor(np.stack([np.zeros(4), x], axis=1)), t).item()
    one = F.binary_cross_entropy_with_logits(Tensor(x), t).item()
    assert two == pytest.approx(one, rel=1e-12)


def test_bce_with_logits_is_sigmoid_and_bce():
    t = np.array([0.0, 1.0, 0.3])
    both(
        lambda x: F.binary_cross_entropy_with_logits(x, t),
        lambda x: F.binary_cross_entropy(F.sigmoid(x), t),
        draw(3),
    )


def test_linear_is_matmul_and_add():
    both(F.linear, lambda x, w, b: x @ w.T + b, draw(5, 3), draw(4, 3), draw(4))


def test_log_softmax_is_the_log_of_softmax():
    both(lambda x: F.log_softmax(x, 0), lambda x: F.softmax(x, 0).log(), draw(4, 3))


def test_silu_elu_and_leaky_relu_from_simpler_parts():
    both(F.silu, lambda x: x * x.sigmoid(), draw(7))
    both(F.elu, lambda x: x.relu() + ((-((-x).relu())).exp() - 1), draw(7))
    both(lambda x: F.leaky_relu(x, 0.1), lambda x: x.relu() - 0.1 * (-x).relu(), draw(7))
    both(lambda x: x.logsumexp(0), lambda x: x.exp().sum(0).log(), draw(7))
    both(lambda x: x.var(0), lambda x: ((x - x.mean(0, keepdim=True)) ** 2).sum(0) / 6, draw(7))


def test_gelu_by_tanh_is_near():
    x = Tensor(np.linspace(-6, 6, 1001))
    assert np.abs(F.gelu(x).data - F.gelu(x, "tanh").data).max() < 5e-4


def test_erf_to_the_last_bits():
    x = np.linspace(-7, 7, 10_001)
    exact = np.array([math.erf(v) for v in x])
    assert np.abs(erf(x) - exact).max() < 3e-16
    assert np.abs(erf(x.astype(np.float32)) - exact).max() < 1.5e-7
    assert erf(np.float64(0.5)) == pytest.approx(math.erf(0.5), abs=1e-16)


def test_linear_is_linear():
    w, x, y = draw(4, 3), draw(5, 3), draw(5, 3, seed=1)
    f = lambda a: F.linear(Tensor(a), Tensor(w)).data  # noqa: E731
    np.testing.assert_allclose(f(2 * x + 3 * y), 2 * f(x) + 3 * f(y), rtol=1e-12)


@pytest.mark.parametrize("fn", [F.softmax, F.log_softmax])
def test_softmax_does_not_feel_a_shift_and_follows_a_permutation(fn):
    x, order = draw(4, 6), np.array([3, 1, 0, 5, 4, 2])
    np.testing.assert_allclose(fn(Tensor(x + 100.0)).data, fn(Tensor(x)).data, rtol=1e-11, atol=1e-13)
    np.testing.assert_array_equal(fn(Tensor(x[:, order])).data, fn(Tensor(x)).data[:, order].copy())


def test_softmax_is_a_distribution():
    y = F.softmax(Tensor(draw(5, 7) * 50)).data
    assert (y >= 0).all()
    np.testing.assert_allclose(y.sum(-1), 1, rtol=1e-12)


def test_a_ctc_probability_is_the_sum_over_all_paths():
    from itertools import product

    log_p = F.log_softmax(Tensor(draw(4, 1, 3)), -1)
    p = np.exp(log_p.data[:, 0])

    def read(path):
        merged = [s for i, s in enumerate(path) if i == 0 or s != path[i - 1]]
        return [s for s in merged if s]

    total = sum(
        math.prod(p[t, s] for t, s in enumerate(path))
        for path in product(range(3), repeat=4)
        if read(path) == [1, 2]
    )
    loss = F.ctc_loss(log_p, np.array([[1, 2]]), [4], [2], reduction="sum").item()
    assert loss == pytest.approx(-math.log(total), rel=1e-10)
    assert (
        F.ctc_loss(log_p, np.array([[1, 1, 2, 2, 1]]), [4], [5], reduction="sum").item() == math.inf
    )  # does not fit


def test_nan_and_inf_where_they_belong():
    x = np.array([np.nan, np.inf, -np.inf, 1.0])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(F.relu(Tensor(x)).data, [np.nan, np.inf, 0.0, 1.0])
        np.testing.assert_allclose(F.sigmoid(Tensor(x)).data, [np.nan, 1.0, 0.0, 1 / (1 + np.exp(-1))])
        assert np.isnan(Tensor(x).max().item())
        assert np.isnan(Tensor(x).sum().item())


def test_huge_inputs_overflow_nowhere_that_matters():
    x = Tensor(np.array([[3e38, -3e38, 0.0]], dtype=np.float32), requires_grad=True)
    with np.errstate(all="raise", under="ignore", over="ignore"):
        assert F.softmax(x).tolist() == [[1.0, 0.0, 0.0]]
    y = Tensor(np.array([1e30, -1e30], dtype=np.float32), requires_grad=True)
    with np.errstate(all="raise", under="ignore"):
        for fn in (F.relu, F.tanh, F.sigmoid, F.softplus, F.elu, F.hardtanh):
            fn(y).sum().backward()
    assert np.isfinite(y.grad).all()


def test_variance_of_a_large_mean_in_float32():
    x = Tensor(np.array([1e4, 1e4 + 1, 1e4 + 2], dtype=np.float32))
    assert x.var().item() == pytest.approx(1.0, rel=1e-3)


def test_dropout_of_an_explicit_generator_repeats():
    x = Tensor(np.ones(100, dtype="f"))
    a, b = (apply(ops.Dropout, x, p=0.5, rng=np.random.default_rng(3)).data for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_gradients_of_the_targets_of_binary_cross_entropy_and_divergence():
    p, t = Tensor(np.array([0.2, 0.7])), Tensor(np.array([0.5, 1.0]), requires_grad=True)
    F.binary_cross_entropy(p, t, reduction="sum").backward()
    np.testing.assert_allclose(t.grad, np.log(1 - p.data) - np.log(p.data), rtol=1e-12)
    q = Tensor(np.array([0.0, 0.5]), requires_grad=True)
    F.kl_div(Tensor(np.log([0.3, 0.7])), q, reduction="sum").backward()
    np.testing.assert_allclose(q.grad, [0.0, np.log(0.5) + 1 - np.log(0.7)], rtol=1e-12)  # 0 log 0 is flat


def test_ctc_with_symbols_that_are_ruled_out():
    """PyTorch gives nan for the gradient here; it is the limit of ever less likely symbols."""

    def gradient(ruled_out):
        scores = Tensor(np.where(np.eye(4) > 0, ruled_out, 1.0)[:, None], requires_grad=True)
        F.ctc_loss(F.log_softmax(scores, -1), np.array([[1, 2]]), [4], [2]).backward()
        return scores.grad

    np.testing.assert_allclose(gradient(-np.inf), gradient(-100.0), atol=1e-12)
