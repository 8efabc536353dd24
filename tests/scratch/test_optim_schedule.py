"""Schedules, clipping and averages against PyTorch, over 100 steps."""

import numpy as np
import pytest
import torch

from rung.scratch import optim
from rung.scratch.models.mlp import MLP
from rung.scratch.nn.module import Module
from rung.scratch.optim import OptimizerError
from rung.scratch.optim.clip import total_norm
from rung.scratch.tensor import Tensor

S, T = optim, torch.optim.lr_scheduler


def pair(momentum=0.9, kind="SGD", groups=False):
    """An optimiser of ours and PyTorch's twin."""
    settings = dict(momentum=momentum) if kind == "SGD" else {}

    def both(make, module):
        params = [{"params": [make()]}, {"params": [make()], "lr": 0.03}] if groups else [make()]
        return getattr(module, kind)(params, lr=0.1, **settings)

    return (
        both(lambda: Tensor(np.ones(2), requires_grad=True), optim),
        both(lambda: torch.ones(2, requires_grad=True), torch.optim),
    )


SCHEDULES = {
    "step": lambda m, o: m.StepLR(o, 7, gamma=0.5),
    "multi-step": lambda m, o: m.MultiStepLR(o, [60, 10, 30], gamma=0.2),
    "exponential": lambda m, o: m.ExponentialLR(o, 0.97),
    "cosine": lambda m, o: m.CosineAnnealingLR(o, 30, eta_min=0.01),
    "restarts": lambda m, o: m.CosineAnnealingWarmRestarts(o, 10, eta_min=0.001),
    "a restart at every step": lambda m, o: m.CosineAnnealingWarmRestarts(o, 1),
    "warm-up from the top": lambda m, o: m.LinearLR(o, 1.0, 0.0, total_iters=20),
    "longer restarts": lambda m, o: m.CosineAnnealingWarmRestarts(o, 9, 2),
    "warm-up": lambda m, o: m.LinearLR(o, 0.1, total_iters=12),
    "lambda": lambda m, o: m.LambdaLR(o, lambda t: 1 / (1 + t)),
    "one cycle": lambda m, o: m.OneCycleLR(o, 0.5, 101),
    "one cycle, linear": lambda m, o: m.OneCycleLR(
        o, 0.5, epochs=11, steps_per_epoch=10, anneal_strategy="linear", pct_start=0.4, div_factor=5
    ),
    "warm-up then cosine": lambda m, o: m.SequentialLR(
        o, [m.LinearLR(o, 0.1, total_iters=10), m.CosineAnnealingLR(o, 90)], [10]
    ),
}


@pytest.mark.filterwarnings("ignore:.*(lr_scheduler.step|epoch parameter).*")
@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("name", SCHEDULES)
def test_equals_pytorch_over_100_steps(name, groups):
    ours, theirs = pair(groups=groups)
    a, b = SCHEDULES[name](S, ours), SCHEDULES[name](T, theirs)
    for _ in range(100):
        np.testing.assert_allclose(a.get_last_lr(), b.get_last_lr(), rtol=1e-9, atol=1e-15)
        for g, h in zip(ours.param_groups, theirs.param_groups, strict=True):
            assert g["lr"] == pytest.approx(h["lr"], rel=1e-9, abs=1e-15)
            assert g["momentum"] == pytest.approx(h["momentum"])
        theirs.step()
        a.step()
        b.step()


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on_from_its_state(name):
    first, _ = pair()
    a = SCHEDULES[name](S, first)
    for _ in range(40):
        a.step()
    second, _ = pair()
    b = SCHEDULES[name](S, second)
    b.load_state_dict(a.state_dict())
    assert b.get_last_lr() == a.get_last_lr()
    a.step()
    b.step()
    assert b.get_last_lr() == a.get_last_lr()


def test_one_cycle_moves_adams_first_beta():
    ours, theirs = pair(kind="Adam")
    a, b = S.OneCycleLR(ours, 0.1, 50), T.OneCycleLR(theirs, 0.1, 50)
    for _ in range(49):
        assert ours.param_groups[0]["betas"] == pytest.approx(theirs.param_groups[0]["betas"])
        theirs.step()
        a.step()
        b.step()
    with pytest.raises(OptimizerError, match="stepped 50 times; its cycle has 50"):
        a.step()


SCORES = [1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.95, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4, -0.1, -0.1, -0.2, -0.2]


