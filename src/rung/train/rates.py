"""`--find-rate`: a project's learning rates tried on its own data, and the curve in the terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from rung.train.backend import backend_of
from rung.train.callbacks import ClipGradients, MixedPrecision, Randomness
from rung.train.callbacks.rate_finder import Found, find_rate
from rung.train.compare import sketch
from rung.train.execute import loaded
from rung.train.loop import Callback, Training
from rung.train.options import OptionError
from rung.train.parts import using
from rung.train.progress import Progress
from rung.train.rates_kept import keep
from rung.train.recipe import Recipe, parts_of
from rung.train.techniques import Techniques, chosen
from rung.train.watch import Stop

_ABOVE = 0.3  # how much of its fall the loss may rise again before it leaves the picture


class Shown(Callback):
    """Shows how far the search is, and ends it when a person wishes."""

    def __init__(self, progress: Progress, stop: Stop, steps: int) -> None:
        self.progress, self.stop, self.steps = progress, stop, steps
        self.started = time.perf_counter()

    def begin(self, t: Training) -> None:
        """Show where it begins."""
        self.progress.start(self.steps, 0)

    def after_step(self, t: Training) -> None:
        """Show the step; see whether to stop."""
        seconds = max(1e-9, time.perf_counter() - self.started)
        left = (self.steps - t.step) * seconds / t.step
        self.progress.step(t.step, t.loss, t.step * t.seen / seconds, left)
        t.stop = t.stop or self.stop.wished


def search(
    recipe: Recipe,
    config: Any,
    techniques: Techniques,
    progress: Progress,
    limit: int | None = None,
    replacements: Mapping[type, type] | None = None,
    steps: int = 140,
    project: str = "",
) -> Found | None:
    """Try learning rates on a project's training part, from its first weights on.

    Args:
        recipe: of the project.
        config: its settings; the rate among them is not used.
        techniques: those that act upon a step are used.
        progress: where to show how far it is.
        limit: keep about this many examples.
        replacements: by class of the library, the learner's.
        steps: how many rates to try.
        project: its slug, to keep what was seen beside its runs (`rates_kept.keep`); "": nothing is written.

    Returns:
        what was seen; None if a person stopped it.

    Raises:
        OptionError: the project has no learning rate to choose.
        PartError: a part of the learner's failed.
    """
    if "lr" not in {f.name for f in fields(recipe.Config)}:
        raise OptionError(
            "--find-rate: this project has no learning rate",
            rule="The rate that is found is for the setting --lr, which its Config does not have.",
            fix="leave --find-rate out",
        )
    with using(parts_of(recipe), replacements or {}), Stop() as stop:
        config, data, inputs = loaded(recipe, config, limit)
        progress.line(f"data: {data.card.title}  ({len(inputs.splits['train']):,} to train on)")
        model = recipe.build(config, inputs)
        backend = backend_of(model)
        model = backend.place(model)
        training = Training(
            model,
            recipe.optimizer(config, model),
            inputs.batch_of(backend, config.seed),
            recipe.loss,
            examples=len(inputs.splits["train"]),
            epochs=1,
            batch=config.batch,
            seed=config.seed,
        )
        acting = [
            c
            for c in chosen(techniques, backend, recipe.TASK.higher).before
            if isinstance(c, ClipGradients | MixedPrecision)
        ]
        try:
            found = find_rate(
                training, backend, [Randomness(backend), *acting, Shown(progress, stop, steps)], steps=steps
            )
        finally:
            progress.close()
        if stop.wished:
            return None
        if project:
            keep(found, project, config, limit, techniques)
        return found


def drawn(found: Found, project: str) -> list[str]:
    """Return the curve and what it suggests, in lines of at most 80 letters.

    Args:
        found: what a search saw.
        project: its slug, for the command to go on with.
    """
    if not len(found.rates):
        return ["The loss is no number from the first step on: look at the data and the loss first."]
    decades = np.log10(found.rates) - np.log10(found.rates[0])
    lowest = int(np.argmin(found.losses))
    low, high = float(found.losses[lowest]), float(found.losses[: lowest + 1].max())
    top = high + _ABOVE * max(high - low, 0.05 * abs(high))
    curves = [("loss (running mean), from low to high rates", decades, np.minimum(found.losses, top))]
    if found.suggested is not None:
        at = float(np.log10(found.suggested / found.rates[0]))
        there = float(np.interp(at, decades, found.losses))
        curves.append(("where it falls fastest", np.array([at]), np.array([there])))
    ends = f"{found.rates[0]:.0e}", f"{found.rates[-1]:.2g}"
    lines = sketch(curves, columns=60, rows=12, ends=ends)
    if found.suggested is None:
        return [*lines, "The loss fell at no rate: look at the data and the loss first."]
    if found.diverged:
        lines.append(f"It ran away at a rate of about {found.rates[-1]:.2g}.")
    return [*lines, f"suggested: rung train {project} --lr {found.suggested:g}"]
