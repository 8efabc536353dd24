"""SGD against PyTorch over 100 steps, its errors, its saved state. The parameters here need no engine."""

import copy

import numpy as np
import pytest
import torch

from rung.scratch.optim import SGD, Optimizer, OptimizerError


class Param:
    """All that an optimiser asks of a Tensor: an array, a gradient, and that it wants one."""

    requires_grad = True

    def __init__(self, data):
        self.data, self.grad = np.array(data, dtype=np.float64), None


SETTINGS = [
    dict(lr=0.1),
    dict(lr=0.1, weight_decay=0.3),
    dict(lr=0.05, momentum=0.9),
    dict(lr=0.05, momentum=0.9, dampening=0.4),
    dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    dict(lr=0.05, momentum=0.5, maximize=True),
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_equals_pytorch_over_100_steps(settings):
    rng = np.random.default_rng(0)
    start = [rng.normal(size=(3, 4)), rng.normal(size=5), np.array(0.7)]
    ours, theirs = [Param(a) for a in start], [torch.tensor(a, requires_grad=True) for a in start]
    a, b = SGD(ours, **settings), torch.optim.SGD(theirs, **settings)
    for step in range(100):
        for p, q in zip(ours, theirs, strict=True):
            g = rng.normal(size=p.data.shape)
            p.grad, q.grad = g, torch.tensor(g)
        if step % 10 == 3:  # a parameter that was not used in this step
            ours[1].grad = theirs[1].grad = None
        a.step()
        b.step()
        for p, q in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_zero_grad_forgets_every_gradient():
    ps = [Param([1.0]), Param([2.0])]
    for p in ps:
        p.grad = np.ones(1)
    SGD(ps, lr=0.1).zero_grad()
    assert [p.grad for p in ps] == [None, None]


def test_moves_the_array_itself_and_leaves_the_gradient_alone():
    p = Param([3.0])
    array, p.grad = p.data, np.array([6.0])
    SGD([p], lr=0.1).step()
    assert p.data is array
    np.testing.assert_allclose(array, 2.4)
    assert p.grad.tolist() == [6.0]


def test_momentum_does_not_write_into_the_first_gradient():
    p = Param([3.0])
    g = p.grad = np.array([6.0])
    optimizer = SGD([p], lr=0.1, momentum=0.9)
    optimizer.step()
    p.grad = np.array([1.0])
    optimizer.step()
    assert g.tolist() == [6.0]


def test_a_group_has_its_own_settings():
    slow, fast = Param([0.0]), Param([0.0])
    optimizer = SGD([{"params": [slow]}, {"params": [fast], "lr": 1.0}], lr=0.1)
    slow.grad = fast.grad = np.array([1.0])
    optimizer.step()
    assert (slow.data[0], fast.data[0]) == (-0.1, -1.0)


def run(optimizer, p, rng, steps):
    for _ in range(steps):
        p.grad = rng.normal(size=p.data.shape)
        optimizer.step()


def test_a_saved_state_goes_on_to_the_bit_and_is_a_copy():
    rng, p = np.random.default_rng(1), Param(np.ones(4))
    optimizer = SGD([p], lr=0.1, momentum=0.9)
    run(optimizer, p, rng, 7)
    saved, data, generator = optimizer.state_dict(), p.data.copy(), copy.deepcopy(rng)
    run(optimizer, p, rng, 7)

    q = Param(data)
    again = SGD([q], lr=9.0)
    again.load_state_dict(saved)
    run(again, q, generator, 7)
    assert q.data.tobytes() == p.data.tobytes()


def test_state_travels_from_and_to_pytorch():
    p, q = Param([1.0, 2.0]), torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    a, b = SGD([p], lr=0.1, momentum=0.9), torch.optim.SGD([q], lr=0.1, momentum=0.9)
    q.grad = torch.tensor([1.0, -1.0], dtype=torch.float64)
    b.step()
    a.load_state_dict(b.state_dict())
    assert a.state_dict()["state"][0]["momentum_buffer"].tolist() == [1.0, -1.0]
    assert set(a.state_dict()["param_groups"][0]) <= set(b.state_dict()["param_groups"][0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD([], lr=0.1), "given no parameters"),
        (lambda: SGD(Param([1.0]), lr=0.1), "given one Tensor"),
        (lambda: SGD([1.0], lr=0.1), "given float as a parameter"),
        (lambda: SGD([np.ones(2)], lr=0.1), "given ndarray as a parameter"),
        (lambda: SGD([Param([1.0])], lr=-1), "SGD: lr is -1"),
        (lambda: SGD([Param([1.0])], lr=0.1, momentum=-0.5), "SGD: momentum is -0.5"),
        (lambda: SGD([Param([1.0])], lr=0.1, nesterov=True), "nesterov with momentum 0.0"),
        (lambda: SGD([Param([1.0])] * 2, lr=0.1), "was given twice"),
        (lambda: SGD([{"params": [Param([1.0])], "rate": 1}], lr=0.1), "SGD has no setting 'rate'"),
        (
            lambda: SGD([Param([1.0])], lr=0.1).load_state_dict(
                SGD([Param([1.0]), Param([2.0])], lr=1).state_dict()
            ),
            r"groups of \[2\] parameters, this optimiser of \[1\]",
        ),
    ],
)
def test_errors_say_what_happened(make, message):
    with pytest.raises(OptimizerError, match=message):
        make()


def test_loading_another_shape_is_refused():
    p, q = Param(np.ones(3)), Param(np.ones(4))
    a, b = SGD([p], lr=0.1, momentum=0.9), SGD([q], lr=0.1, momentum=0.9)
    p.grad = np.ones(3)
    a.step()
    with pytest.raises(OptimizerError, match=r"momentum_buffer has shape \(3,\), its parameter \(4,\)"):
        b.load_state_dict(a.state_dict())


def test_an_optimiser_without_a_rule_says_so():
    p = Param([1.0])
    p.grad = np.ones(1)
    with pytest.raises(NotImplementedError, match=r"Ruleless\.update"):
        type("Ruleless", (Optimizer,), {})([p], {"lr": 0.1}).step()
