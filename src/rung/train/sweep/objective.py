"""The objective of a sweep: settings in, the validation score of a training out. The test part stays shut."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.data.split import with_validation
from rung.train.inputs import Inputs
from rung.train.loop import Callback, Training
from rung.train.parts import using
from rung.train.progress import Progress
from rung.train.recipe import Recipe, parts_of
from rung.train.record import Run
from rung.train.setup import train
from rung.train.sweep.line import Quiet
from rung.train.techniques import Techniques

_KEPT = 3  # prepared data sets in memory, for a space that prepares in several ways


@dataclass(frozen=True)
class Attempt:
    """What one training of a sweep came to.

    Attributes:
        score: on the validation part; of the weights that the training ends with.
        state: "complete", "pruned" (it was told to end early) or "stopped" (a person or a signal did it).
    """

    score: float
    state: str


class EachEpoch(Callback):
    """Hands the validation score on after every epoch, and ends the training when the answer is yes.

    Args:
        hopeless: takes the number of epochs done and the score; not asked after the last epoch.
        stop: asked at every step whether to end for another reason.
    """

    def __init__(self, hopeless: Callable[[int, float], bool], stop: Callable[[], bool]) -> None:
        self.hopeless, self.stop = hopeless, stop
        self.pruned = False

    def after_step(self, t: Training) -> None:
        """End the training if it is not wanted any more."""
        t.stop = t.stop or self.stop()

    def after_epoch(self, t: Training) -> None:
        """Ask whether to go on."""
        assert t.validation is not None
        if self.hopeless(t.step // t.per_epoch, t.validation) and t.step < t.total and not t.stop:
            self.pruned = t.stop = True


class Objective:
    """A function of a project's settings: train with them, return the validation score.

    The test rows are cut off as soon as the data are loaded: neither `prepare` nor what trains can reach
    them. Data are loaded and prepared once for all settings that do not change how: which settings those are
    is seen by watching which ones `load` and `prepare` read.

    Args:
        recipe: of the project.
        config: the settings that are held fixed.
        techniques: what else each training does.
        limit: keep about this many examples.
        replacements: by class of the library, the learner's class that trains in its place.

    Example:
        objective = Objective(rung.projects.load("digits").recipe, Config(epochs=3))
        objective({"lr": 0.3, "batch": 32})        # 0.9471
    """

    def __init__(
        self,
        recipe: Recipe,
        config: Any,
        techniques: Techniques | None = None,
        limit: int | None = None,
        replacements: Mapping[type, type] | None = None,
    ) -> None:
        self.recipe, self.config, self.limit = recipe, config, limit
        self.techniques, self.replacements = techniques or Techniques(), replacements or {}
        self._data: list[tuple[Seen, Dataset]] = []
        self._inputs: list[tuple[Seen, Dataset, Inputs]] = []

    def __call__(self, settings: Mapping[str, Any]) -> float:
        """Return the validation score of a training with these settings, in a folder that is thrown away."""
        with TemporaryDirectory() as folder:
            return self.attempt(settings, Run(Path(folder))).score

    def attempt(
        self,
        settings: Mapping[str, Any],
        run: Run,
        hopeless: Callable[[int, float], bool] = lambda epoch, score: False,
        stop: Callable[[], bool] = lambda: False,
        progress: Progress | None = None,
    ) -> Attempt:
        """Train once, with the curve in a run's folder.

        Args:
            settings: by name; the others are the fixed ones.
            run: where the curve goes; a folder without one.
            hopeless: asked after each epoch whether to end early: takes the epoch, from 1, and the score.
            stop: asked at every step whether somebody wants to stop.
            progress: where to show it.

        Raises:
            RungError: the project refuses these settings, or the training went where it cannot go on.
            PartError: a part of the learner's failed.
        """
        config, inputs = self._prepared(replace(self.config, **settings))
        asking = EachEpoch(hopeless, stop)
        show = progress or Quiet()
        with using(parts_of(self.recipe), self.replacements):
            done = train(self.recipe, config, self.techniques, inputs, run, run, show, more=(asking,)).done
        (run.folder / "checkpoint.safetensors").unlink(missing_ok=True)
        curve = [line["validation"] for line in run.metrics() if "validation" in line]
        if not done:
            return Attempt(curve[-1] if curve else math.nan, "pruned" if asking.pruned else "stopped")
        if self.techniques.early_stop is None:
            return Attempt(curve[-1], "complete")
        return Attempt((max if self.recipe.TASK.higher else min)(curve), "complete")  # its weights were kept

    def validation_examples(self, settings: Mapping[str, Any]) -> int:
        """Return how many examples the score with these settings is taken on."""
        return len(self._prepared(replace(self.config, **settings))[1].splits["validation"])

    def load(self) -> None:
        """Load the data now, so that what is wrong with them is known before there is a trial.

        Raises:
            RungError: they cannot be had, or cannot be read.
        """
        self._loaded(self.config)

    def _loaded(self, config: Any) -> Dataset:
        data = next((kept for seen, kept in self._data if seen.same(config)), None)
        if data is None:
            copy, seen = watched(config)
            data = without_test(with_validation(self.recipe.load(copy, self.limit)))
            self._data = [*self._data, (seen, data)][-_KEPT:]
        return data

    def _prepared(self, config: Any) -> tuple[Any, Inputs]:
        """Return the settings with the data's own name, and what the model is shown."""
        data = self._loaded(config)
        if not Path(config.data).exists():  # "auto" comes to a name; a path stays what it is
            config = replace(config, data=data.name)
        for seen, of, kept in self._inputs:
            if of is data and seen.same(config):
                return config, kept
        copy, seen = watched(config)
        inputs = self.recipe.prepare(copy, data)
        self._inputs = [*self._inputs, (seen, data, inputs)][-_KEPT:]
        return config, inputs


def without_test(data: Dataset) -> Dataset:
    """Return the data without their test rows: the other rows in their order, and an empty test part."""
    kept = np.sort(np.concatenate([rows for part, rows in data.splits.items() if part != "test"]))
    splits = {
        part: np.searchsorted(kept, rows) if part != "test" else rows[:0]
        for part, rows in data.splits.items()
    }
    return replace(data, x=data.x[kept], y=data.y[kept], splits=splits)


@dataclass(frozen=True)
class Seen:
    """Which settings were read.

    Attributes:
        config: the settings.
        names: of those that were read; it grows while somebody goes on reading.
    """

    config: Any
    names: set[str]

    def same(self, config: Any) -> bool:
        """Tell whether other settings agree in all that was read until now."""
        return all(getattr(config, name) == getattr(self.config, name) for name in self.names)


def watched(config: Any) -> tuple[Any, Seen]:
    """Return a copy of the settings, of the same kind, and the note of which of them are read from it.

    Example:
        >>> from rung.train.techniques import Techniques
        >>> copy, seen = watched(Techniques(clip=1.0))
        >>> copy.clip, seen.names
        (1.0, {'clip'})
    """
    kind, values = type(config), dict(vars(config))
    seen = Seen(config, set())

    def read(self: Any, name: str) -> Any:
        if name in values:
            seen.names.add(name)
        return object.__getattribute__(self, name)

    copy: Any = object.__new__(type(kind.__name__, (kind,), {"__getattribute__": read}))
    for name, value in values.items():
        object.__setattr__(copy, name, value)
    return copy, seen
