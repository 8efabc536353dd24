"""A checkpoint: weights and the optimiser's memory in one safetensors file, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from rung.scratch.errors import RungError
from rung.train.backend import backend_of


class CheckpointError(RungError, ValueError):
    """A checkpoint cannot be read, or is of another model than the one that wants it.

        rung train digits --resume

    Repair: train with the settings that the run was started with; if its file is damaged, start a new run.
    """

    name = "checkpoint"


def save_checkpoint(
    path: Path, model: Any, optimizer: Any, note: dict[str, Any], callbacks: Sequence[Any] = ()
) -> None:
    """Write where training stands: everything that the next step depends on, and `note` (JSON) beside it.

    The arrays are safetensors "model.<name>", "optimizer.<number>.<what>" and "callback.<number>.<what>";
    what is not an array, the note included, is JSON in the file's metadata. One file, so that weights and
    counters cannot be from different steps.
    """
    backend = backend_of(model)
    arrays = {f"model.{name}": array for name, array in backend.weights(model).items()}
    state = backend.memory(optimizer)
    kept = {"optimizer": state["state"], "callback": dict(enumerate(c.state() for c in callbacks))}
    scalars: dict[str, dict[str, dict[str, Any]]] = {owner: {} for owner in kept}
    for owner, entries in kept.items():
        for number, memory in entries.items():
            for key, value in memory.items():
                if isinstance(value, np.ndarray):
                    arrays[f"{owner}.{number}.{key}"] = value
                else:
                    scalars[owner].setdefault(str(number), {})[key] = value
    plain = {"groups": state["param_groups"], "scalars": scalars, "note": note}
    write_whole(path, save(_contiguous(arrays), metadata={"rung": json.dumps(plain)}))


def load_checkpoint(path: Path, model: Any, optimizer: Any, callbacks: Sequence[Any] = ()) -> dict[str, Any]:
    """Put model, optimiser and callbacks back to where `save_checkpoint` left them, and return the note.

    Raises:
        CheckpointError: the file is damaged; the message names it.
        StateError, OptimizerError: it is of another model.
    """
    try:
        with safe_open(path, framework="np") as file:
            plain = json.loads(file.metadata()["rung"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint: {error}",
            rule="A checkpoint is written whole under its name, so another program must have changed it.",
            fix="start the run anew",
        ) from None
    kept: dict[str, dict[int, dict[str, Any]]] = {
        owner: {int(n): dict(values) for n, values in entries.items()}
        for owner, entries in plain["scalars"].items()
    }
    weights = {}
    for name, array in arrays.items():
        owner, rest = name.split(".", 1)
        if owner == "model":
            weights[rest] = array
        else:
            number, key = rest.split(".", 1)
            kept[owner].setdefault(int(number), {})[key] = array
    backend = backend_of(model)
    backend.load_weights(model, weights)
    backend.load_memory(optimizer, {"state": kept["optimizer"], "param_groups": plain["groups"]})
    for i, callback in enumerate(callbacks):
        callback.load_state(kept["callback"].get(i, {}))
    note: dict[str, Any] = plain["note"]
    return note


def save_weights(path: Path, model: Any) -> None:
    """Write the weights alone, under PyTorch's names, for anything that reads safetensors."""
    write_whole(path, save(_contiguous(backend_of(model).weights(model))))


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that nobody ever sees half of it: to a temporary name first, then moved into place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    data = content.encode() if isinstance(content, str) else content
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _contiguous(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    # safetensors writes the buffer as it lies in memory, so a transposed view would come back scrambled.
    return {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in arrays.items()}