@pytest.mark.parametrize(
    "settings",
    [
        dict(),
        dict(patience=2),
        dict(patience=1, factor=0.5, cooldown=2, min_lr=0.02),
        dict(mode="max", patience=2, threshold=0.05),
        dict(patience=2, threshold_mode="abs", threshold=0.2),
        dict(mode="max", threshold_mode="abs", patience=0),
        dict(patience=0, factor=0.5, eps=0.01),
    ],
    ids=str,
)
def test_plateau_equals_pytorch(settings):
    ours, theirs = pair()
    a, b = S.ReduceLROnPlateau(ours, **settings), T.ReduceLROnPlateau(theirs, **settings)
    for i, score in enumerate(SCORES * 5):
        a.step(score)
        b.step(score)
        assert a.get_last_lr() == pytest.approx(b.get_last_lr()), f"at look {i}"
        for count in ("best", "num_bad_epochs", "cooldown_counter", "last_epoch"):
            assert getattr(a, count) == getattr(b, count), count
    again = S.ReduceLROnPlateau(ours, **settings)
    again.load_state_dict(a.state_dict())
    assert again.state_dict() == a.state_dict()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda o: S.StepLR(o, 3, last_epoch=5), "go on from 5 without an initial_lr"),
        (lambda o: S.LinearLR(o, 0.0), "LinearLR: factors 0.0"),
        (lambda o: S.LinearLR(o, 1.5), "LinearLR: factors 1.5"),
        (lambda o: S.LinearLR(o, 0.5, 1.5), "LinearLR: factors 0.5 and 1.5"),
        (lambda o: S.LinearLR(o, 0.5, -0.1), "LinearLR: factors 0.5 and -0.1"),
        (lambda o: S.CosineAnnealingWarmRestarts(o, 0), "T_0 0"),
        (lambda o: S.CosineAnnealingWarmRestarts(o, 5, 0), "T_0 5, T_mult 0"),
        (lambda o: S.OneCycleLR(o, 0.1), "how many steps there are"),
        (lambda o: S.OneCycleLR(o, 0.1, epochs=3), "how many steps there are"),
        (lambda o: S.OneCycleLR(o, 0.1, 10, anneal_strategy="x"), "anneal_strategy is 'x'"),
        (lambda o: S.LambdaLR(o, [abs, abs]), "2 functions for 1 groups"),
        (lambda o: S.SequentialLR(o, [S.StepLR(o, 3)], [4]), "1 schedules and 1 milestones"),
        (lambda o: S.ReduceLROnPlateau(o, factor=1.0), "factor is 1.0"),
        (lambda o: S.ReduceLROnPlateau(o, mode="x"), "mode 'x'"),
    ],
)
def test_schedules_refuse_what_makes_no_sense(make, message):
    with pytest.raises(OptimizerError, match=message):
        make(pair()[0])


def test_a_cycle_of_momentum_needs_one():
    with pytest.raises(OptimizerError, match="Adagrad has no momentum to cycle"):
        S.OneCycleLR(optim.Adagrad([Tensor(np.ones(2), requires_grad=True)]), 0.1, 10)


# Clipping.


@pytest.mark.parametrize("norm_type", [2.0, 1.0, np.inf])
@pytest.mark.parametrize("limit", [0.5, 100.0])
def test_clipping_equals_pytorch(norm_type, limit):
    rng = np.random.default_rng(0)
    ours = [Tensor(np.zeros(s), requires_grad=True) for s in ((3, 4), (5,), ())]
    theirs = [torch.zeros(p.data.shape, dtype=torch.float64, requires_grad=True) for p in ours]
    for p, q in zip(ours[:2], theirs[:2], strict=True):
        p.grad = rng.normal(size=p.data.shape)
        q.grad = torch.tensor(p.grad)
    arrays = [p.grad for p in ours[:2]]
    got = optim.clip_grad_norm_(ours, limit, norm_type)
    expected = torch.nn.utils.clip_grad_norm_(theirs, limit, norm_type)
    assert got == pytest.approx(float(expected))
    for p, q, array in zip(ours, theirs, arrays, strict=False):
        assert p.grad is array
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-6)
    assert total_norm(arrays, norm_type) <= max(limit, got) * (1 + 1e-6)


def test_clipping_never_lengthens_and_measures_length_by_default():
    p, q = Tensor(np.zeros(2), requires_grad=True), torch.zeros(2, dtype=torch.float64, requires_grad=True)
    p.grad = np.array([3.0, 4.0])
    assert optim.clip_grad_norm_(p, 7.5) == 5.0
    assert p.grad.tolist() == [3.0, 4.0]
    assert total_norm([p.grad]) == 5.0
    p.grad, q.grad = np.array([3e-5, 4e-5]), torch.tensor([3e-5, 4e-5], dtype=torch.float64)
    optim.clip_grad_norm_(p, 1e-5)  # so short that the 1e-6 below the line is seen
    torch.nn.utils.clip_grad_norm_(q, 1e-5)
    np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-12)


