"""Containers: modules made of modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor


class Sequential(Module):
    """Run modules one after the other, each on what the one before returned.

    Args:
        *modules: in the order in which they run; their names are "0", "1", ...

    Example:
        >>> from rung.scratch import nn
        >>> model = Sequential(nn.Linear(4, 3, rng=0), nn.ReLU(), nn.Linear(3, 2, rng=1))
        >>> [name for name, p in model.named_parameters()]
        ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: Module) -> None:
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, x: Any) -> Any:
        """Whatever the first module takes -> whatever the last returns."""
        for module in self._modules.values():
            x = module(x)
        return x

    def append(self, module: Module) -> Sequential:
        """Put one more module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def __getitem__(self, i: int | slice) -> Any:
        modules = list(self.children())[i]
        return Sequential(*modules) if isinstance(modules, list) else modules

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return self.children()


class ModuleList(Sequential):
    """A list of modules that the model finds; it has no forward of its own.

    Args:
        modules: what to hold; their names are "0", "1", ...
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__(*modules)

    def forward(self, x: Any) -> Any:
        """Refuse: a list does not say in which order its modules run."""
        raise NotImplementedError("ModuleList.forward: call its modules one by one")


class Flatten(Module):
    """Join the axes from start_dim to end_dim into one: (N, C, H, W) -> (N, C H W).

    Args:
        start_dim: the first axis to join.
        end_dim: the last axis to join; -1 is the last there is.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, ...) -> (N, the rest in one axis)."""
        return x.flatten(self.start_dim, self.end_dim)


class Identity(Module):
    """Return the input as it is."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (...) -> (...)."""
        return x
