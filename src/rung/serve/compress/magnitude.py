"""Magnitude pruning: the smallest weights become 0 and stay 0 (Han and others, 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rung.serve.compress.errors import CompressError


def smallest(weights: Mapping[str, np.ndarray], share: float) -> dict[str, np.ndarray]:
    """Return masks of weights: False for the smallest `share` of them all, True for the others.

    All layers are ranked together, each weight as a multiple of its layer's standard deviation. Without that,
    a layer whose numbers are all small, such as a convolution behind an embedding, would lose everything
    first. Of equal weights the earlier ones go first: the number of weights that go is exact.

    Args:
        weights: arrays of any shape, of either engine, by name.
        share: from 0 to below 1.

    Returns:
        a mask for each array, of its shape.

    Raises:
        CompressError: `share` is not from 0 to below 1.

    Cost: one sort of all weights.

    Source: han2015: a threshold a layer, "a quality parameter multiplied by the standard deviation of a
        layer's weights"; one such parameter for all layers here.

    Example:
        >>> masks = smallest({"a": np.array([0.1, -3.0]), "b": np.array([[-0.0002, 0.002]])}, 0.5)
        >>> masks["a"].tolist(), masks["b"].tolist()
        ([False, True], [[False, True]])
    """
    if not 0 <= share < 1:
        raise CompressError(f"a share of {share:g} to prune", rule="It must be from 0 to below 1.")
    sizes = np.concatenate([(np.abs(array) / (array.std() or 1)).reshape(-1) for array in weights.values()])
    kept = np.ones(len(sizes), dtype=bool)
    kept[np.argsort(sizes, kind="stable")[: round(share * len(sizes))]] = False
    masks, at = {}, 0
    for name, array in weights.items():
        masks[name] = kept[at : at + array.size].reshape(array.shape)
        at += array.size
    return masks


class Pruning:
    """The pruning of a network of PyTorch: its smallest weights are 0, and `hold` keeps them so.

    Biases and the two numbers of a batch norm are left alone: they are few. So are weights that no training
    moves: behind them nothing could make up for the loss.

    Args:
        model: is changed.
        share: of the weights that go, from 0 to below 1.

    Attributes:
        weights: those that are pruned, by name.

    Raises:
        CompressError: `share` is not from 0 to below 1.

    Source: han2015, section 3: prune, then train what is left.
    """

    def __init__(self, model: Any, share: float) -> None:
        import torch

        self.weights = {name: p for name, p in model.named_parameters() if p.ndim > 1 and p.requires_grad}
        arrays = {name: p.detach().cpu().numpy() for name, p in self.weights.items()}
        masks = smallest(arrays, share)
        self.masks = {n: torch.from_numpy(mask).to(self.weights[n].device) for n, mask in masks.items()}
        self.hold()

    def hold(self) -> None:
        """Put the pruned weights back to 0: after each step of a training."""
        for name, weight in self.weights.items():
            weight.data.masked_fill_(~self.masks[name], 0)
