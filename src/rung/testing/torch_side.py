"""Running a row on both sides, ours and PyTorch's, and measuring how far they are apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor
from rung.testing.compare import difference
from rung.testing.gradcheck import outputs_of
from rung.testing.row import LayerRow, Measured, Row, Sample, as_tensors


def to_torch(x: Any, dtype: Any, requires_grad: bool = True) -> Any:
    """Make a torch tensor of a sample's array, as `as_tensors` makes a Tensor."""
    import torch

    if not isinstance(x, np.ndarray):
        return x
    if x.dtype != np.float64:
        return torch.from_numpy(np.array(x, order="C"))
    return torch.from_numpy(np.array(x, dtype=dtype)).requires_grad_(requires_grad)


def torch_outputs(result: Any) -> list[Any]:
    """List the tensors of what a PyTorch function returned, however nested."""
    import torch

    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [t for part in result for t in torch_outputs(part)]
    return []


def compare_calls(
    ours: Callable[..., Any], theirs: Callable[..., Any], sample: Sample, dtype: Any
) -> tuple[float, float | None]:
    """Return the largest difference of the outputs, and that of the gradients (None if there are none)."""
    tensors = as_tensors(sample.inputs, dtype)
    twins = [to_torch(x, dtype) for x in sample.inputs]
    ours_out = outputs_of(ours(*tensors, **sample.options))
    theirs_out = torch_outputs(theirs(*twins, **sample.options))
    if len(ours_out) != len(theirs_out):
        return float("inf"), None
    forward = max(
        (difference(a.data, b.detach().numpy()) for a, b in zip(ours_out, theirs_out, strict=True)),
        default=0.0,
    )
    if forward == float("inf"):
        return forward, None
    swept = backward_both(ours_out, theirs_out)
    if not swept:
        return forward, None
    gradient = 0.0
    for t, twin in zip(tensors, twins, strict=True):
        if isinstance(t, Tensor) and t.requires_grad:
            gradient = max(gradient, difference(_or_zero(t.grad, t.data), _or_zero(twin.grad, t.data)))
    return forward, gradient


def backward_both(ours: list[Tensor], theirs: list[Any]) -> bool:
    """Sweep back from every output that wants it, with the same random gradient on both sides."""
    import torch

    rng, swept = np.random.default_rng(1), False
    total = None
    for a, b in zip(ours, theirs, strict=True):
        if a.requires_grad != b.requires_grad:
            raise AssertionError(
                f"The output wants a gradient on {'our' if a.requires_grad else 'the other'} side only."
            )
        if not a.requires_grad:
            continue
        g = rng.standard_normal(a.shape).astype(a.data.dtype)
        term = (a * Tensor(g)).sum()
        total = term if total is None else total + term
        torch.sum(b * torch.from_numpy(g)).backward(retain_graph=True)
        swept = True
    if total is not None:
        total.backward()
    return swept


def measure(row: Row | LayerRow, dtype: Any = np.float64) -> Measured:
    """Run every sample of a row on both sides and return the largest differences."""
    return measure_function(row, dtype) if isinstance(row, Row) else measure_layer(row, dtype)


def measure_function(row: Row, dtype: Any) -> Measured:
    """Compare outputs and gradients over all samples."""
    import torch

    forward, gradient = 0.0, None
    for sample in row.cases():
        f, g = compare_calls(row.call, lambda *a, **o: row.reference(torch, *a, **o), sample, dtype)
        forward = max(forward, f)
        gradient = gradient if g is None else max(gradient or 0.0, g)
    return Measured(forward, gradient)


def twins(row: LayerRow, dtype: Any) -> tuple[Module, Any]:
    """Make both layers with the same state."""
    import torch

    ours = row.make().to(dtype)
    theirs = row.reference(torch).to(torch.float64 if dtype == np.float64 else torch.float32)
    state = {name: torch.from_numpy(np.array(value)) for name, value in ours.state_dict().items()}
    theirs.load_state_dict(state)  # strict: the names are the same on both sides
    return ours, theirs


def measure_layer(row: LayerRow, dtype: Any) -> Measured:
    """Compare outputs, gradients of inputs and parameters, buffers, and the parameters after training."""
    forward, gradient, steps = 0.0, None, None
    for sample in row.cases():
        for training in (True, False) if row.modes else (True,):
            ours, theirs = twins(row, dtype)
            ours.train(training)
            theirs.train(training)
            f, g = compare_calls(ours, theirs, sample, dtype)
            forward = max(forward, f, _state_difference(ours, theirs))
            gradients = [0.0 if g is None else g]
            named = dict(theirs.named_parameters())
            for name, p in ours.named_parameters():
                gradients.append(difference(_or_zero(p.grad, p.data), _or_zero(named[name].grad, p.data)))
            if g is not None or named:
                gradient = max(gradient or 0.0, *gradients)
    if row.steps and dict(row.make().named_parameters()):
        steps = max(_train(row, sample, dtype) for sample in row.cases())
    return Measured(forward, gradient, steps)


def _train(row: LayerRow, sample: Sample, dtype: Any) -> float:
    """Train both by gradient descent on the mean square of the outputs; return how far they drift apart."""
    ours, theirs = twins(row, dtype)
    for _ in range(row.steps):
        out = outputs_of(ours(*as_tensors(sample.inputs, dtype), **sample.options))
        theirs_out = torch_outputs(theirs(*[to_torch(x, dtype) for x in sample.inputs], **sample.options))
        ours.zero_grad()
        theirs.zero_grad()
        loss = sum(
            (t.square().sum() * (1 / max(t.numel(), 1)) for t in out if t.requires_grad), start=Tensor(0.0)
        )
        if not loss.requires_grad:
            return 0.0
        loss.backward()
        sum((t**2).sum() * (1 / max(t.numel(), 1)) for t in theirs_out if t.requires_grad).backward()
        named = dict(theirs.named_parameters())
        for name, p in ours.named_parameters():
            if p.grad is not None:
                p.data -= 0.05 * np.asarray(p.grad)
                named[name].data -= 0.05 * named[name].grad
    return _state_difference(ours, theirs)


def _state_difference(ours: Module, theirs: Any) -> float:
    state = theirs.state_dict()
    pairs = ((value, state[name].detach().numpy()) for name, value in ours.state_dict().items())
    return max((difference(a, b) for a, b in pairs), default=0.0)


def _or_zero(grad: Any, like: np.ndarray) -> np.ndarray:
    """Return the gradient as an array; no gradient counts as 0."""
    if grad is None:
        return np.zeros_like(like)
    if hasattr(grad, "numpy") and not isinstance(grad, np.ndarray):
        return grad.detach().numpy()
    return np.asarray(grad.dense() if hasattr(grad, "dense") else grad)
