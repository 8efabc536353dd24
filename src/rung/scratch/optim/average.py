"""AveragedModel: a second set of weights, the mean of where training has been."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import OptimizerError


class AveragedModel:
    """Keep a copy of a model whose weights are an average over training: SWA, or EMA if a decay is given.

        SWA:  a <- a + (p - a) / (n + 1)           every look counts the same
        EMA:  a <- decay a + (1 - decay) p         recent looks count more
        the first look copies

    Steps at the end of training go round the bottom of a valley; their average lies nearer to it than any of
    them.

    Args:
        model: the model that is trained; it is copied.
        decay: None for SWA; else the share of the average that is kept at each look, such as 0.999.

    Attributes:
        module: the copy, with the averaged weights. Call it, score it, save it.
        n_averaged: looks so far.

    Raises:
        OptimizerError: decay is not between 0 and 1.

    Source: SWA: izmailov2018swa; EMA: polyak1992averaging. PyTorch: torch.optim.swa_utils.AveragedModel.
    """

    def __init__(self, model: Any, decay: float | None = None) -> None:
        if decay is not None and not 0 <= decay <= 1:
            raise OptimizerError(f"AveragedModel: decay is {decay}", rule="It is a share, from 0 to 1.")
        self.module, self.decay, self.n_averaged = copy.deepcopy(model), decay, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the averaged model."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Any) -> None:
        """Take the model's weights of now into the average; buffers, such as running means, are copied."""
        for a, p in zip(self.module.parameters(), model.parameters(), strict=True):
            if self.n_averaged == 0:
                np.copyto(a.data, p.data)
            elif self.decay is None:
                a.data += (p.data - a.data) / (self.n_averaged + 1)
            else:
                a.data += (1 - self.decay) * (p.data - a.data)
        for a, p in zip(self.module.buffers(), model.buffers(), strict=True):
            np.copyto(a.data, p.data)
        self.n_averaged += 1

    def state_dict(self) -> dict[str, Any]:
        """Return the averaged weights under "module." and the count, as PyTorch does."""
        weights = {f"module.{name}": array for name, array in self.module.state_dict().items()}
        return {"n_averaged": np.array(self.n_averaged), **weights}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on from `state_dict()`."""
        self.n_averaged = int(saved["n_averaged"])
        weights = {k.removeprefix("module."): v for k, v in saved.items() if k.startswith("module.")}
        self.module.load_state_dict(weights)
