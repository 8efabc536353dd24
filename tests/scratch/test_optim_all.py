"""Every optimiser against PyTorch over 100 steps, and to the rules that all of them keep."""

import numpy as np
import pytest
import torch

from rung.scratch import optim
from rung.scratch.optim import OptimizerError
from rung.scratch.optim.blocks import BLOCK, in_one_piece
from rung.scratch.optim.muon import orthogonalise
from rung.scratch.tensor import Tensor
from rung.testing.optimizers import check_optimizer, steps_difference

CASES = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3, maximize=True)),
    ("Adagrad", dict(lr=0.1)),
    ("Adagrad", dict(lr=0.1, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.2, eps=1e-3)),
    ("Adagrad", dict(maximize=True)),
    ("RMSprop", dict(lr=0.05)),
    ("RMSprop", dict(lr=0.05, alpha=0.9, momentum=0.8, weight_decay=0.1, eps=1e-3)),
    ("RMSprop", dict(lr=0.05, centered=True, momentum=0.5)),
    ("RMSprop", dict(maximize=True)),
    ("Adadelta", dict()),
    ("Adadelta", dict(lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1)),
    ("Adadelta", dict(maximize=True)),
    ("Adam", dict(lr=0.05)),
    ("Adam", dict(lr=0.05, fused=False)),
    ("Adam", dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("Adam", dict(lr=0.05, amsgrad=True, maximize=True)),
    ("Adam", dict(lr=0.05, weight_decay=0.2, decoupled_weight_decay=True)),
    ("AdamW", dict(lr=0.05)),
    ("AdamW", dict(lr=0.05, weight_decay=0.3, amsgrad=True)),
    ("AdamW", dict(lr=0.05, maximize=True, fused=False)),
    ("Adamax", dict(lr=0.05)),
    ("Adamax", dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
    ("Adamax", dict(maximize=True)),
    ("NAdam", dict(lr=0.05)),
    ("NAdam", dict(lr=0.05, weight_decay=0.1, momentum_decay=0.05)),
    ("NAdam", dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
    ("RAdam", dict(lr=0.05)),
    ("RAdam", dict(lr=0.05, betas=(0.8, 0.9), weight_decay=0.1, eps=1e-3)),
    ("RAdam", dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
]


@pytest.mark.parametrize(("name", "settings"), CASES, ids=lambda v: v if isinstance(v, str) else str(v))
def test_equals_pytorch_and_keeps_the_rules(name, settings):
    theirs = {k: v for k, v in settings.items() if k != "fused"}
    check_optimizer(
        lambda p: getattr(optim, name)(p, **settings),
        lambda p: getattr(torch.optim, name)(p, **theirs),
        # PyTorch keeps the product of NAdam's momenta in float32, whatever the parameter is.
        tolerance=1e-8 if name == "NAdam" else 1e-10,
    )


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_stays_close_to_pytorch_in_float32(name):
    settings = next(s for n, s in CASES if n == name)
    off = steps_difference(
        lambda p: getattr(optim, name)(p, **settings),
        lambda p: getattr(torch.optim, name)(p, **settings),
        dtype=np.float32,
    )
    assert off < 2e-5


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_names_defaults_and_state_are_pytorchs(name):
    ours, theirs = (
        Tensor(np.ones(3), requires_grad=True),
        torch.ones(3, dtype=torch.float64, requires_grad=True),
    )
    a, b = getattr(optim, name)([ours]), getattr(torch.optim, name)([theirs])
    ours.grad, theirs.grad = np.ones(3), torch.ones(3, dtype=torch.float64)
    a.step(), b.step()
    for key, value in a.param_groups[0].items():
        if key != "params":
            assert b.param_groups[0][key] == value, key
    one, two = a.state_dict(), b.state_dict()
    for key, value in one["state"].get(0, {}).items():
        if value is not None:
            np.testing.assert_allclose(value, two["state"][0][key], rtol=1e-7, err_msg=key)

    # and it goes on from PyTorch's state
    again = getattr(optim, name)([ours])
    again.load_state_dict(two)
    ours.grad, theirs.grad = np.array([1.0, -1.0, 2.0]), torch.tensor([1.0, -1.0, 2.0], dtype=torch.float64)
    again.step(), b.step()
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-9)  # mu_product is float32 there


def test_adam_in_blocks_is_adam_by_the_formula():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(3, BLOCK // 2 + 7))  # not a multiple of a block
    ends = []
    for fused in (None, False):
        p = Tensor(start.copy(), requires_grad=True)
        optimizer, grads = optim.AdamW([p], lr=0.01, fused=fused), np.random.default_rng(1)
        for _ in range(20):
            p.grad = grads.normal(size=start.shape)
            optimizer.step()
        ends.append(p.data)
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-12)


def test_a_parameter_that_lies_scattered_is_moved_too():
    whole = np.ones((4, 6))
    p = Tensor(whole.T, requires_grad=True)
    assert not in_one_piece(p.data)
    optimizer = optim.Adam([p], lr=0.1)
    p.grad = np.ones((6, 4))
    optimizer.step()
    np.testing.assert_allclose(whole, 0.9)


@pytest.mark.parametrize("fused", [None, True, False])
def test_adam_makes_an_array_of_the_parameters_size_only_by_the_formula(fused):
    import tracemalloc

    p = Tensor(np.ones(1_000_000, dtype=np.float32), requires_grad=True)
    p.grad = np.ones(1_000_000, dtype=np.float32)
    optimizer = optim.Adam([p], fused=fused)
    optimizer.step()
    tracemalloc.start()
    optimizer.step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (peak < 5 * BLOCK * 4) == (fused is not False)


# Lion: PyTorch has none, so against the paper's program, written out.


def test_lion_is_the_papers_program():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(4, 3))
    p = Tensor(start.copy(), requires_grad=True)
    optimizer = optim.Lion([p], lr=0.02, betas=(0.9, 0.98), weight_decay=0.5)
    weight, momentum = start.copy(), np.zeros((4, 3))
    for _ in range(100):
        gradient = rng.normal(size=(4, 3))
        p.grad = gradient
        optimizer.step()
        update = np.sign(gradient * (1 - 0.9) + momentum * 0.9)  # interp, sign
        momentum = gradient * (1 - 0.98) + momentum * 0.98
        weight = weight - (update + weight * 0.5) * 0.02
        np.testing.assert_allclose(p.data, weight, rtol=1e-10)


def test_lion_stands_still_where_there_is_no_direction():
    p = Tensor(np.array([1.0, 1.0]), requires_grad=True)
    optimizer = optim.Lion([p])
    p.grad = np.array([0.0, 5.0])
    optimizer.step()
    np.testing.assert_allclose(p.data, [1.0, 1.0 - 1e-4])


def test_lion_keeps_the_rules():
    check_optimizer(lambda p: optim.Lion(p, lr=0.1))


# Muon: PyTorch rounds to bfloat16 inside; kept from that, it must agree exactly.

MATRICES = ((4, 6), (6, 4), (3, 3))
MUON = [
    dict(lr=0.05),
    dict(lr=0.05, nesterov=False, momentum=0.5, weight_decay=0.0),
    dict(adjust_lr_fn="match_rms_adamw", ns_steps=3),
]


@pytest.mark.parametrize("settings", MUON, ids=str)
def test_muon_equals_pytorch_without_its_rounding(settings, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda t: t.clone())
    check_optimizer(
        lambda p: optim.Muon(p, **settings),
        lambda p: torch.optim.Muon(p, **settings),
        shapes=MATRICES,
        tolerance=1e-9,
    )


def test_muon_is_near_pytorch_with_it():
    ours, theirs = (lambda p: optim.Muon(p, lr=0.01)), (lambda p: torch.optim.Muon(p, lr=0.01))
    assert steps_difference(ours, theirs, shapes=MATRICES, steps=10, dtype=np.float32) < 0.01


def test_orthogonalise_keeps_the_directions_and_levels_the_values():
    rng = np.random.default_rng(0)
    for shape in ((8, 20), (20, 8)):
        x = rng.normal(size=shape)
        u, _, vt = np.linalg.svd(x, full_matrices=False)
        got = orthogonalise(x)
        inner = u.T @ got @ vt.T
        np.testing.assert_allclose(inner, np.diag(np.diag(inner)), atol=1e-10)
        assert 0.6 < np.diag(inner).min() < np.diag(inner).max() < 1.3


def test_muons_defaults_are_pytorchs():
    ours = optim.Muon([Tensor(np.ones((2, 2)), requires_grad=True)]).param_groups[0]
    theirs = torch.optim.Muon([torch.ones(2, 2, requires_grad=True)]).param_groups[0]
    assert {k: v for k, v in ours.items() if k != "params"} == {k: theirs[k] for k in ours if k != "params"}
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_array_equal(orthogonalise(x), orthogonalise(x, steps=theirs["ns_steps"]))
    # what is shorter than eps is not brought to length 1
    np.testing.assert_allclose(orthogonalise(np.array([[1e-8]]), steps=0), 1e-8 / theirs["eps"])


def test_muon_takes_matrices_only():
    with pytest.raises(OptimizerError, match=r"Muon was given a parameter of shape \(3,\)"):
        optim.Muon([Tensor(np.ones(3), requires_grad=True)])
    with pytest.raises(OptimizerError, match="adjust_lr_fn is 'x'"):
        optim.Muon([Tensor(np.ones((3, 3)), requires_grad=True)], adjust_lr_fn="x")


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("Adam", dict(betas=(1.0, 0.9)), r"(?s)Adam: beta1 is 1.0.*at least 0 and below 1\."),
        ("Adam", dict(betas=(0.9, 1.0)), "Adam: beta2 is 1.0"),
        ("AdamW", dict(betas=(0.9, -0.1)), "AdamW: beta2 is -0.1"),
        ("RMSprop", dict(alpha=-1), "RMSprop: alpha is -1"),
        ("Adadelta", dict(rho=1.5), "Adadelta: rho is 1.5"),
        ("Adagrad", dict(lr_decay=-1), "Adagrad: lr_decay is -1"),
        ("Adamax", dict(eps=-1e-8), "Adamax: eps is -1e-08"),
        ("NAdam", dict(momentum_decay=-1), r"(?s)NAdam: momentum_decay is -1.*at least 0\."),
        ("RAdam", dict(weight_decay=-1), "RAdam: weight_decay is -1"),
        ("Lion", dict(lr=float("nan")), "Lion: lr is nan"),
    ],
)
def test_settings_out_of_range_are_refused(name, settings, message):
    with pytest.raises(OptimizerError, match=message):
        getattr(optim, name)([Tensor(np.ones(3), requires_grad=True)], **settings)


