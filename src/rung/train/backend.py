"""What differs between a model from scratch and one of PyTorch; nothing else knows which it trains."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from rung.scratch.nn.module import Module
from rung.scratch.tensor import Tensor, no_grad

Arrays = dict[str, np.ndarray]


class Backend(Protocol):
    """How to talk to a model: arrays in, arrays out.

    Attributes:
        name: "scratch" or "pytorch".
        device: where it computes: "cpu", "cuda".
    """

    name: str
    device: str

    def place(self, model: Any) -> Any:
        """Put the model where it will compute, and return it."""

    def inputs(self, x: Any) -> Any:
        """Make an array, or a tuple of arrays, into what the model is called with."""

    def answers(self, y: np.ndarray) -> Any:
        """Make the answers of a batch into what the loss is called with."""

    def array(self, output: Any) -> np.ndarray:
        """Return what the model answered, as an array."""

    def mode(self, model: Any, training: bool) -> None:
        """Let dropout and batch norm know whether this is training."""

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """Return a context in which no graph is kept."""

    def reseed(self, model: Any, seed: int, step: int) -> None:
        """Make what is random in the model a matter of the seed and the step alone."""

    def weights(self, model: Any) -> Arrays:
        """Return the model's state_dict, as arrays."""

    def load_weights(self, model: Any, weights: Mapping[str, np.ndarray]) -> None:
        """Put weights into the model."""

    def memory(self, optimizer: Any) -> dict[str, Any]:
        """Return the optimiser's state_dict, its tensors as arrays."""

    def load_memory(self, optimizer: Any, memory: dict[str, Any]) -> None:
        """Put the optimiser back to where it stood."""


def backend_of(model: Any) -> Backend:
    """Return the backend of a model; torch is imported only for a model that is PyTorch's."""
    return Scratch() if isinstance(model, Module) else Torch()


def device() -> str:
    """Return where PyTorch computes: $RUNG_DEVICE, else an NVIDIA GPU, else the processor."""
    import torch

    return os.environ.get("RUNG_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")


class Scratch:
    """Models of rung.scratch."""

    name = "scratch"
    device = "cpu"

    def place(self, model: Any) -> Any:
        """Return the model: there is one place."""
        return model

    def inputs(self, x: Any) -> Any:
        """Wrap what is real-valued in a Tensor; whole numbers (of words, say) stay arrays."""
        if isinstance(x, tuple):
            return tuple(self.inputs(part) for part in x)
        return Tensor(x) if x.dtype.kind == "f" else x

    def answers(self, y: np.ndarray) -> Any:
        """Return them: the losses take arrays."""
        return y

    def array(self, output: Any) -> np.ndarray:
        """Return the array in a Tensor."""
        return output.data if isinstance(output, Tensor) else np.asarray(output)

    def mode(self, model: Any, training: bool) -> None:
        """Let dropout and batch norm know whether this is training."""
        model.train(training)

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """Return `no_grad()`."""
        return no_grad()

    def reseed(self, model: Any, seed: int, step: int) -> None:
        """Give every layer that draws a generator of this step."""
        for i, module in enumerate(model.modules()):
            if isinstance(getattr(module, "rng", None), np.random.Generator):
                module.rng = np.random.default_rng([seed, step, i])

    def weights(self, model: Any) -> Arrays:
        """Return the model's state_dict."""
        return dict(model.state_dict())

    def load_weights(self, model: Any, weights: Mapping[str, np.ndarray]) -> None:
        """Put weights into the model."""
        model.load_state_dict(weights)

    def memory(self, optimizer: Any) -> dict[str, Any]:
        """Return the optimiser's state_dict."""
        return dict(optimizer.state_dict())

    def load_memory(self, optimizer: Any, memory: dict[str, Any]) -> None:
        """Put the optimiser back to where it stood."""
        optimizer.load_state_dict(memory)


class Torch:
    """Models of PyTorch, on `device()`."""

    name = "pytorch"

    def __init__(self) -> None:
        self.device = device()

    def place(self, model: Any) -> Any:
        """Move the model to the device."""
        return model.to(self.device)

    def inputs(self, x: Any) -> Any:
        """Make tensors on the device."""
        import torch

        if isinstance(x, tuple):
            return tuple(self.inputs(part) for part in x)
        return torch.from_numpy(np.ascontiguousarray(x)).to(self.device, non_blocking=True)

    def answers(self, y: np.ndarray) -> Any:
        """Make a tensor on the device."""
        return self.inputs(y)

    def array(self, output: Any) -> np.ndarray:
        """Return a tensor's numbers, in float32 where it has fewer bits."""
        output = output.detach().cpu()
        array: np.ndarray = (output.float() if output.dtype.is_floating_point else output).numpy()
        return array

    def mode(self, model: Any, training: bool) -> None:
        """Let dropout and batch norm know whether this is training."""
        model.train(training)

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        """Return `torch.inference_mode()`."""
        import torch

        context: contextlib.AbstractContextManager[Any] = torch.inference_mode()
        return context

    def reseed(self, model: Any, seed: int, step: int) -> None:
        """Seed PyTorch's generators for this step: that of the processor, and that of the device.

        Not `torch.manual_seed`: for each kind of device that is not in use it writes a stack trace down, in
        case that device ever starts, which took a quarter of a small network's step.
        """
        import torch

        number = (seed * 1_000_003 + step) % 2**63
        torch.default_generator.manual_seed(number)
        if self.device.startswith("cuda"):
            torch.cuda.manual_seed(number)
        elif self.device != "cpu":
            torch.manual_seed(number)

    def weights(self, model: Any) -> Arrays:
        """Return the model's state_dict, as arrays."""
        return {name: self.array(tensor).copy() for name, tensor in model.state_dict().items()}

    def load_weights(self, model: Any, weights: Mapping[str, np.ndarray]) -> None:
        """Put weights into the model."""
        import torch

        model.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in weights.items()})

    def memory(self, optimizer: Any) -> dict[str, Any]:
        """Return the optimiser's state_dict, its tensors as arrays."""
        import torch

        state = optimizer.state_dict()
        told = {
            number: {
                key: self.array(value).copy() if isinstance(value, torch.Tensor) else value
                for key, value in entry.items()
            }
            for number, entry in state["state"].items()
        }
        return {"state": told, "param_groups": state["param_groups"]}

    def load_memory(self, optimizer: Any, memory: dict[str, Any]) -> None:
        """Put the optimiser back to where it stood."""
        import torch

        state = {
            number: {
                key: torch.from_numpy(np.array(value)) if isinstance(value, np.ndarray) else value
                for key, value in entry.items()
            }
            for number, entry in memory["state"].items()
        }
        optimizer.load_state_dict({"state": state, "param_groups": memory["param_groups"]})
