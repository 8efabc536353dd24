"""Low-rank factors: a large linear layer as two thin ones, by the truncated singular value decomposition."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from rung.serve.compress.errors import CompressError

# A layer whose factors pay only below this rank is left whole: ten classes have no rank to give away.
LEAST = 16


def factors(weight: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the two factors whose product is the nearest matrix of that rank.

    The sum of the squared errors is the sum of the squares of the singular values that were left out. Each
    factor takes the roots of the others: equally large, they train at one rate.

    Args:
        weight: (m, n).
        rank: from 1 to min(m, n).

    Returns:
        left (m, rank) and right (rank, n).

    Raises:
        CompressError: there is no such rank.

    Cost: O(m n min(m, n)).

    Source: eckart1936; for the layers of a network denton2014, section 3.

    Example:
        >>> left, right = factors(np.array([[2.0, 0.0], [0.0, 1.0]]), 1)
        >>> np.round(left @ right, 6).tolist()
        [[2.0, 0.0], [0.0, 0.0]]
    """
    if not 1 <= rank <= min(weight.shape):
        raise CompressError(
            f"rank {rank} of a matrix {weight.shape}", rule=f"It must be from 1 to {min(weight.shape)}."
        )
    left, values, right = np.linalg.svd(weight, full_matrices=False)
    root = np.sqrt(values[:rank])
    return left[:, :rank] * root, root[:, None] * right[:rank]


def break_even(weight: tuple[int, ...]) -> int:
    """Return the largest rank at which two factors (m, rank) and (rank, n) hold fewer numbers than (m, n).

    Example:
        >>> break_even((256, 784)), break_even((10, 128))
        (192, 9)
    """
    m, n = weight
    return (m * n - 1) // (m + n)


def factorised(model: nn.Module, share: float) -> nn.Module:
    """Return a network whose large linear layers are two thin ones each.

    Args:
        model: is not changed.
        share: of the rank at which nothing would be saved, above 0 to 1: about so much of the numbers stays.

    Raises:
        CompressError: it has no linear layer that is worth it, or `share` is not above 0 to 1.

    Source: denton2014.

    Example:
        >>> model = factorised(nn.Sequential(nn.Linear(100, 60), nn.ReLU(), nn.Linear(60, 2)), 0.5)
        >>> [tuple(layer.weight.shape) for layer in model[0]]
        [(18, 100), (60, 18)]
    """
    if not 0 < share <= 1:
        raise CompressError(f"a share of {share:g} of the rank", rule="It must be above 0, to 1.")
    smaller = copy.deepcopy(model)
    worth = [
        (name, layer)
        for name, layer in model.named_modules()
        if type(layer) is nn.Linear and break_even(tuple(layer.weight.shape)) >= LEAST  # no class of its own
    ]
    if not worth:
        raise CompressError(
            "this network has no linear layer that is worth two factors",
            rule=f"Factors of rank {LEAST} must hold fewer numbers than the layer.",
            fix="another method: magnitude, dynamic, static, qat",
        )
    for name, layer in worth:
        rank = max(1, round(share * break_even(tuple(layer.weight.shape))))
        pair = two_layers(layer, rank)
        if not name:
            return pair
        smaller.set_submodule(name, pair)
    return smaller


def two_layers(layer: nn.Linear, rank: int) -> nn.Sequential:
    """Return two linear layers that compute nearly what one does; at full rank, exactly.

    Args:
        layer: with weight (m, n).
        rank: of the product, from 1 to min(m, n).

    Raises:
        CompressError: there is no such rank.

    Example:
        >>> two_layers(nn.Linear(5, 4), 3)(torch.zeros(1, 5)).shape
        torch.Size([1, 4])
    """
    weight = layer.weight.detach()
    left, right = factors(weight.cpu().double().numpy(), rank)
    first = nn.Linear(layer.in_features, rank, bias=False)
    second = nn.Linear(rank, layer.out_features, bias=layer.bias is not None)
    with torch.no_grad():
        first.weight.copy_(torch.from_numpy(right))
        second.weight.copy_(torch.from_numpy(left))
        if layer.bias is not None:
            second.bias.copy_(layer.bias)
    return nn.Sequential(first, second).to(weight.device).train(layer.training)
