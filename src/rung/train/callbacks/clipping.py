"""Gradients that are too long, cut to a length."""

from __future__ import annotations

import math
from typing import Any

from rung.scratch.nn.module import Module
from rung.train.loop import Callback, Training


class ClipGradients(Callback):
    """Scale the gradients of a step down so that together they are no longer than `most`.

    Args:
        most: the largest norm.

    Source: pascanu2013clipping.
    """

    def __init__(self, most: float) -> None:
        self.most = most
        self.norm = math.nan  # of the last step, before it was cut

    def after_backward(self, t: Training) -> None:
        """Cut the gradients down to the length allowed."""
        parameters = [p for group in t.optimizer.param_groups for p in group["params"]]
        self.norm = float(_clip(t.model, parameters, self.most))


def _clip(model: Any, parameters: list[Any], most: float) -> Any:
    if isinstance(model, Module):
        from rung.scratch.optim import clip_grad_norm_

        return clip_grad_norm_(parameters, most)
    import torch

    return torch.nn.utils.clip_grad_norm_(parameters, most)
