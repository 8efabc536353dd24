"""A finished run brought back: its model with its weights, its data and what the model is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load_file

from rung.data.dataset import Dataset
from rung.data.split import with_validation
from rung.scratch.errors import RungError
from rung.train.backend import Backend, backend_of
from rung.train.checkpoint import CheckpointError
from rung.train.inputs import Inputs
from rung.train.recipe import Recipe
from rung.train.record import Run, RunError


@dataclass(frozen=True)
class Restored:
    """A run's model, ready to be asked, and all that belongs to it."""

    run: Run
    recipe: Recipe
    config: Any
    data: Dataset
    inputs: Inputs
    model: Any
    backend: Backend


def settings(recipe: Recipe, run: Run) -> Any:
    """Return the settings that a run was started with."""
    told = run.config["config"]
    return recipe.Config(**{k: tuple(v) if isinstance(v, list) else v for k, v in told.items()})


def restore(recipe: Recipe, run: Run) -> Restored:
    """Bring a finished run back, its model in evaluation mode.

    Args:
        recipe: of its project.
        run: the run.

    Raises:
        RunError: it has no trained weights yet.
        CheckpointError: they cannot be read, or do not fit the network that the recipe builds.
    """
    config = settings(recipe, run)
    data = with_validation(recipe.load(config, run.config.get("data_limit")))
    return restored(recipe, run, config, data)


def restored(recipe: Recipe, run: Run, config: Any, data: Dataset) -> Restored:
    """Bring a finished run back upon data that were loaded already; see `restore`."""
    path = run.folder / "model.safetensors"
    if not path.is_file():
        raise RunError(
            f"the run {run.name} has no trained weights",
            rule="They are written when a training has come to its end.",
            fix=f"rung train {run.config.get('project', 'PROJECT')} --resume {run.name}",
        )
    inputs = recipe.prepare(config, data)
    model = getattr(recipe, "frame", recipe.build)(config, inputs)
    backend = backend_of(model)
    try:
        weights = load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}", fix="train the run anew") from None
    try:
        backend.load_weights(model, weights)
    except (RuntimeError, RungError) as error:  # PyTorch's, or the engine's own
        raise CheckpointError(
            f"the weights of {run.name} do not fit the network that its recipe builds today: "
            f"{str(error).splitlines()[0]}",
            rule="A run is brought back by the recipe and the data that it was trained with.",
            fix=f"rung train {run.config.get('project', 'PROJECT')} trains it anew",
        ) from None
    model = backend.place(model)
    backend.mode(model, training=False)
    return Restored(run, recipe, config, data, inputs, model, backend)
