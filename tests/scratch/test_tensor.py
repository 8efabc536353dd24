"""Tensor: making them, the operators, gradients, and the errors people meet."""

import threading

import numpy as np
import pytest

from rung.errors import DoubleBackwardError, DTypeError, GradientError, ShapeError
from rung.scratch import Tensor, is_grad_enabled, no_grad, ops
from rung.scratch.function import current, use


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, np.float32),
        ([1.0, 2.0], np.float32),
        (2, np.int64),
        ([True, False], np.bool_),
        (np.zeros(2), np.float64),
        (np.zeros(2, dtype=np.float32), np.float32),
        (np.float64(1.5), np.float64),
    ],
)
def test_dtypes(data, dtype):
    assert Tensor(data).dtype == dtype


def test_an_array_is_shared_and_not_copied():
    array = np.zeros(3)
    assert Tensor(array).data is array
    assert Tensor(Tensor(array)).numpy() is array


def test_what_no_tensor_can_hold():
    with pytest.raises(DTypeError, match="cannot hold"):
        Tensor(["a", "b"])
    with pytest.raises(DTypeError, match=r"None[\s\S]*does forward return"):
        Tensor(None)
    with pytest.raises(ShapeError, match="different lengths"):
        Tensor([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda x: x + 1, [2.0, 3.0, 4.0]),
        (lambda x: 1 + x, [2.0, 3.0, 4.0]),
        (lambda x: x - 1, [0.0, 1.0, 2.0]),
        (lambda x: 1 - x, [0.0, -1.0, -2.0]),
        (lambda x: 2 * x, [2.0, 4.0, 6.0]),
        (lambda x: x / 2, [0.5, 1.0, 1.5]),
        (lambda x: 6 / x, [6.0, 3.0, 2.0]),
        (lambda x: x**2, [1.0, 4.0, 9.0]),
        (lambda x: 2**x, [2.0, 4.0, 8.0]),
        (lambda x: -x, [-1.0, -2.0, -3.0]),
        (lambda x: abs(-x), [1.0, 2.0, 3.0]),
        (lambda x: np.float64(2) * x, [2.0, 4.0, 6.0]),
        (lambda x: np.array([1.0, 2.0, 3.0], "f") - x, [0.0, 0.0, 0.0]),
        (lambda x: x @ x, 14.0),
        (lambda x: np.eye(3, dtype="f") @ x, [1.0, 2.0, 3.0]),
        (lambda x: x.reciprocal() * 6, [6.0, 3.0, 2.0]),
    ],
)
def test_operators_take_numbers_and_arrays_on_either_side(compute, expected):
    result = compute(Tensor([1.0, 2.0, 3.0]))
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.data, expected, rtol=1e-6)
    assert result.dtype == np.float32  # a plain number, and a NumPy scalar, takes the tensor's dtype


def test_whole_numbers():
    a = Tensor([7, 2])
    assert (a + 1).dtype == np.int64
    assert (a / 2).tolist() == [3.5, 1.0]
    assert (a / 2).dtype == np.float32
    assert (a * 0.5).dtype == np.float32
    assert Tensor([1.7, -1.7]).long().tolist() == [1, -1]


def test_comparisons_are_elementwise_and_hashing_is_by_identity():
    a, b = Tensor([1.0, 2.0]), Tensor([1.0, 3.0])
    assert (a == b).tolist() == [True, False]
    assert (a != b).tolist() == [False, True]
    assert ((a < b).tolist(), (a <= b).tolist()) == ([False, True], [True, True])
    assert ((a > 1).tolist(), (a >= 1).tolist()) == ([False, True], [True, True])
    assert {a: 1}[a] == 1
    assert bool((a == b).any())
    assert not (a == b).all()
    with pytest.raises(ShapeError, match=r"not simply true[\s\S]*\.all\(\)"):
        bool(a == b)


def test_small_questions():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert (x.shape, x.ndim, x.dim(), x.numel(), len(x)) == ((2, 2), 2, 2, 4, 2)
    assert (x.size(), x.size(0)) == ((2, 2), 2)
    assert (float(x[0, 1]), int(x[1, 1]), x[1, 0].item()) == (2.0, 4, 3.0)
    assert np.asarray(x).tolist() == x.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert x.T.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert [row.tolist() for row in x] == x.tolist()
    assert Tensor(np.zeros((2, 3, 4))).mT.shape == (2, 4, 3)
    assert x.T.contiguous().data.flags.c_contiguous
    assert x.contiguous().data.base is x.data
    odd = Tensor([float("nan"), float("inf"), -2.0])
    assert odd.isnan().tolist() == [True, False, False]
    assert odd.isfinite().tolist() == [False, False, True]
    assert odd[1:].sign().tolist() == [1.0, -1.0]
    with pytest.raises(ShapeError, match="Only a tensor with one number"):
        x.item()
    with pytest.raises(ShapeError, match="no length"):
        len(Tensor(1.0))


def test_repr():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert repr(x * 2) == "tensor([2., 4.], fn=<Mul>)"
    assert repr(Tensor(np.zeros(1))) == "tensor([0.], dtype=float64)"
    assert repr(Tensor([1, 2])) == "tensor([1, 2])"


