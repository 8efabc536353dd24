"""Setting a training up: the model, its optimiser, the callbacks in order; from the checkpoint if any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rung.train.backend import Backend, backend_of
from rung.train.callbacks import (
    AverageGradients,
    Randomness,
    Schedule,
    StopTogether,
    Validation,
    Watching,
)
from rung.train.checkpoint import load_checkpoint
from rung.train.inputs import Inputs, predict
from rung.train.loop import Callback, Training, fit
from rung.train.processes import ALONE, Together
from rung.train.progress import Progress
from rung.train.recipe import Recipe, truth_of
from rung.train.record import Run
from rung.train.score import tell
from rung.train.techniques import Techniques, chosen
from rung.train.watch import Recorder, Stop


@dataclass(frozen=True)
class Trained:
    """What a training of one seed came to.

    Attributes:
        model: with its weights; the best epoch's or the averaged ones where that was asked for.
        backend: of the model.
        seconds: of training.
        done: whether it came to its end; False if it was stopped on the way.
    """

    model: Any
    backend: Backend
    seconds: float
    done: bool


def train(
    recipe: Recipe,
    config: Any,
    techniques: Techniques,
    inputs: Inputs,
    run: Run,
    whole: Run,
    progress: Progress,
    told: Callable[[dict[str, Any]], None] | None = None,
    more: Sequence[Callback] = (),
    together: Together = ALONE,
    watch: bool = False,
) -> Trained:
    """Train one seed, from its checkpoint if there is one.

    Args:
        recipe: of the project.
        config: its settings, the seed among them.
        techniques: what else was asked for.
        inputs: what the model is shown.
        run: where this seed's curve and checkpoints go.
        whole: the run that this seed is a part of, where a page asks to stop.
        progress: where to show it.
        told: is given every line of the curve.
        more: further callbacks, told of each moment after the others: an epoch's line is written by then.
            They have nothing that a checkpoint would keep.
        together: the processes that train it, this one among them; the first alone validates and writes.
        watch: whether to keep, in the folder "watch" of `run`, what pictures of the training are made of.

    Raises:
        TrainingError: the loss is infinite or not a number.
        ProcessError: another process has ended.
    """
    model = recipe.build(config, inputs)
    backend = backend_of(model)
    model = backend.place(model)
    optimizer = recipe.optimizer(config, model)
    asked = chosen(techniques, backend, recipe.TASK.higher)
    path, note = run.folder / "checkpoint.safetensors", {}
    if path.is_file():
        note = load_checkpoint(path, model, optimizer, asked.all)
    if together.first:
        run.forget_after(note.get("step", 0))

    def validate() -> float:
        with asked.for_validation(model):
            outputs = predict(
                backend, model, inputs, inputs.splits["validation"], getattr(recipe, "outputs", None)
            )
        return recipe.TASK.value(recipe.TASK.outputs(outputs), truth_of(inputs, "validation"))

    training = Training(
        model,
        optimizer,
        inputs.batch_of(backend, config.seed),
        recipe.loss,
        examples=len(inputs.splits["train"]),
        epochs=config.epochs,
        batch=config.batch,
        seed=config.seed,
        step=note.get("step", 0),
        rank=together.rank,
        world=together.world,
        stop=asked.stopped,
    )
    with Stop() as stop:
        average = AverageGradients(together, wish=lambda: stop.wished)
        several = together.world > 1
        recorder = Recorder(
            run,
            say=lambda value: tell(value, recipe.TASK.unit),
            progress=progress,
            stop=stop,
            note=note,
            asked=lambda: whole.asked_to_stop() or average.wished or together.left_behind,
            others=asked.all,
            told=told,
        )
        callbacks: list[Callback] = [
            Schedule(recipe.rate(config, training.total)),
            Randomness(backend),
            *[average] * several,
            *[Watching(run.folder / "watch", backend)] * (watch and together.first),
            *asked.before,
            *[Validation(validate)] * together.first,
            *asked.after,
            *[recorder] * together.first,
            *more,
            *[StopTogether(together)] * several,
        ]
        fit(training, callbacks)
    lines = run.metrics()
    seconds = lines[-1]["seconds"] if lines else 0.0
    done = together.agree(training.step >= training.total or asked.stopped)
    return Trained(model, backend, seconds, done)
