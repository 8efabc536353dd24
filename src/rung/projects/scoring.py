"""What `rung score RUN` does: tell the score of a finished run, or try its model on other examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rung.data.other import with_test_part
from rung.data.split import with_validation
from rung.projects.project import load
from rung.scratch.errors import SettingError
from rung.train.assess import assess
from rung.train.parts import whose
from rung.train.recipe import parts_of
from rung.train.record import Run, RunError
from rung.train.restore import restored, settings
from rung.train.setup import Trained


def kept_score(run: Run) -> dict[str, Any]:
    """Return the result of a run: it was scored once, when its training ended.

    Raises:
        RunError: its training has not come to its end.
    """
    result = run.result
    if result is None:
        raise RunError(
            f"the run {run.name} has no score: it is {run.state}",
            rule="The test part is looked at once, when a training has ended. Whoever looks earlier, and "
            "then trains on, has chosen by it.",
            fix=f"rung train {run.config.get('project', 'PROJECT')} --resume {run.name}",
        )
    return result


def score_on(run: Run, name: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Try the model of a finished run on other examples, all of them; the run itself is not changed.

    Baselines are fitted on what the run was trained on, and tried on the same examples.

    Args:
        run: the run.
        name: a data set of the same shape: its name, or the path of the learner's own.
        say: told of what takes long.

    Raises:
        RunError: the run has not come to its end.
        ShapeError, UnknownNameError: the examples are not of the run's kind.
        SettingError: they are what the run was scored on anyway.
    """
    result = kept_score(run)
    recipe = load(run.config["project"]).recipe
    config = settings(recipe, run)
    if name == config.data:
        raise SettingError(
            f"{name} is what {run.name} was trained and scored on",
            rule="Its own training examples would flatter it.",
            fix=f"rung score {run.name}",
        )
    data = with_validation(recipe.load(config, run.config.get("data_limit")))
    data = with_test_part(data, recipe.load(replace(config, data=name), None))
    found = restored(recipe, run, config, data)
    one = Trained(found.model, found.backend, result["seconds"], done=True)
    with TemporaryDirectory() as folder:
        told = assess(recipe, config, Run(Path(folder)), say, data, found.inputs, [one])
    parts = whose(parts_of(recipe), {})
    return {**told, "about": f"{result['about']}, tried on {name}", "parts": parts, "dry_run": False}
