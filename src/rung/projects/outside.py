"""A model from outside rung: a whole torch.nn.Module in a file, looked into on an input of its own."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from rung.explain.activations import Activation, passed
from rung.explain.subject import Subject
from rung.projects.brought import ExampleError
from rung.projects.looking import Answer, Example
from rung.scratch.errors import RungError


class ModelFileError(RungError, ValueError):
    """A file was to be looked into, and holds no model that can be run.

    A model file is what `torch.save(model, "model.pt")` writes: the module itself, with its class. A
    state_dict holds weights without the network that they belong to.

        >>> from rung.projects.outside import Outside
        >>> Outside("weights.pt", "x.npy", trust=True)
        Traceback (most recent call last):
            ...
        rung.projects.outside.ModelFileError: ...

    Repair: build the module in Python, load the weights into it, and save the module; or hand the module to
    `rung.explain.subject.Subject` there.
    """

    name = "model-file"


class Outside:
    """A model and an input from files.

    Args:
        model: the file of a pickled torch.nn.Module.
        inputs: a .npy of a batch, or a .npz of several inputs in their order.
        trust: loading such a file runs the code in it; True says that one trusts whoever made it.

    Raises:
        ModelFileError: it is not trusted, is not there, or holds no module.
        ExampleError: the input cannot be read.

    Attributes:
        subject: the model.
        picture_shape: (h, w) or (h, w, channels) of an input (N, channels, h, w); else ().
    """

    def __init__(self, model: str, inputs: str, trust: bool = False) -> None:
        self.subject = Subject(_module(Path(model).expanduser(), trust))
        self.x = _input(Path(inputs).expanduser())
        is_pictures = isinstance(self.x, np.ndarray) and self.x.ndim == 4 and self.x.shape[1] in (1, 3)
        self.kept: dict[str, Any] = {}
        self.scored = self.subject
        channels = self.x.shape[1] if is_pictures else 0
        self.picture_shape: tuple[int, ...] = ()
        if is_pictures:
            self.picture_shape = (*self.x.shape[2:], *((3,) if channels == 3 else ()))

    @property
    def takes(self) -> str:
        """Whether the network sees pictures."""
        return "picture" if self.picture_shape else ""

    def column_names(self, width: int) -> list[str]:
        """Return names by number: nobody says what the columns are."""
        return [f"input {i}" for i in range(width)]

    def example(self, number: int) -> Example:
        """Return one example of the batch.

        Raises:
            ExampleError: there are not so many.
        """
        if not 0 <= number < self.count:
            raise ExampleError(f"there is no example {number}", rule=f"They are 0 to {self.count - 1}.")
        some = slice(number, number + 1)
        x: Any = tuple(part[some] for part in self.x) if isinstance(self.x, tuple) else self.x[some]
        return Example(f"example {number}", x, picture=self._picture(x), number=number)

    def _picture(self, x: Any) -> np.ndarray | None:
        """Return what a picture looks like, stretched from its least to its greatest number."""
        if not self.picture_shape:
            return None
        seen = np.moveaxis(x[0], 0, -1).astype(np.float64)
        seen = (seen - seen.min()) / (np.ptp(seen) or 1)
        return np.rint(255 * (seen if seen.shape[2] == 3 else seen[:, :, 0])).astype(np.uint8)

    @property
    def count(self) -> int:
        """How many examples the batch has."""
        return len(self.x[0] if isinstance(self.x, tuple) else self.x)

    def pass_through(self, example: Example, most: int = 5) -> tuple[Answer, list[Activation]]:
        """Ask the model, and see in the same pass what every layer makes of the example.

        The softmax of several outputs is told, or they themselves if they add up to 1 already.

        Args:
            example: what it is shown.
            most: how many answers are told.
        """
        raw, made = passed(self.subject, example.x)
        return _told(np.atleast_1d(np.squeeze(raw)).astype(np.float64), most), made


def _told(raw: np.ndarray, most: int) -> Answer:
    if raw.ndim > 1 or raw.size == 1:
        return Answer((), f"{raw.ravel()[0]:.4g}" if raw.size == 1 else f"numbers {raw.shape}", 0)
    shares = raw
    if raw.min() < 0 or not np.isclose(raw.sum(), 1, atol=1e-3):
        shares = np.exp(raw - raw.max())
        shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")
    top = tuple((f"output {i}", float(shares[i])) for i in order[:most])
    return Answer(top, top[0][0], int(order[0]))


def _module(path: Path, trust: bool) -> Any:
    if not trust:
        raise ModelFileError(
            f"{path} may hold any code, which runs when it is loaded",
            rule="A pickled module is a program. Load only files of people you trust.",
            fix="--trust, if you do",
        )
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=False)
    except FileNotFoundError:
        raise ModelFileError(f"{path} is not there") from None
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, AttributeError, ImportError) as error:
        raise ModelFileError(
            f"{path} cannot be loaded: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            rule="The module's class must be importable where it is loaded.",
        ) from None
    if not isinstance(found, torch.nn.Module):
        is_state = isinstance(found, dict)
        what = "a state_dict: weights without their network" if is_state else f"a {type(found).__name__}"
        raise ModelFileError(f"{path} holds {what}", fix='torch.save(model, "model.pt"), the module itself')
    return found


def _input(path: Path) -> Any:
    try:
        found = np.load(path, allow_pickle=False)
        arrays = tuple(found[name] for name in found.files) if hasattr(found, "files") else (found,)
    except (OSError, ValueError, EOFError) as error:
        raise ExampleError(f"{path} cannot be read: {error}", fix="a .npy or .npz of NumPy") from None
    if not arrays or any(a.ndim < 1 or not len(a) or a.dtype.kind not in "fiu" for a in arrays):
        raise ExampleError(f"{path} holds no batch of numbers", rule="The first axis counts the examples.")
    arrays = tuple(a.astype(np.float32) if a.dtype == np.float64 else a for a in arrays)
    return arrays[0] if len(arrays) == 1 else arrays
