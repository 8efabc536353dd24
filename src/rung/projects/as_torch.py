"""A run as PyTorch's: weights as safetensors and model.py, checked by loading them without rung's classes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from rung.serve.errors import ExportError
from rung.serve.onnx_file import Check, compared
from rung.serve.standalone import constructed, import_file, model_source

if TYPE_CHECKING:
    from rung.projects.exporting import Subject


def torch_files(subject: Subject) -> tuple[dict[str, bytes], Check]:
    """Return model.safetensors, model.py and an example of the input, and how they compare with the run.

    A run from scratch becomes PyTorch's by its recipe's own setting `engine`: the two name weights alike.

    Raises:
        ExportError: the network exists from scratch alone, or its source cannot be copied.
    """
    found, facts = subject.found, subject.facts
    config = found.config
    if found.backend.name == "scratch":
        if "engine" not in {f.name for f in fields(config)}:
            raise ExportError(
                f"the network of {facts.run} exists from scratch alone",
                rule="--to torch wants a recipe that builds the same network in PyTorch.",
                fix=f"rung export {facts.run} --to onnx",
            )
        config = replace(config, engine="pytorch")
    model, arguments = constructed(lambda: found.recipe.build(config, found.inputs))
    files = {
        "model.py": model_source(model, arguments, facts.about, facts.classes).encode(),
        "model.safetensors": (found.run.folder / "model.safetensors").read_bytes(),
    }
    return files, _checked(files, subject)


def torch_told(asked: Callable[[Any, Any], Any] | None) -> str:
    """Return how the files are used, Markdown; with the source of how the run asks, if not by a call.

    Args:
        asked: called with the model and x; None where it is `model(x)`.
    """
    about = "from model import CLASSES, load"
    call = "load()(x)"
    if asked is not None:
        about = f"from typing import Any\n\n{about}\n\n\n{inspect.getsource(asked).strip()}\n\n"
        call = f"{asked.__name__}(load(), x)"
    return (
        "`model.py` is the network's source with a loader, `model.safetensors` its weights; torch is all "
        f"that they need:\n\n```python\n{about}\n\nscores = {call}  # x as in training, any number of rows\n"
        "```"
    )


def _checked(files: dict[str, bytes], subject: Subject) -> Check:
    """Load what was made as anybody would, and compare its answers with the run's."""
    import torch

    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        model = import_file(folder / "model.py").load(folder)
    x, ask = subject.x, subject.asked or (lambda model, x: model(x))
    parts = x if isinstance(x, tuple) else (x,)
    answers = []
    with torch.inference_mode():
        for i in range(0, len(parts[0]), 250):
            given = tuple(torch.from_numpy(np.ascontiguousarray(part[i : i + 250])) for part in parts)
            answers.append(ask(model, given if isinstance(x, tuple) else given[0]).numpy())
    return compared(np.concatenate(answers), subject.expected)