def test_clipping_an_infinite_gradient_leaves_what_pytorch_leaves():
    p, q = Tensor(np.zeros(2), requires_grad=True), torch.zeros(2, dtype=torch.float64, requires_grad=True)
    p.grad, q.grad = np.array([np.inf, 1.0]), torch.tensor([np.inf, 1.0], dtype=torch.float64)
    assert optim.clip_grad_norm_(p, 1.0) == np.inf
    torch.nn.utils.clip_grad_norm_(q, 1.0)
    np.testing.assert_array_equal(p.grad, q.grad.numpy())


def test_clipping_by_value_and_of_nothing():
    p = Tensor(np.zeros(3), requires_grad=True)
    p.grad = np.array([-5.0, 0.1, 2.0])
    optim.clip_grad_value_(p, 1.0)
    assert p.grad.tolist() == [-1.0, 0.1, 1.0]
    assert optim.clip_grad_norm_([Tensor(np.zeros(3), requires_grad=True)], 1.0) == 0.0


def test_a_norm_that_is_no_number_can_be_refused():
    from rung.scratch.errors import GradientError

    p = Tensor(np.zeros(2), requires_grad=True)
    p.grad = np.array([np.inf, 1.0])
    with pytest.raises(GradientError, match="the gradients have the norm inf"):
        optim.clip_grad_norm_(p, 1.0, error_if_nonfinite=True)


# Averages.


class Net(Module):
    """An MLP with a buffer beside its parameters."""

    def __init__(self):
        super().__init__()
        self.inner = MLP([3, 2], rng=0)
        self.register_buffer("count", np.zeros(1))

    def forward(self, x):
        return self.inner(x)


@pytest.mark.parametrize("decay", [None, 0.0, 0.9, 1.0])
def test_averages_equal_pytorch(decay):
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    ours, theirs = MLP([3, 2], rng=0), torch.nn.Linear(3, 2)
    a = optim.AveragedModel(ours, decay)
    b = AveragedModel(theirs, multi_avg_fn=get_ema_multi_avg_fn(decay) if decay is not None else None)
    rng = np.random.default_rng(0)
    for _ in range(100):
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            p.data[...] = rng.normal(size=p.data.shape)
            q.data.copy_(torch.from_numpy(p.data))
        a.update_parameters(ours)
        b.update_parameters(theirs)
    for p, q in zip(a.module.parameters(), b.module.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-4, atol=1e-6)
    assert a.n_averaged == int(b.n_averaged) == 100


def test_an_average_is_a_copy_that_runs_and_can_be_saved():
    model = Net()
    average = optim.AveragedModel(model, 0.5)
    for p in model.parameters():
        p.data += 1
    model.count.data += 7
    first = {k: v.copy() for k, v in average.module.state_dict().items()}
    average.update_parameters(model)
    assert average.module.count.data[0] == 7
    assert not np.array_equal(first["inner.layers.0.weight"], average.module.inner.layers[0].weight.data)
    x = Tensor(np.ones((1, 3), dtype=np.float32))
    np.testing.assert_allclose(average(x).data, model(x).data)

    again = optim.AveragedModel(Net())
    again.load_state_dict(average.state_dict())
    assert again.n_averaged == 1
    np.testing.assert_array_equal(again(x).data, average(x).data)
    with pytest.raises(OptimizerError, match="decay is 2"):
        optim.AveragedModel(model, 2)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
def test_plateau_at_its_limits_is_pytorchs(mode, threshold_mode):
    rates = []
    for made, library in ((Tensor(np.ones(1), requires_grad=True), optim), (torch.ones(1), torch.optim)):
        schedules = library if library is optim else torch.optim.lr_scheduler
        optimizer = library.SGD([made], lr=1.0)
        settings = dict(threshold=0.25, threshold_mode=threshold_mode, patience=0, factor=0.5, eps=0.125)
        plateau = schedules.ReduceLROnPlateau(optimizer, mode, **settings)
        seen = []
        for score in (1.0, 0.75, 1.25, 0.7, 1.3, 0.525, 1.625, 0.5):  # a threshold better, or more, or less
            plateau.step(score)
            seen.append((optimizer.param_groups[0]["lr"], plateau.best))
        rates.append(seen)
    assert rates[0] == rates[1]


def test_each_schedule_of_a_sequence_counts_from_its_own_milestone():
    optimizer, _ = pair()
    parts = [S.ExponentialLR(optimizer, gamma) for gamma in (0.9, 0.5, 0.8)]
    schedule = S.SequentialLR(optimizer, parts, [3, 5])
    found = []
    for _ in range(9):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert found == pytest.approx([0.1, 0.09, 0.081, 0.1, 0.05, 0.1, 0.08, 0.064, 0.0512])