def test_backward_adds_to_what_is_there():
    w = Tensor([2.0], requires_grad=True)
    for times in (1, 2, 3):
        (w * 3).sum().backward()
        assert w.grad.tolist() == [3.0 * times]


def test_backward_with_a_gradient():
    w = Tensor([1.0, 2.0], requires_grad=True)
    (w * w).backward([1.0, 10.0])
    assert w.grad.tolist() == [2.0, 40.0]
    with pytest.raises(ShapeError, match=r"shape \(3,\), the tensor \(2,\)"):
        (w * w).backward(np.ones(3))


def test_a_root_that_is_no_single_number():
    w = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(GradientError, match=r"\(2,\) needs to be told[\s\S]*loss\.mean\(\)"):
        (w * 2).backward()


def test_a_root_that_wants_no_gradient():
    with pytest.raises(GradientError, match="wants no gradient"):
        Tensor([1.0]).backward()
    w = Tensor([1.0], requires_grad=True)
    with pytest.raises(GradientError, match=r"\.detach\(\)"):
        (w.detach() * 2).backward()


def test_whole_numbers_have_no_gradient():
    with pytest.raises(GradientError, match="int64 cannot have a gradient"):
        Tensor([1, 2], requires_grad=True)


def test_a_second_sweep_needs_the_graph_kept():
    w = Tensor([3.0], requires_grad=True)
    y = (w * w).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert w.grad.tolist() == [12.0]
    with pytest.raises(GradientError, match=r"a second time through the same Sum[\s\S]*retain_graph=True"):
        y.backward()


def test_gradients_of_gradients_are_refused():
    w = Tensor([3.0], requires_grad=True)
    with pytest.raises(DoubleBackwardError, match="cannot be differentiated again"):
        (w * w).sum().backward(create_graph=True)


def test_no_grad_records_nothing_and_ends():
    w = Tensor([1.0], requires_grad=True)
    with no_grad():
        assert not is_grad_enabled()
        y = w * 2
        with no_grad():
            pass
        assert not is_grad_enabled()
    assert is_grad_enabled()
    assert not y.requires_grad
    assert y.fn is None
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert is_grad_enabled()


def test_no_grad_is_of_its_own_thread():
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_detach_shares_the_numbers_and_cuts_the_graph():
    w = Tensor([1.0, 2.0], requires_grad=True)
    cut = (w * 2).detach()
    assert not cut.requires_grad
    assert cut.is_leaf
    assert w.detach().data is w.data


def test_retain_grad_keeps_the_gradient_of_a_step_between():
    w = Tensor([1.0, 2.0], requires_grad=True)
    h, other = w * 3, w * 5
    h.retain_grad()
    (h * h + other).sum().backward()
    assert h.grad.tolist() == [6.0, 12.0]
    assert other.grad is None
    assert w.grad.tolist() == [23.0, 41.0]


def test_hooks_see_and_change_gradients():
    w, seen = Tensor([1.0, 2.0], requires_grad=True), []
    h = w * 3
    remove = h.register_hook(lambda g: seen.append(g.copy()))
    h.register_hook(lambda g: g * 10)
    w.register_hook(lambda g: g + 1)
    (h + h).sum().backward()  # the hook sees the whole gradient, once
    assert [g.tolist() for g in seen] == [[2.0, 2.0]]
    assert w.grad.tolist() == [61.0, 61.0]
    remove()
    (h.detach() * w).sum().backward()
    assert len(seen) == 1


def test_casting_keeps_the_gradient():
    w = Tensor([1.0], requires_grad=True)
    (w.double() * 2).sum().backward()
    assert w.grad.dtype == np.float32
    assert w.grad.tolist() == [2.0]
    assert w.float() is w


def test_use_swaps_one_operation_everywhere():
    class Loud(ops.ReLU):
        def forward(self, x):
            return super().forward(x) + 100

    x = Tensor([-1.0, 2.0])
    with use(ops.ReLU, Loud):
        assert x.relu().tolist() == [100.0, 102.0]
    assert x.relu().tolist() == [0.0, 2.0]


def test_index_by_tensors_and_lists():
    x = Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
    assert x[Tensor([0, 2])].tolist() == [[1.0, 2.0], [5.0, 6.0]]
    assert x[[0, 2], [1, 0]].tolist() == [2.0, 5.0]
    assert x[x > 3].tolist() == [4.0, 5.0, 6.0]
    x[[0, 0, 1]].sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0], [1.0, 1.0], [0.0, 0.0]]


def test_a_view_of_the_data_is_read_only_where_it_must_be():
    with pytest.raises(ValueError, match="read-only"):
        Tensor([1.0]).expand(3).data[0] = 5.0


def test_use_nests_and_is_of_its_own_thread():
    class One(ops.ReLU): ...

    class Two(ops.ReLU): ...

    usual = current(ops.ReLU)  # the fast form of the same function
    seen = []
    with use(ops.ReLU, One):
        with use(ops.ReLU, Two):
            seen.append(current(ops.ReLU))
        seen.append(current(ops.ReLU))
        thread = threading.Thread(target=lambda: seen.append(current(ops.ReLU)))
        thread.start()
        thread.join()
    seen.append(current(ops.ReLU))
    assert seen == [Two, One, usual, usual]
    with pytest.raises(ZeroDivisionError), use(ops.ReLU, One):
        raise ZeroDivisionError
    assert current(ops.ReLU) is usual
