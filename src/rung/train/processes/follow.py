"""What each process but the first does in a training on several: its share of every batch, and no more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rung.train.execute import Plan, loaded
from rung.train.parts import using
from rung.train.processes.together import Together
from rung.train.progress import Plain
from rung.train.recipe import Recipe, parts_of
from rung.train.record import Run
from rung.train.setup import train


def follow(
    recipe: Recipe,
    config: Any,
    plan: Plan,
    run: Run,
    together: Together,
    replacements: Mapping[type, type] | None = None,
) -> bool:
    """Train with the others, from the run's checkpoint if it has one, and write nothing.

    Args:
        recipe: of the project.
        config: its settings.
        plan: what the first process runs.
        run: the run; it is read alone.
        together: the processes.
        replacements: by class of the library, the learner's, as in `execute`.

    Returns:
        whether the training came to its end; False if it was stopped on the way.

    Raises:
        PartError: a part of the learner's failed.
        ProcessError: another process has ended.
    """
    with open(os.devnull, "w") as nowhere, using(parts_of(recipe), replacements or {}):
        config, _, inputs = loaded(recipe, config, plan.data_limit)
        for i in range(plan.seeds):
            seed_run = run if i == 0 else Run(run.folder / "seeds" / str(config.seed + i))
            this = replace(config, seed=config.seed + i)
            one = train(
                recipe, this, plan.techniques, inputs, seed_run, run, Plain(nowhere), together=together
            )
            if not one.done:
                return False
    return True
