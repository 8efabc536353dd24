"""What differs between looking into a model from scratch and into one of PyTorch; nothing else here knows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor, no_grad

Before = Callable[[Any, tuple[Any, ...]], None]
After = Callable[[Any, tuple[Any, ...], Any], Any]


class Engine(Protocol):
    """The few things that the two kinds of models do under different names.

    Attributes:
        name: "scratch" or "pytorch".
    """

    name: str

    def is_tensor(self, value: Any) -> bool:
        """Tell whether a value is a tensor of this engine."""

    def tensor(self, array: Any, wanted: bool = False) -> Any:
        """Make an array, or a tuple of arrays, into what a model is called with.

        Args:
            array: whole numbers (of words, say) stay whole.
            wanted: whether the gradient by it will be asked for; of floats alone.
        """

    def array(self, tensor: Any) -> np.ndarray:
        """Return a tensor's numbers."""

    def listen(self, module: Any, before: Before | None, after: After | None) -> Callable[[], None]:
        """Call functions before and after a module; return what takes them away again."""

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """Return a context in which no graph is kept."""

    def frozen(self, model: Any) -> contextlib.AbstractContextManager[Any]:
        """Return a context in which no parameter collects a gradient, and which leaves none behind."""

    def gradient(self, number: Any, by: Any) -> np.ndarray:
        """Return the gradient of a tensor of one number by a tensor that wants one."""


def engine_of(model: Any) -> Engine:
    """Return the engine of a model; torch is imported only for a model that is PyTorch's.

    Raises:
        TypeError: it is neither a `rung.scratch.nn.Module` nor a `torch.nn.Module`.
    """
    if isinstance(model, Module):
        return Scratch()
    if not (hasattr(model, "named_modules") and hasattr(model, "register_forward_hook")):
        raise TypeError(f"a {type(model).__name__} is no model: a Module of rung.scratch.nn or torch.nn is")
    return Torch(next((str(p.device) for p in model.parameters()), "cpu"))


class Scratch:
    """Models of rung.scratch."""

    name = "scratch"

    def is_tensor(self, value: Any) -> bool:
        """Tell whether a value is a Tensor."""
        return isinstance(value, Tensor)

    def tensor(self, array: Any, wanted: bool = False) -> Any:
        """Wrap real numbers in a Tensor; whole numbers stay an array, as layers take them."""
        if isinstance(array, tuple):
            return tuple(self.tensor(part, wanted) for part in array)
        array = np.asarray(array)
        return Tensor(array.copy(), requires_grad=wanted) if array.dtype.kind == "f" else array

    def array(self, tensor: Any) -> np.ndarray:
        """Return the array in a Tensor."""
        return tensor.data if isinstance(tensor, Tensor) else np.asarray(tensor)

    def listen(self, module: Any, before: Before | None, after: After | None) -> Callable[[], None]:
        """Register hooks, and return what takes them away again."""
        away = contextlib.ExitStack()
        if before:
            away.callback(module.register_forward_pre_hook(before))
        if after:
            away.callback(module.register_forward_hook(after))
        return away.close

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """Return `no_grad()`."""
        return no_grad()

    @contextlib.contextmanager
    def frozen(self, model: Any) -> Iterator[None]:
        """Let no parameter want a gradient for a while."""
        wanted = [p for p in model.parameters() if p.requires_grad]
        for p in wanted:
            p.requires_grad_(False)
        try:
            yield
        finally:
            for p in wanted:
                p.requires_grad_(True)

    def gradient(self, number: Any, by: Any) -> np.ndarray:
        """Sweep back once; what does not reach `by` leaves it a gradient of 0."""
        number.backward()
        return np.zeros_like(by.data) if by.grad is None else np.array(by.grad)


class Torch:
    """Models of PyTorch, where their parameters are."""

    name = "pytorch"

    def __init__(self, device: str = "cpu") -> None:
        self.device = device

    def is_tensor(self, value: Any) -> bool:
        """Tell whether a value is a torch.Tensor."""
        import torch

        return isinstance(value, torch.Tensor)

    def tensor(self, array: Any, wanted: bool = False) -> Any:
        """Make tensors."""
        import torch

        if isinstance(array, tuple):
            return tuple(self.tensor(part, wanted) for part in array)
        made = torch.from_numpy(np.array(array)).to(self.device)
        return made.requires_grad_(wanted and made.is_floating_point())

    def array(self, tensor: Any) -> np.ndarray:
        """Return a tensor's numbers, in float32 where it has fewer bits."""
        import torch

        if not isinstance(tensor, torch.Tensor):
            return np.asarray(tensor)
        tensor = tensor.detach().cpu()
        few = tensor.dtype in (torch.bfloat16, torch.float16)
        array: np.ndarray = (tensor.float() if few else tensor).numpy()
        return array

    def listen(self, module: Any, before: Before | None, after: After | None) -> Callable[[], None]:
        """Register hooks, and return what takes them away again."""
        away = contextlib.ExitStack()
        if before:
            away.callback(module.register_forward_pre_hook(before).remove)
        if after:
            away.callback(module.register_forward_hook(after).remove)
        return away.close

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """Return `torch.no_grad()`: tensors made in it can be used outside."""
        import torch

        context: contextlib.AbstractContextManager[Any] = torch.no_grad()
        return context

    def frozen(self, model: Any) -> contextlib.AbstractContextManager[Any]:
        """Return a context that changes nothing: `gradient` leaves parameters alone."""
        return contextlib.nullcontext()

    def gradient(self, number: Any, by: Any) -> np.ndarray:
        """Ask autograd for this one gradient; what does not reach `by` gives 0."""
        import torch

        (found,) = torch.autograd.grad(number, by, allow_unused=True)
        return self.array(torch.zeros_like(by) if found is None else found)