def test_a_group_added_later_is_stepped_too():
    first, second = (Tensor(np.ones(2), requires_grad=True) for _ in range(2))
    optimizer = optim.Adam([first], lr=0.1)
    optimizer.add_param_group({"params": second, "lr": 1.0})
    first.grad = second.grad = np.ones(2)
    optimizer.step()
    assert first.data[0] == pytest.approx(0.9)
    assert second.data[0] == pytest.approx(0.0, abs=1e-7)
    with pytest.raises(OptimizerError, match="given twice"):
        optimizer.add_param_group({"params": [first]})


# The rules themselves: optimisers that break one must be caught.


class Forgets(optim.SGD):
    def load_state_dict(self, saved):
        pass


class Replaces(optim.SGD):
    def step(self):
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                p.data = p.data - 0.1 * p.grad


class Scribbles(optim.SGD):
    def step(self):
        super().step()
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                p.grad *= 2


class Zeroes(optim.SGD):
    def zero_grad(self):
        for p in self.param_groups[0]["params"]:
            p.grad = np.zeros_like(p.data)


class Still(optim.SGD):
    def step(self):
        pass


class Pushes(optim.SGD):
    def step(self):
        for p in self.param_groups[0]["params"]:
            p.data -= 0.1


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (Forgets, "went another way"),
        (Replaces, "was replaced"),
        (Scribbles, "a gradient was changed"),
        (Zeroes, "zero_grad left a gradient"),
        (Still, "was not moved"),
        (Pushes, "without a gradient was moved"),
    ],
)
def test_check_optimizer_catches(broken, message):
    with pytest.raises(AssertionError, match=message):
        check_optimizer(lambda p: broken(p, lr=0.1, momentum=0.9))


def test_check_optimizer_catches_another_rule():
    with pytest.raises(AssertionError, match="off by"):
        check_optimizer(lambda p: optim.SGD(p, lr=0.1), lambda p: torch.optim.SGD(p, lr=0.11))
