"""Module: a layer or a model that knows its parameters by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from rung.scratch.errors import DTypeError, ShapeError, did_you_mean
from rung.scratch.nn.parameter import MissingAttributeError, Parameter, StateError
from rung.scratch.tensor import Tensor


class Module:
    """The base of every layer and model: set parameters and layers as attributes, and define `forward`.

    Example:
        >>> class Scale(Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = Parameter([2.0])
        ...     def forward(self, x):
        ...         return x * self.factor
        >>> scale = Scale()
        >>> [name for name, p in scale.named_parameters()]
        ['factor']
        >>> scale(Tensor([1.0, 3.0]))
        tensor([2., 6.], fn=<Mul>)
    """

    training: bool

    def __init__(self) -> None:
        put = object.__setattr__
        put(self, "_parameters", {})
        put(self, "_buffers", {})
        put(self, "_modules", {})
        put(self, "_hooks", [])
        put(self, "_pre_hooks", [])
        put(self, "training", True)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every module defines its own."""
        raise NotImplementedError(f"{type(self).__name__}.forward")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for before in self._pre_hooks:
            before(self, args)
        out = self.forward(*args, **kwargs)
        for hook in self._hooks:
            changed = hook(self, args, out)
            out = out if changed is None else changed
        return out

    # -- attributes -----------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise MissingAttributeError(
                f"{type(self).__name__}.{name} was set before Module.__init__ ran.",
                rule="A module must be set up before it can hold parameters and layers.",
                fix="call super().__init__() first in __init__.",
            )
        kinds = (self._parameters, self._buffers, self._modules)
        home = (
            self._parameters
            if isinstance(value, Parameter)
            else self._modules
            if isinstance(value, Module)
            else None
        )
        if home is None:  # not of a kind that registers itself: keep it where it was
            home = next((kind for kind in kinds if name in kind), self.__dict__)
        for place in (*kinds, self.__dict__):
            if place is not home:
                place.pop(name, None)
        if home is self._parameters and not isinstance(value, (Parameter, type(None))):
            raise DTypeError(
                f"{type(self).__name__}.{name} is a parameter, and a {type(value).__name__} was assigned.",
                rule="A parameter is replaced by a Parameter, or its numbers are changed in place.",
                fix=f"with no_grad(): layer.{name}.copy_(...)",
            )
        if home is self._buffers and isinstance(value, np.ndarray):
            value = Tensor(value)
        home[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked for by Python itself, as copying does
            raise AttributeError(name)
        own = self.__dict__
        for kind in ("_parameters", "_modules", "_buffers"):
            if kind in own and name in own[kind]:
                return own[kind][name]
        kinds = [own.get(kind, {}) for kind in ("_parameters", "_modules", "_buffers")]
        known = {*dir(type(self)), *own, *(n for members in kinds for n in members)}
        raise MissingAttributeError(
            f"{type(self).__name__} has no attribute {name!r}.", fix=did_you_mean(name, known)
        )

    def __delattr__(self, name: str) -> None:
        for place in (self._parameters, self._buffers, self._modules, self.__dict__):
            if name in place:
                del place[name]
                return
        raise MissingAttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Hold `parameter` as the attribute `name`; None keeps the name free, as for a layer without bias."""
        self.__dict__.pop(name, None)
        self._parameters[name] = parameter

    def register_buffer(self, name: str, value: Any) -> None:
        """Hold a tensor that is saved with the model but not trained, such as a running mean."""
        self.__dict__.pop(name, None)
        self._buffers[name] = value if value is None or isinstance(value, Tensor) else Tensor(value)

    def add_module(self, name: str, module: Module) -> None:
        """Hold `module` as the attribute `name` (which may be a number, as in Sequential)."""
        self._modules[name] = module

    def register_forward_hook(self, hook: Callable[[Module, tuple, Any], Any]) -> Callable[[], None]:
        """Call `hook(module, args, output)` after every forward; what it returns, if anything, is the output.

        Returns:
            a function that takes the hook away again.
        """
        self._hooks.append(hook)
        return lambda: self._hooks.remove(hook)

    def register_forward_pre_hook(self, hook: Callable[[Module, tuple], None]) -> Callable[[], None]:
        """Call `hook(module, args)` before every forward.

        Returns:
            a function that takes the hook away again.
        """
        self._pre_hooks.append(hook)
        return lambda: self._pre_hooks.remove(hook)

    # -- what is in it --------------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the modules held directly, with their names."""
        yield from ((name, m) for name, m in self._modules.items() if m is not None)

    def children(self) -> Iterator[Module]:
        """Yield the modules held directly."""
        yield from (m for _, m in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Yield this module and all within it, each once, with names such as "encoder.0"."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [(prefix, self)]
        while stack:
            name, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            stack.extend(reversed([(_join(name, child), m) for child, m in module.named_children()]))

    def modules(self) -> Iterator[Module]:
        """Yield this module and all within it, each once."""
        yield from (m for _, m in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter once, with names such as "encoder.0.weight"."""
        yield from self._named("_parameters", once=True)

    def parameters(self) -> Iterator[Parameter]:
        """Yield every parameter once."""
        yield from (p for _, p in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every buffer once, with its name."""
        yield from self._named("_buffers", once=True)

    def buffers(self) -> Iterator[Tensor]:
        """Yield every buffer once."""
        yield from (b for _, b in self.named_buffers())

    def _named(self, kind: str, once: bool) -> Iterator[tuple[str, Any]]:
        """Yield the parameters or buffers; a shared one once, or under each of its names."""
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            for name, value in getattr(module, kind).items():
                if value is None or (once and id(value) in seen):
                    continue
                seen.add(id(value))
                yield _join(prefix, name), value

    # -- state ----------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return every parameter and buffer as a copied NumPy array, under the names that PyTorch uses."""
        return {
            name: t.data.copy()
            for kind in ("_parameters", "_buffers")
            for name, t in self._named(kind, once=False)
        }

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Copy values in by name: from a state_dict of ours or of PyTorch.

        Args:
            state: names to arrays, or to PyTorch tensors.
            strict: refuse names that are missing or unknown.

        Raises:
            StateError: a name is missing or unknown.
            ShapeError: an array has another shape than the parameter of its name.
            DTypeError: a value is not an array of numbers.
        """
        own = {name: t for kind in ("_parameters", "_buffers") for name, t in self._named(kind, once=False)}
        missing, unknown = [n for n in own if n not in state], [n for n in state if n not in own]
        if strict and (missing or unknown):
            raise StateError(
                f"load_state_dict: missing {missing}, unknown {unknown}.",
                rule="The names of the state and of the model must be the same.",
                fix=(did_you_mean(unknown[0], missing) if unknown else "")
                or "build the model as it was when saved, or pass strict=False.",
            )
        arrays = {name: np.asarray(state[name]) for name in own if name in state}
        for name, array in arrays.items():
            if array.dtype.kind not in "fiub":
                raise DTypeError(
                    f"load_state_dict: {name} holds {array.dtype}.", rule="A state holds arrays of numbers."
                )
            if array.shape != own[name].shape:
                raise ShapeError(
                    f"load_state_dict: {name} is {array.shape} in the state, {own[name].shape} in the model.",
                    rule="A parameter is replaced by one of the same shape.",
                )
        for name, array in arrays.items():  # all fit: only now is anything changed
            own[name].data[...] = array

    # -- modes ----------------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Module:
        """Put this module and all within it into training mode (dropout on, batch statistics)."""
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self) -> Module:
        """Put this module and all within it into evaluation mode."""
        return self.train(False)

    def requires_grad_(self, wanted: bool = True) -> Module:
        """Freeze (False) or thaw every parameter."""
        for p in self.parameters():
            p.requires_grad_(wanted)
        return self

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        for p in self.parameters():
            p.grad = None

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Call `fn` on every module within and then on this one, as to initialise weights."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, dtype: Any) -> Module:
        """Convert every floating-point parameter and buffer in place to np.float32 or np.float64."""
        for kind in ("_parameters", "_buffers"):
            for _, t in self._named(kind, once=True):
                if t.data.dtype.kind == "f":
                    t.data, t.grad = t.data.astype(dtype), None
        return self

    def double(self) -> Module:
        """Convert to float64."""
        return self.to(np.float64)

    def float(self) -> Module:
        """Convert to float32."""
        return self.to(np.float32)

    def extra_repr(self) -> str:
        """Return what stands between the brackets of the printed module."""
        return ""

    def __repr__(self) -> str:
        if not self._modules:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = [f"({name}): {module!r}".replace("\n", "\n  ") for name, module in self._modules.items()]
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
