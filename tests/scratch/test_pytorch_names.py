"""Code written here is code that can be read there: names, argument order and defaults are PyTorch's."""

import inspect

import pytest
import torch

from rung.scratch import Tensor, nn
from rung.scratch.nn import functional as F

OURS_ALONE = {"HingeLoss", "SinusoidalPositions", "LearnedPositions", "RotaryPositions"}
OURS_ALONE |= {"hinge_loss", "packed_attention"}
OURS_ALONE_OF_TENSOR = {"fn", "inputs", "hooks", "version", "grad_buffer", "graph", "as_float"}
# where we differ on purpose: what PyTorch guesses, or lists as *args
DIFFERENT_DEFAULTS = {
    ("Softmax", "dim"),
    ("LogSoftmax", "dim"),
    ("softmax", "dim"),
    ("log_softmax", "dim"),
    ("ModuleList", "modules"),
    ("TransformerEncoderLayer", "activation"),
    ("TransformerDecoderLayer", "activation"),
}
SETTINGS = {"rng"}  # ours, everywhere


def parameters(function):
    found = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in found if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD}


LAYERS = [
    name
    for name, value in vars(nn).items()
    if inspect.isclass(value) and issubclass(value, nn.Module) and name not in OURS_ALONE
]
FUNCTIONS = [name for name, value in vars(F).items() if inspect.isfunction(value) and name not in OURS_ALONE]


def differences(name, ours, theirs):
    """What of our parameters is elsewhere, or has another default, among theirs."""
    both = [p for p in ours if p in theirs]
    faults = [f"order {both}"] if both != [p for p in theirs if p in ours] else []
    for p in both:
        required = inspect.Parameter.empty in (ours[p], theirs[p])
        if ours[p] != theirs[p] and not required and (name, p) not in DIFFERENT_DEFAULTS:
            faults.append(f"{p}={ours[p]!r} and not {theirs[p]!r}")
    return faults


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name):
    theirs = getattr(torch.nn, name).__init__
    ours, known = parameters(getattr(nn, name).__init__), parameters(theirs)
    assert differences(name, ours, known) == []
    if "args" not in inspect.signature(theirs).parameters:
        assert set(ours) - set(known) <= SETTINGS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name):
    assert hasattr(torch.nn.functional, name)
    try:
        known = parameters(getattr(torch.nn.functional, name))
    except ValueError:  # written in C++, without a signature
        return
    assert differences(name, parameters(getattr(F, name)), known) == []


def test_tensor_methods():
    ours = {name for name in dir(Tensor) if not name.startswith("_")}
    assert {name for name in ours if not hasattr(torch.Tensor, name)} == OURS_ALONE_OF_TENSOR
