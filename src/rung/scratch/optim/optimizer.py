"""Optimizer: what every optimiser shares: groups of parameters, a memory for each, saving and loading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from rung.scratch.errors import RungError
from rung.scratch.sparse import SparseRows


class OptimizerError(RungError, ValueError):
    """An optimiser was made or used in a way that it cannot follow.

        >>> from rung.scratch import optim
        >>> optim.SGD([], lr=0.1)
        Traceback (most recent call last):
            ...
        rung.scratch.optim.optimizer.OptimizerError: ...

    Repair: hand it `model.parameters()`, which is not empty once the layers are made in `__init__`, and a
    learning rate of 0 or more.
    """

    name = "optimizer"


class Optimizer:
    """Hold parameters in groups, and a memory for each parameter; a subclass says how one parameter moves.

    A subclass passes its settings to `__init__` and writes `update`, which changes the array `data` in place.

    Args:
        params: Tensors, or groups of them: dicts with "params" and any settings that differ in that group.
        defaults: the settings of a group that does not name its own.

    Attributes:
        param_groups: one dict a group: "params" (a list of Tensors) and the settings; a schedule writes "lr".
        state: one dict a parameter: what is remembered of it between steps (a momentum, a counter).
        takes_sparse: on the class, whether `update` takes gradients that are `SparseRows`.

    Raises:
        OptimizerError: no parameters, one of them twice, something that is no Tensor, a setting out of range.

    Source: pytorch, torch.optim.Optimizer: the same attributes and the same layout of `state_dict()`.
    """

    takes_sparse = False

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Any, dict[str, Any]] = {}
        groups = _as_groups(params)
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, group: dict[str, Any]) -> None:
        """Add parameters with settings of their own: `{"params": [...], "lr": 0.01}`."""
        given = group["params"]
        chosen = [given] if hasattr(given, "requires_grad") else list(given)
        known = {id(p) for g in self.param_groups for p in g["params"]}
        for p in chosen:
            if not hasattr(p, "data") or not hasattr(p, "grad"):
                raise OptimizerError(
                    f"an optimiser was given {type(p).__name__} as a parameter",
                    rule="A parameter is a Tensor that wants a gradient.",
                    fix="pass model.parameters()",
                )
            if id(p) in known:
                raise OptimizerError(
                    f"a parameter of shape {p.data.shape} was given twice",
                    rule="A parameter belongs to one group, once: otherwise it would move twice a step.",
                    fix="leave it out of the second group",
                )
            known.add(id(p))
        unknown = set(group) - set(self.defaults) - {"params", "initial_lr"}
        if unknown:
            raise OptimizerError(
                f"{type(self).__name__} has no setting {sorted(unknown)[0]!r}",
                rule=f"Its settings are {', '.join(self.defaults)}.",
            )
        settings = {**self.defaults, **group, "params": chosen}
        _check_settings(type(self).__name__, settings)
        self.param_groups.append(settings)

    def zero_grad(self) -> None:
        """Forget every gradient (None, not 0), since `backward()` adds to what is there."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    if isinstance(p.grad, SparseRows) and not self.takes_sparse:
                        raise OptimizerError(
                            f"{type(self).__name__}: a table of shape {p.data.shape} has a sparse gradient",
                            rule="Its memory moves every row at every step, used or not.",
                            fix="optim.SparseAdam or plain optim.SGD for the table, or sparse=False",
                        )
                    gradient = -p.grad if group.get("maximize") else p.grad
                    self.update(p.data, gradient, self.state.setdefault(p, {}), group)

    def update(
        self, data: np.ndarray, grad: np.ndarray, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Move one parameter's array in place; `state` is empty at its first step and kept between steps."""
        raise NotImplementedError(f"{type(self).__name__}.update")

    def state_dict(self) -> dict[str, Any]:
        """Return the memory and the settings, parameters numbered in their order (PyTorch's layout).

        The arrays are copies: training on does not change what was saved.
        """
        number = {id(p): i for i, p in enumerate(p for g in self.param_groups for p in g["params"])}
        state = {number[id(p)]: {k: _copied(v) for k, v in s.items()} for p, s in self.state.items()}
        groups = [{**g, "params": [number[id(p)] for p in g["params"]]} for g in self.param_groups]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on from `state_dict()`, of this class or of PyTorch's: the next step is the same to the bit.

        Raises:
            OptimizerError: the groups differ in number or length, or an array in shape from its parameter.
        """
        sizes = [len(g["params"]) for g in self.param_groups]
        theirs = [len(g["params"]) for g in saved["param_groups"]]
        if sizes != theirs:
            raise OptimizerError(
                f"the saved state has groups of {theirs} parameters, this optimiser of {sizes}",
                rule="A state fits the parameters it was saved for, in the same groups and order.",
                fix="build the same model and the same groups before loading",
            )
        params = [p for g in self.param_groups for p in g["params"]]
        numbers = [i for g in saved["param_groups"] for i in g["params"]]
        state: dict[Any, dict[str, Any]] = {}
        for p, i in zip(params, numbers, strict=True):
            if (entry := saved["state"].get(i)) is not None:
                state[p] = {k: _loaded(k, v, p.data) for k, v in entry.items()}
        self.state = state
        for group, theirs_group in zip(self.param_groups, saved["param_groups"], strict=True):
            # Settings that only PyTorch has (foreach, capturable ...) say how it runs, not what it computes.
            group.update({k: v for k, v in theirs_group.items() if k in self.defaults or k == "initial_lr"})


def _as_groups(params: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the groups that `params` means: one for a plain list, itself for a list of dicts."""
    if hasattr(params, "requires_grad"):
        raise OptimizerError(
            "an optimiser was given one Tensor",
            rule="It takes a list, so that it can hold all parameters of a model.",
            fix="[w], or model.parameters()",
        )
    given = list(params)
    if not given:
        raise OptimizerError(
            "an optimiser was given no parameters",
            rule="Without parameters nothing can be learned.",
            fix="model.parameters(); a generator that was already used up is empty",
        )
    return given if isinstance(given[0], dict) else [{"params": given}]


# The lowest value allowed, and the first that is not.
_RANGES = {
    "lr": (0.0, np.inf), "momentum": (0.0, np.inf), "weight_decay": (0.0, np.inf), "eps": (0.0, np.inf),
    "beta1": (0.0, 1.0), "beta2": (0.0, 1.0), "rho": (0.0, 1.0), "alpha": (0.0, np.inf),
    "lr_decay": (0.0, np.inf), "initial_accumulator_value": (0.0, np.inf), "momentum_decay": (0.0, np.inf),
}  # fmt: skip


# What is remembered of a parameter as one number; everything else has the parameter's shape.
_COUNTS: dict[str, type] = {"step": int, "mu_product": float}


def _check_settings(name: str, settings: dict[str, Any]) -> None:
    """Refuse a setting that is out of its range."""
    beta1, beta2 = settings.get("betas", (0.0, 0.0))
    for key, value in {**settings, "beta1": beta1, "beta2": beta2}.items():
        low, high = _RANGES.get(key, (-np.inf, np.inf))
        if key in _RANGES and not low <= value < high:
            limit = "" if high == np.inf else f" and below {high:g}"
            raise OptimizerError(f"{name}: {key} is {value}", rule=f"{key} must be at least {low:g}{limit}.")


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _loaded(key: str, value: Any, data: np.ndarray) -> Any:
    """Return one saved value for a parameter: a counter as int, an array as a copy in its dtype."""
    if value is None:
        return None
    if key in _COUNTS:  # PyTorch keeps them as tensors of one number
        return _COUNTS[key](value)
    array = np.asarray(value)
    if array.shape != data.shape:
        raise OptimizerError(
            f"the saved {key} has shape {array.shape}, its parameter {data.shape}",
            rule="What an optimiser remembers of a parameter has the parameter's shape.",
            fix="build the same model before loading",
        )
    return array.astype(data.dtype, copy=True)
