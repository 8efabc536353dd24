"""SGD: step downhill, against the gradient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.optim.optimizer import Optimizer, OptimizerError


class SGD(Optimizer):
    """Move each parameter a small step against its gradient.

        p <- p - lr * g

    `g` is the gradient of one batch, hence "stochastic" gradient descent. With `momentum` the step follows a
    running sum of gradients in place of the last one; see `direction`.

    Args:
        params: Tensors to learn, or groups of them: dicts with "params" and the settings that differ there.
        lr: learning rate, the length of a step a unit of gradient.
        momentum: how much of the running sum is kept each step, from 0 (none) to below 1; 0.9 is common.
        dampening: how much of a new gradient is left out of the running sum, from 0 to 1.
        weight_decay: pulls each parameter towards 0: adds weight_decay * p to its gradient.
        nesterov: look ahead: step along the gradient plus momentum times the new running sum.
        maximize: climb in place of descend.

    Attributes:
        param_groups: a list of dicts; `group["params"]` holds Tensors, `group["lr"]` their learning rate.

    Raises:
        OptimizerError: no parameters, a setting below 0, or nesterov without momentum or with dampening.

    Cost: 2 flops a parameter and no memory; with momentum 4 flops and one array of each parameter's size.

    Source: robbins1951; momentum: polyak1964, in PyTorch's form: lr multiplies the sum, not each gradient.

    Lesson: training-loop

    Example:
        >>> from rung.scratch.tensor import Tensor
        >>> w = Tensor([3.0], requires_grad=True)
        >>> optimizer = SGD([w], lr=0.1)
        >>> (w * w).sum().backward()       # the slope of w² at 3 is 6
        >>> optimizer.step()               # 3 - 0.1 * 6
        >>> w.data.round(2)
        array([2.4], dtype=float32)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise OptimizerError(
                f"nesterov with momentum {momentum} and dampening {dampening}",
                rule="Looking ahead along the momentum needs a momentum, undampened.",
                fix="SGD(params, lr, momentum=0.9, nesterov=True)",
            )
        super().__init__(
            params,
            dict(
                lr=lr,
                momentum=momentum,
                dampening=dampening,
                weight_decay=weight_decay,
                nesterov=nesterov,
                maximize=maximize,
            ),
        )

    def zero_grad(self) -> None:
        """Forget every gradient (set it to None), since `backward()` adds to what is there."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Subtract lr * `self.direction(p, group)` from `p.data` in place, for each p that has a gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.data -= group["lr"] * self.direction(p, group)

    def direction(self, p: Any, group: dict[str, Any]) -> np.ndarray:
        """Return the array to step against: the gradient, with weight decay and momentum where asked for.

        g <- g + weight_decay * p
        v <- momentum * v + (1 - dampening) * g        v = g at the first step
        v, or g + momentum * v with nesterov
        """
        g = -p.grad if group["maximize"] else p.grad
        if group["weight_decay"]:
            g = g + group["weight_decay"] * p.data
        if not group["momentum"]:
            return g
        state = self.state.setdefault(p, {})
        if state.get("momentum_buffer") is None:
            v = state["momentum_buffer"] = np.array(g)  # a copy: g may be p.grad itself
        else:
            v = state["momentum_buffer"]
            v *= group["momentum"]
            v += (1 - group["dampening"]) * g
        return g + group["momentum"] * v if group["nesterov"] else v
