"""What an optimiser or a schedule does when nobody says otherwise is what PyTorch's does."""

import inspect

import pytest
import torch

from rung.scratch import optim
from rung.scratch.optim import SGD, LRScheduler
from rung.scratch.tensor import Tensor

NAMES = sorted(
    name
    for name, part in vars(optim).items()
    if inspect.isclass(part)
    and (hasattr(torch.optim, name) or hasattr(torch.optim.lr_scheduler, name))
    and part not in (optim.Optimizer, LRScheduler)
)


def defaults(part):
    parameters = inspect.signature(part).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_pytorchs(name):
    ours = defaults(getattr(optim, name))
    theirs = defaults(getattr(torch.optim, name, None) or getattr(torch.optim.lr_scheduler, name))
    shared = ours.keys() & theirs.keys()
    assert {key: ours[key] for key in shared} == {key: theirs[key] for key in shared}


def test_most_have_a_twin():
    assert {"SGD", "AdamW", "Muon", "MultiStepLR", "OneCycleLR", "ReduceLROnPlateau"} <= set(NAMES)


def schedule(**methods):
    optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=8.0)
    return optimizer, type("Own", (LRScheduler,), methods)


def test_a_schedule_of_ones_own_starts_anew():
    optimizer, own = schedule(rate=lambda self, base, t: base / 2**t)
    assert own(optimizer).last_epoch == 0
    assert optimizer.param_groups[0]["lr"] == 8.0


def test_a_schedule_without_a_rule_says_so():
    optimizer, own = schedule()
    with pytest.raises(NotImplementedError, match=r"Own\.rate"):
        own(optimizer)
