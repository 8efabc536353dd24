"""Optimisers and schedules: 100 steps beside PyTorch's, on the same random gradients."""

import math
from typing import Any

import numpy as np

from rung.scratch import optim
from rung.scratch.sparse import SparseRows
from rung.testing.optimizer_row import OptimizerRow, WithSchedule


def optimizer(name, *settings, tolerance=1e-9):
    """An optimiser that PyTorch has under the same name, with the same settings."""
    return OptimizerRow(
        name,
        getattr(optim, name),
        lambda part, params, **s: part(params, **s),
        lambda torch, params, **s: getattr(torch.optim, name)(params, **s),
        settings,
        tolerance=tolerance,
    )


def schedule(name, *settings, metric=None, momentum=0.0):
    """A schedule over SGD, on both sides."""

    def ours(part, params, **s):
        made = optim.SGD(params, lr=0.1, momentum=momentum)
        return WithSchedule(made, part(made, **s), metric)

    def theirs(torch, params, **s):
        made = torch.optim.SGD(params, lr=0.1, momentum=momentum)
        return WithSchedule(made, getattr(torch.optim.lr_scheduler, name)(made, **s), metric)

    return OptimizerRow(name, getattr(optim, name), ours, theirs, settings, rules=False)


def sequential(schedules: Any, make: Any, part: Any) -> Any:
    """Linear warm-up for 10 steps, then a cosine."""
    warm = schedules.LinearLR(make, start_factor=0.1, total_iters=10)
    cosine = schedules.CosineAnnealingLR(make, T_max=90)
    return WithSchedule(make, part(make, [warm, cosine], [10]))


def torch_sequential(torch, params):
    """The same in PyTorch."""
    schedules = torch.optim.lr_scheduler
    return sequential(schedules, torch.optim.SGD(params, lr=0.1), schedules.SequentialLR)


class PaperLion:
    """Lion as the paper's program has it, on torch tensors; PyTorch has none."""

    def __init__(self, torch, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        self.torch, self.params, self.lr, self.betas, self.decay = (
            torch,
            list(params),
            lr,
            betas,
            weight_decay,
        )
        self.memory = [torch.zeros_like(p) for p in self.params]

    def step(self):
        """Move every parameter that has a gradient."""
        b1, b2 = self.betas
        with self.torch.no_grad():
            for p, m in zip(self.params, self.memory, strict=True):
                if p.grad is not None:
                    update = (b1 * m + (1 - b1) * p.grad).sign()
                    m.copy_(b2 * m + (1 - b2) * p.grad)
                    p -= self.lr * (update + self.decay * p)


class ExactMuon:
    """PyTorch's Muon, kept from rounding to bfloat16 inside, which would hide everything behind its error."""

    def __init__(self, torch, params, **settings):
        self.torch, self.inner = torch, torch.optim.Muon(params, **settings)

    def step(self):
        """Step with `bfloat16()` made a copy for the time."""
        tensor = self.torch.Tensor
        before = tensor.bfloat16
        tensor.bfloat16 = lambda t: t.clone()
        try:
            self.inner.step()
        finally:
            tensor.bfloat16 = before


class OnEvenRows:
    """Our SparseAdam, given only every second row of each gradient."""

    def __init__(self, part, params, **settings):
        self.params = list(params)
        self.inner = part(self.params, **settings)

    def step(self):
        """Step with the gradients of the even rows alone."""
        for p in (p for p in self.params if p.grad is not None):
            rows = np.arange(0, len(p.grad), 2)
            p.grad = SparseRows(rows, p.grad[rows], p.grad.shape)
        self.inner.step()


class TorchOnEvenRows:
    """PyTorch's SparseAdam, given only every second row of each gradient."""

    def __init__(self, torch, params, **settings):
        self.torch, self.params = torch, list(params)
        self.inner = torch.optim.SparseAdam(self.params, **settings)

    def step(self):
        """Step with the gradients of the even rows alone."""
        for p in (p for p in self.params if p.grad is not None):
            dense, rows = p.grad, self.torch.arange(0, len(p.grad), 2)
            p.grad = self.torch.sparse_coo_tensor(rows[None], dense[rows], dense.shape, check_invariants=True)
        self.inner.step()


DECAY = {"weight_decay": 0.1}
ROWS = [
    optimizer(
        "SGD",
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9, **DECAY},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "momentum": 0.8, "dampening": 0.3},
        {"lr": 0.1, "maximize": True},
    ),
    optimizer("Adagrad", {}, {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.1, **DECAY}),
    optimizer("RMSprop", {}, {"lr": 0.05, "momentum": 0.9, **DECAY}, {"centered": True}),
    optimizer("Adadelta", {}, {"lr": 0.5, "rho": 0.8, **DECAY}),
    optimizer("Adam", {}, {"lr": 0.1, "betas": (0.8, 0.99), **DECAY}, {"amsgrad": True}),
    optimizer("AdamW", {}, {"lr": 0.1, **DECAY}, {"amsgrad": True}),
    optimizer("Adamax", {}, {"lr": 0.1, **DECAY}),
    # PyTorch keeps the product of the momenta of NAdam in float32, also for float64 parameters.
    optimizer("NAdam", {}, {"lr": 0.1, "momentum_decay": 0.01, **DECAY}, tolerance=1e-7),
    optimizer("RAdam", {}, {"lr": 0.1, **DECAY}),
    OptimizerRow(
        "Lion",
        optim.Lion,
        lambda part, params, **s: part(params, **s),
        PaperLion,
        ({"lr": 0.01}, {"lr": 0.02, "betas": (0.9, 0.98), "weight_decay": 0.5}),
    ),
    OptimizerRow(
        "Muon",
        optim.Muon,
        lambda part, params, **s: part(params, **s),
        ExactMuon,
        ({"lr": 0.05}, {"lr": 0.05, "nesterov": False, "momentum": 0.5, "weight_decay": 0.0}),
        shapes=((4, 6), (6, 4), (3, 3)),
    ),
    OptimizerRow(
        "SparseAdam",
        optim.SparseAdam,
        lambda part, params, **s: OnEvenRows(part, params, **s),
        lambda torch, params, **s: TorchOnEvenRows(torch, params, **s),
        ({}, {"lr": 0.1, "betas": (0.8, 0.99), "eps": 1e-3}),
        rules=False,
        shapes=((5, 4), (3, 1)),
    ),
    schedule("StepLR", {"step_size": 30}, {"step_size": 7, "gamma": 0.5}),
    schedule("MultiStepLR", {"milestones": [20, 60], "gamma": 0.3}),
    schedule("ExponentialLR", {"gamma": 0.97}),
    schedule("LinearLR", {}, {"start_factor": 0.1, "total_iters": 50}),
    schedule("CosineAnnealingLR", {"T_max": 100}, {"T_max": 30, "eta_min": 0.01}),
    schedule("CosineAnnealingWarmRestarts", {"T_0": 20}, {"T_0": 10, "T_mult": 2, "eta_min": 0.001}),
    schedule("OneCycleLR", {"max_lr": 0.5, "total_steps": 101}, momentum=0.9),
    schedule("LambdaLR", {"lr_lambda": lambda t: 1 / (1 + t)}),
    schedule(
        "ReduceLROnPlateau",
        {"patience": 3},
        {"patience": 2, "mode": "max", "factor": 0.5},
        metric=lambda t: math.cos(t / 5),
    ),
    OptimizerRow(
        "SequentialLR",
        optim.SequentialLR,
        lambda part, params: sequential(optim, optim.SGD(params, lr=0.1), part),
        torch_sequential,
        rules=False,
    ),
]
