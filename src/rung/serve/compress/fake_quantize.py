"""Quantisation-aware training: on the grid of int8, with gradients that pass straight through."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from rung.serve.compress.errors import CompressError

_MEMORY = 0.9  # of the running range of a layer's inputs


class _StraightThrough(torch.autograd.Function):
    """Round to a grid forward; backward pass the gradient on, but for what was clipped."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: Tensor, zero: Tensor, low: int, high: int) -> Tensor:
        steps = torch.round(x / scale) + zero
        ctx.save_for_backward((steps >= low) & (steps <= high))
        return (steps.clamp(low, high) - zero) * scale

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (within,) = ctx.saved_tensors
        return gradients[0] * within, None, None, None, None


def fake_quantize(x: Tensor, scale: Tensor, zero: Tensor, low: int, high: int) -> Tensor:
    """Return x as a whole number of 8 bits would hold it, still as floats; its gradient passes through.

        q = clip(round(x / scale) + zero, low, high)        fake(x) = (q - zero) scale

    Rounding has the derivative 0 nearly everywhere, with which nothing would be learned. So it is taken for
    1, and for 0 only where x lies beyond the grid.

    Args:
        x: any shape.
        scale: the width of a step, above 0; broadcasts with x.
        zero: the step at which 0 lies, a whole number; broadcasts with x.
        low, high: the first and the last step: -127, 127 or 0, 255.

    Source: jacob2018, section 3; bengio2013ste, the straight-through estimator.

    Example:
        >>> one = torch.tensor(1.0)
        >>> fake_quantize(torch.tensor([0.4, 1.6, 300.0]), one, 0 * one, -127, 127).tolist()
        [0.0, 2.0, 127.0]
    """
    made: Tensor = _StraightThrough.apply(x, scale, zero, low, high)
    return made


class WeightGrid(nn.Module):
    """The weights of a layer on a symmetric grid of int8, with a scale for each unit that they lead to.

    Shape: weight (units, ...) gives the same shape.

    Source: jacob2018, section 3.1; a scale a unit: krishnamoorthi2018, section 3.

    Example:
        >>> (WeightGrid()(torch.tensor([[1.0, 0.301]])) * 127).round(decimals=2).tolist()
        [[127.0, 38.0]]
    """

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weights, each at the nearest place of the grid."""
        largest = weight.detach().flatten(1).abs().amax(dim=1).clamp(min=1e-12)
        scale = (largest / 127).reshape(-1, *[1] * (weight.ndim - 1))
        return fake_quantize(weight, scale, torch.zeros_like(scale), -127, 127)


class InputGrid(nn.Module):
    """The inputs of a layer on a grid of uint8 over the range that they had while training.

    The range is a running mean of the smallest and largest input of each batch, and holds 0: what a padding
    adds must lie on the grid.

    Source: jacob2018, section 3.1.
    """

    low: Tensor
    high: Tensor
    seen: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))
        self.register_buffer("seen", torch.tensor(False))

    def forward(self, x: Tensor) -> Tensor:
        """Return the inputs, each at the nearest place of the grid; while training, note their range."""
        if self.training:
            low, high = x.detach().min().clamp(max=0), x.detach().max().clamp(min=0)
            memory = _MEMORY if bool(self.seen) else 0.0
            self.low.mul_(memory).add_((1 - memory) * low)
            self.high.mul_(memory).add_((1 - memory) * high)
            self.seen.fill_(True)
        scale = ((self.high - self.low) / 255).clamp(min=1e-12)
        return fake_quantize(x, scale, torch.round(-self.low / scale), 0, 255)


class Simulation:
    """A network that computes as its int8 form will: weights and inputs of its layers lie on their grids.

    Train it on, then `finish` it: the weights are left on the grid, so that the quantised network, whose
    scales are found in the same way, holds the same numbers.

    Args:
        model: its linear layers and convolutions are changed in place.

    Raises:
        CompressError: it has none.

    Source: jacob2018, section 3: but batch norms are left beside their convolutions here, not folded in.
    """

    def __init__(self, model: nn.Module) -> None:
        kinds = (nn.Linear, nn.Conv1d, nn.Conv2d)
        self.layers = [layer for layer in model.modules() if type(layer) in kinds]
        if not self.layers:
            raise CompressError("this network has no linear layer and no convolution to quantise")
        self.hooks = []
        for layer in self.layers:
            parametrize.register_parametrization(layer, "weight", WeightGrid())
            grid = InputGrid().to(next(layer.parameters()).device).train(layer.training)
            layer.add_module("input_grid", grid)
            self.hooks.append(layer.register_forward_pre_hook(_through))

    def finish(self) -> None:
        """Take the grids of the inputs away, and leave the weights where they lie."""
        for layer, hook in zip(self.layers, self.hooks, strict=True):
            hook.remove()
            del layer.input_grid
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)


def _through(layer: Any, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (layer.input_grid(given[0]), *given[1:])
