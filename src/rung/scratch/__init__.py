"""The engine from scratch: tensors, gradients, layers, optimisers. It imports NumPy and nothing else."""

from rung.scratch import nn
from rung.scratch.creation import (
    arange,
    eye,
    full,
    linspace,
    ones,
    ones_like,
    rand,
    randn,
    tensor,
    zeros,
    zeros_like,
)
from rung.scratch.function import Function, use
from rung.scratch.joining import cat, einsum, maximum, minimum, pad, stack, where
from rung.scratch.tensor import Tensor, apply, is_grad_enabled, no_grad
