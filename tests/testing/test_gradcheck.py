"""gradcheck finds wrong gradients, and finds nothing wrong with right ones."""

import numpy as np
import pytest

from rung.scratch import Function, Tensor, apply, nn, ops
from rung.testing import GradcheckError, check_module, check_op, gradcheck


class WrongSquare(Function):
    """x^2 with the gradient of x^2 / 2."""

    def forward(self, x):
        self.x = x
        return x * x

    def backward(self, g):
        return g * self.x


@pytest.mark.parametrize("directions", [None, 3])
def test_a_right_gradient_passes(directions):
    x, w = np.random.default_rng(0).standard_normal((2, 3)), np.ones((3, 2))
    assert gradcheck(lambda a, b: (a @ b).tanh(), x, w, directions=directions) < 1e-8
    assert gradcheck(lambda a: a[np.array([0, 0])], x, directions=directions) < 1e-8


@pytest.mark.parametrize("directions", [None, 3])
def test_a_wrong_gradient_does_not(directions):
    with pytest.raises(GradcheckError, match=r"The gradient of input 0 along"):
        gradcheck(lambda x: apply(WrongSquare, x), np.array([1.0, 3.0]), directions=directions)


def test_it_says_which_number_is_off_and_by_what():
    with pytest.raises(GradcheckError, match=r"along number 1 is [-\d.]+; a small change says"):
        gradcheck(lambda x: apply(WrongSquare, x), np.array([0.0, 3.0]))


def test_a_gradient_that_is_missing_is_found():
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: x.detach() * x.detach() + x * 0, np.array([2.0]))


def test_whole_numbers_and_missing_inputs_are_passed_on():
    assert gradcheck(lambda x, i, b: x[i], np.array([1.0, 2.0]), np.array([0, 0]), None) < 1e-8
    assert gradcheck(lambda i: i * 2, np.array([1, 2])) == 0.0


def test_several_outputs():
    assert gradcheck(lambda x: (x * 2, [x.sum(), None]), np.array([1.0, 2.0])) < 1e-8


def test_float32_inputs_are_checked_in_float64():
    assert gradcheck(lambda x: x.exp(), np.array([1.0], dtype=np.float32)) < 1e-8


def test_check_op_passes_ours_and_names_the_rule_that_is_broken():
    check_op(ops.ReLU, np.array([-1.0, 0.5]), reference=lambda x: np.maximum(x, 0))
    check_op(ops.LeakyReLU, np.array([-1.0, 0.5]), slope=0.2)
    check_op(ops.Gather, np.ones((2, 3)), np.array([[0, 2], [1, 1]]), dim=1)
    with pytest.raises(AssertionError, match="forward is off"):
        check_op(ops.ReLU, np.array([-1.0, 0.5]), reference=lambda x: x)
    with pytest.raises(GradcheckError):
        check_op(WrongSquare, np.array([1.0, 3.0]))


def test_check_op_notices_a_changed_input():
    class Scribbles(ops.Exp):
        def forward(self, x):
            y = super().forward(x)
            x += 1
            return y

    with pytest.raises((AssertionError, ValueError)):
        check_op(Scribbles, np.array([1.0, 2.0]))


class Scale(nn.Module):
    """y = s * x, with faults to choose from."""

    def __init__(self, fault=""):
        super().__init__()
        self.factor = nn.Parameter([2.0, 3.0])
        self.fault = fault
        if fault == "unsaved":
            self.shift = np.random.default_rng().standard_normal(2).astype("f")
        if fault == "unused":
            self.spare = nn.Parameter([1.0])

    def forward(self, x):
        if self.fault == "cut":
            return x * Tensor(self.factor.data)
        if self.fault == "wide":
            return (x * self.factor).to(np.float64)
        if self.fault == "unsaved":
            return x * self.factor + self.shift
        return x * self.factor


def test_check_module_passes_what_is_right():
    x = np.random.default_rng(0).standard_normal((4, 2))
    check_module(Scale, x)
    check_module(lambda: nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Dropout(0.5), nn.Linear(3, 1)), x)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("cut", "factor gets no gradient"),
        ("unused", "spare gets no gradient"),
        ("wide", "output is float64"),
        ("unsaved", "does not hold everything|gave something else|changes the result"),
    ],
)
def test_check_module_finds(fault, says):
    with pytest.raises(AssertionError, match=says):
        check_module(lambda: Scale(fault), np.random.default_rng(0).standard_normal((4, 2)))
