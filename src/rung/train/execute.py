"""One run from beginning to end: load, train (or go on), score, compare, write the result."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rung.data.dataset import Dataset
from rung.data.split import with_validation
from rung.scratch.errors import RungError
from rung.train.assess import assess
from rung.train.checkpoint import save_weights, write_whole
from rung.train.inputs import Inputs
from rung.train.loop import steps_per_epoch
from rung.train.machine import versions
from rung.train.modelcard import model_card
from rung.train.parts import using, whose
from rung.train.processes import ALONE, ProcessError, Together
from rung.train.progress import Progress
from rung.train.recipe import Recipe, parts_of
from rung.train.record import Run
from rung.train.setup import Trained, train
from rung.train.techniques import Techniques
from rung.train.tracking import tracker


@dataclass(frozen=True)
class Plan:
    """What to run, beside the project's own settings.

    Attributes:
        project: the project's slug.
        title: what people call it.
        seeds: how many trainings; the seeds count up from the setting `seed`.
        data_limit: keep about this many examples, or None for all.
        dry_run: a try of everything on a few examples, whose score means nothing.
        mine: whether the learner asked for their own parts.
        techniques: what else the training does.
        track: whom else to tell, one of `rung.train.tracking.KINDS`.
        procs: how many processes train it together.
        watch: whether to keep what pictures of the training are made of; of several seeds the first's.
    """

    project: str
    title: str
    seeds: int = 1
    data_limit: int | None = None
    dry_run: bool = False
    mine: bool = False
    techniques: Techniques = field(default_factory=Techniques)
    track: str = "trackio"
    procs: int = 1
    watch: bool = True


def execute(
    recipe: Recipe,
    config: Any,
    plan: Plan,
    run: Run,
    progress: Progress,
    replacements: Mapping[type, type] | None = None,
    together: Together = ALONE,
) -> dict[str, Any] | None:
    """Train and score; go on where the run stands if it was begun before.

    Of several processes that train together this is what the first one does; see `processes/follow.py`.

    Returns:
        the result, as it stands in result.json; None if it was stopped on the way.

    Raises:
        RunError: another process trains this run.
        PartError: a part of the learner's failed.
        ProcessError: another process of this training has ended.
    """
    replacements = {} if replacements is None else replacements
    with run.training():
        try:
            (run.folder / "fault.json").unlink(missing_ok=True)
            with using(parts_of(recipe), replacements):
                return _execute(recipe, config, plan, run, progress, replacements, together)
        except ProcessError:
            raise  # broken off like a training that was killed, and not a fault of this one
        except RungError as error:
            if not run.config:  # it never began: nothing to keep
                shutil.rmtree(run.folder, ignore_errors=True)
                raise
            run.write("fault.json", {"message": error.message, "rule": error.rule, "fix": error.fix})
            raise
        finally:
            progress.close()


def _execute(
    recipe: Recipe,
    config: Any,
    plan: Plan,
    run: Run,
    progress: Progress,
    replacements: Mapping[type, type],
    together: Together,
) -> dict[str, Any] | None:
    config, data, inputs = loaded(recipe, config, plan.data_limit)
    if not run.config:
        run.write("config.json", _about(recipe, config, plan, data, inputs, replacements))
    progress.line(_told(data))
    tracked = tracker(plan.track, run, progress.line)
    trained: list[Trained] = []
    for i in range(plan.seeds):
        seed_run = run if i == 0 else Run(run.folder / "seeds" / str(config.seed + i))
        seed_run.folder.mkdir(parents=True, exist_ok=True)
        if plan.seeds > 1:
            progress.line(f"seed {config.seed + i} ({i + 1} of {plan.seeds})")
        this = replace(config, seed=config.seed + i)
        told = tracked.log if i == 0 else None  # of several seeds the first one's curve
        watch = plan.watch and i == 0
        parts = (recipe, this, plan.techniques, inputs, seed_run, run, progress, told)
        one = train(*parts, together=together, watch=watch)
        if not one.done:
            tracked.end(None)
            return None
        trained.append(one)
    progress.close()
    save_weights(run.folder / "model.safetensors", trained[0].model)
    result = assess(recipe, config, run, progress.line, data, inputs, trained)
    result |= {
        "data": data.name,
        "dry_run": plan.dry_run,
        "parts": whose(parts_of(recipe), replacements),
        "about": recipe.describe(config, data),
        "versions": versions(),  # again: by now what the training used is loaded
    }
    write_whole(run.folder / "MODEL_CARD.md", model_card(plan, config, data, result))
    run.write("result.json", result)
    tracked.end(result)
    return result


def loaded(recipe: Recipe, config: Any, limit: int | None) -> tuple[Any, Dataset, Inputs]:
    """Return the settings with the data's own name in them, the data, and what the model is shown."""
    data = recipe.load(config, limit)
    if not Path(config.data).exists():  # "auto" comes to a name; a path stays what it is
        config = replace(config, data=data.name)
    data = with_validation(data)
    return config, data, recipe.prepare(config, data)


def _told(data: Dataset) -> str:
    """Say which data it is and how it is parted."""
    parts = ", ".join(f"{len(rows):,} {part}" for part, rows in data.splits.items())
    return f"data: {data.card.title}  ({parts})"


def _about(
    recipe: Recipe,
    config: Any,
    plan: Plan,
    data: Dataset,
    inputs: Inputs,
    replacements: Mapping[type, type],
) -> dict[str, Any]:
    """Return what config.json says: everything needed to do it again."""
    per_epoch = steps_per_epoch(len(inputs.splits["train"]), config.batch)
    module = sys.modules.get(getattr(recipe, "__name__", ""))
    source = Path(module.__file__).read_bytes() if module is not None and module.__file__ else b""
    return {
        **asdict(plan),
        "config": asdict(config),
        "about": recipe.describe(config, data),
        "metric": recipe.TASK.metric,
        "unit": recipe.TASK.unit,
        "higher": recipe.TASK.higher,
        "examples": {part: len(rows) for part, rows in inputs.splits.items()},
        "steps_per_epoch": per_epoch,
        "steps": per_epoch * config.epochs,
        "parts": whose(parts_of(recipe), replacements),
        "started": time.time(),
        "hashes": {"data": data.digest(), "recipe": hashlib.sha256(source).hexdigest()},
        "versions": versions(),
    }
