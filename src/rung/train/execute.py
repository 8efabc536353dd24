"""One run from beginning to end: load, train (or go on), score, compare, write the result."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

import rung
from rung.data.dataset import Dataset
from rung.data.split import with_validation
from rung.scratch.errors import RungError
from rung.train import pictures
from rung.train.baseline import baselines, remembered
from rung.train.checkpoint import load_checkpoint, save_weights, write_whole
from rung.train.leakage import leakage
from rung.train.loop import fit, steps_per_epoch
from rung.train.modelcard import model_card
from rung.train.parts import using, whose
from rung.train.progress import Progress
from rung.train.recipe import Recipe
from rung.train.record import Run
from rung.train.score import accuracy, confusion, over_seeds, probabilities, worst
from rung.train.watch import Recorder, Stop


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
    """

    project: str
    title: str
    seeds: int = 1
    data_limit: int | None = None
    dry_run: bool = False
    mine: bool = False


def execute(
    recipe: Recipe,
    config: Any,
    plan: Plan,
    run: Run,
    progress: Progress,
    replacements: Mapping[type, type] | None = None,
) -> dict[str, Any] | None:
    """Train and score; go on where the run stands if it was begun before.

    Returns:
        the result, as it stands in result.json; None if it was stopped on the way.

    Raises:
        RunError: another process trains this run.
        PartError: a part of the learner's failed.
    """
    replacements = {} if replacements is None else replacements
    with run.training():
        try:
            (run.folder / "fault.json").unlink(missing_ok=True)
            with using(recipe.PARTS, replacements):
                return _execute(recipe, config, plan, run, progress, replacements)
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
) -> dict[str, Any] | None:
    data = recipe.load(config, plan.data_limit)
    config = replace(config, data=data.name)
    train = with_validation(data)
    per_epoch = steps_per_epoch(len(train.splits["train"]), config.batch)
    if not run.config:
        run.write("config.json", _about(recipe, config, plan, train, per_epoch, replacements))
    progress.line(_told(train))
    models, seconds = [], 0.0
    for i in range(plan.seeds):
        seed_run = run if i == 0 else Run(run.folder / "seeds" / str(config.seed + i))
        seed_run.folder.mkdir(parents=True, exist_ok=True)
        if plan.seeds > 1:
            progress.line(f"seed {config.seed + i} ({i + 1} of {plan.seeds})")
        model, took, done = _train(
            recipe, replace(config, seed=config.seed + i), train, seed_run, run, progress, per_epoch
        )
        if not done:
            return None
        models.append(model)
        seconds += took
    progress.close()
    result = _score(config, plan, run, progress, data, models, seconds)
    result["parts"] = whose(recipe.PARTS, replacements)
    result["about"] = recipe.describe(config, data)
    save_weights(run.folder / "model.safetensors", models[0])
    write_whole(run.folder / "MODEL_CARD.md", model_card(plan, config, data, result))
    run.write("result.json", result)
    return result


def _told(data: Dataset) -> str:
    """Say which data it is and how it is parted."""
    parts = ", ".join(f"{len(rows):,} {part}" for part, rows in data.splits.items())
    return f"data: {data.card.title}  ({parts})"


def _about(
    recipe: Recipe,
    config: Any,
    plan: Plan,
    data: Dataset,
    per_epoch: int,
    replacements: Mapping[type, type],
) -> dict[str, Any]:
    """Return what config.json says: everything needed to do it again."""
    return {
        **asdict(plan),
        "config": asdict(config),
        "about": recipe.describe(config, data),
        "examples": {part: len(rows) for part, rows in data.splits.items()},
        "steps_per_epoch": per_epoch,
        "steps": per_epoch * config.epochs,
        "parts": whose(recipe.PARTS, replacements),
        "started": time.time(),
        "versions": {
            "rung": rung.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
        },
    }


def _train(
    recipe: Recipe, config: Any, data: Dataset, run: Run, whole: Run, progress: Progress, per_epoch: int
) -> tuple[Any, float, bool]:
    """Train one seed, from its checkpoint if any; return the model, the seconds, and whether it is done."""
    model = recipe.build(config, data)
    optimizer = recipe.optimizer(config, model)
    path, note = run.folder / "checkpoint.safetensors", {}
    if path.is_file():
        note = load_checkpoint(path, model, optimizer)
    run.forget_after(note.get("step", 0))
    total = config.epochs * per_epoch
    x, y = data.split("train")
    held_x, held_y = data.split("validation")
    with Stop() as stop:
        recorder = Recorder(
            run,
            model,
            optimizer,
            total=total,
            batch=config.batch,
            validate=lambda: float((probabilities(model, held_x).argmax(axis=1) == held_y).mean()),
            progress=progress,
            stop=stop,
            note=note,
            asked=whole.asked_to_stop,
        )
        progress.start(total, note.get("step", 0))
        step = fit(
            model,
            optimizer,
            recipe.loss,
            x,
            y,
            epochs=config.epochs,
            batch=config.batch,
            rate=recipe.rate(config, total),
            seed=config.seed,
            start=note.get("step", 0),
            watcher=recorder,
        )
    lines = run.metrics()
    return model, lines[-1]["seconds"] if lines else 0.0, step >= total


def _score(
    config: Any, plan: Plan, run: Run, progress: Progress, data: Dataset, models: list[Any], seconds: float
) -> dict[str, Any]:
    """Score the trained models on the test part, which nothing has looked at until now."""
    x, truth = data.split("test")
    believed = [probabilities(model, x) for model in models]
    answers = [p.argmax(axis=1) for p in believed]
    scores = [accuracy("this run", a, truth) for a in answers]
    score = scores[0] if len(scores) == 1 else over_seeds("this run", [s.value for s in scores], len(truth))
    # The first seed's model is the one that is saved, so it is the one that is looked into.
    right = answers[0] == truth
    images = data.images[data.splits["test"]]
    counts = confusion(answers[0], truth, len(data.names))
    mistakes = worst(believed[0], truth)
    if images.ndim == 3:
        pictures.failures(run.folder / "failures.png", images, mistakes, data.names)
        pictures.tiles(run.folder / "tiles.png", images, mistakes)
    pictures.confusion_matrix(run.folder / "confusion.png", counts, data.names)
    leaks = leakage(data)
    clean = np.setdiff1d(np.arange(len(truth)), leaks["leaked"])
    if leaks["leaked"] and len(clean):
        leaks["score_without"] = float(right[clean].mean())
    if not remembered(data):
        progress.line("fitting the baseline, once for this data (it is remembered) ...")
    return {
        "metric": "accuracy",
        "score": asdict(score),
        "seeds": [{"seed": config.seed + i, "score": s.value} for i, s in enumerate(scores)],
        "baselines": [asdict(b) for b in baselines(data)],
        "names": list(data.names),
        "confusion": counts.tolist(),
        "mistakes": mistakes,
        "wrong": int((~right).sum()),
        "tile": list(images.shape[1:]) if images.ndim == 3 else None,
        "leakage": leaks,
        "data": data.name,
        "dry_run": plan.dry_run,
        "seconds": round(seconds, 2),
    }
