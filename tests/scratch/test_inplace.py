"""In-place changes: what is allowed, and what the sweep notices."""

import numpy as np
import pytest

from rung.errors import DTypeError, InPlaceError
from rung.scratch import Tensor, no_grad


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda x: x.add_(1), [2.0, 3.0]),
        (lambda x: x.add_(Tensor([1.0, 2.0]), alpha=3), [4.0, 8.0]),
        (lambda x: x.sub_(1), [0.0, 1.0]),
        (lambda x: x.sub_(1, alpha=2), [-1.0, 0.0]),
        (lambda x: x.mul_(3), [3.0, 6.0]),
        (lambda x: x.div_(2), [0.5, 1.0]),
        (lambda x: x.fill_(7), [7.0, 7.0]),
        (lambda x: x.zero_(), [0.0, 0.0]),
        (lambda x: x.copy_([5.0, 6.0]), [5.0, 6.0]),
        (lambda x: x.clip_(1.5), [1.5, 2.0]),
        (lambda x: x.clamp_(max=1.5), [1.0, 1.5]),
    ],
)
def test_methods_change_the_array_itself(change, expected):
    array = np.array([1.0, 2.0], dtype=np.float32)
    x = Tensor(array)
    assert change(x) is x
    assert array.tolist() == expected
    assert x.version == [1]


def test_whole_numbers_do_not_take_fractions_in_place():
    x = Tensor([1, 2])
    x += 1
    assert x.tolist() == [2, 3]
    with pytest.raises(DTypeError, match="int64 was to take fractions"):
        x += 0.5
    assert x.tolist() == [2, 3]


def test_operators_change_in_place_within_no_grad():
    w = Tensor([1.0, 2.0], requires_grad=True)
    before, array = w, w.data
    with no_grad():
        w += 1
        w *= 2
        w -= 1
        w /= 3
        w[0] = 10.0
    assert w is before
    assert w.data is array
    assert w.requires_grad
    assert array.tolist() == [10.0, np.float32(5 / 3)]


def test_a_leaf_is_not_changed_while_calls_are_recorded():
    w = Tensor([1.0], requires_grad=True)
    with pytest.raises(InPlaceError, match=r"in place[\s\S]*with no_grad\(\)"):
        w += 1
    with pytest.raises(InPlaceError):
        w[0] = 2.0
    assert w.tolist() == [1.0]


def test_an_operator_on_a_recorded_step_makes_a_new_tensor():
    w = Tensor([1.0, 2.0], requires_grad=True)
    y = w * w
    for change in ("+=", "-=", "*=", "/="):
        z = {"y": y}
        exec(f"y {change} 2", z)
        assert z["y"] is not y
    y += w
    y.sum().backward()
    assert w.grad.tolist() == [3.0, 5.0]


def test_an_input_that_backward_needs_is_missed():
    w, x = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0])
    y = (w * x).sum()
    x.add_(1)
    with pytest.raises(InPlaceError, match=r"Mul kept an input of shape \(2,\)"):
        y.backward()


def test_an_output_that_backward_needs_is_missed():
    w = Tensor([1.0, 2.0], requires_grad=True)
    y = w.exp()
    y.detach().add_(1)
    with pytest.raises(InPlaceError, match="Exp kept its output"):
        y.sum().backward()


def test_a_change_through_a_view_is_noticed():
    w, x = Tensor([1.0, 2.0], requires_grad=True), Tensor([[3.0, 4.0]])
    y = (w * x).sum()
    x.reshape(2)[:1].zero_()
    with pytest.raises(InPlaceError):
        y.backward()


def test_what_backward_does_not_need_may_change():
    w, x = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0])
    y = (w + x).sum()  # the gradient of a sum needs neither
    x.zero_()
    y.backward()
    assert w.grad.tolist() == [1.0, 1.0]


def test_a_change_before_the_call_does_no_harm():
    w, x = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0])
    x.add_(1)
    (w * x).sum().backward()
    assert w.grad.tolist() == [4.0, 5.0]
