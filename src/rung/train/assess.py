"""Assessing what was trained: its score on the test part beside the baselines', and what it gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rung.data.dataset import Dataset
from rung.train.baseline import fitted
from rung.train.finding import Finding
from rung.train.inputs import Inputs, predict
from rung.train.leakage import leakage
from rung.train.recipe import Recipe, truth_of
from rung.train.record import Run
from rung.train.score import over_seeds
from rung.train.setup import Trained


def assess(
    recipe: Recipe,
    config: Any,
    run: Run,
    say: Callable[[str], None],
    data: Dataset,
    inputs: Inputs,
    trained: Sequence[Trained],
) -> dict[str, Any]:
    """Score the trained models on the test part, which nothing has looked at until now.

    Args:
        recipe: of the project.
        config: its settings.
        run: where pictures go.
        say: told of what takes long.
        data: the examples.
        inputs: what the models are shown.
        trained: one a seed; the first one's model is the one that is saved and looked into.

    Returns:
        most of result.json; see docs/projects.md.
    """
    task, truth = recipe.TASK, truth_of(inputs, "test")
    ask = getattr(recipe, "outputs", None)
    answers = [task.outputs(predict(t.backend, t.model, inputs, inputs.splits["test"], ask)) for t in trained]
    scores = [task.score("this run", a, truth) for a in answers]
    score = scores[0] if len(scores) == 1 else over_seeds("this run", scores, len(truth))
    compared = []
    named = recipe.baselines(config, data, inputs)
    for baseline, theirs in zip(named, fitted(named, data, say), strict=True):
        compared.append(
            {
                **asdict(task.score(baseline.name, theirs, truth)),
                "trivial": baseline.trivial,
                "difference": task.difference(answers[0], theirs, truth),
            }
        )
    leaks = leakage(data, inputs.fitted)
    seen = [*leaks["leaked"], *leaks["near"]["rows"]]
    if seen and len(truth) == leaks["test"]:
        clean = np.setdiff1d(np.arange(len(truth)), seen)
        if len(clean):
            leaks["score_without"] = task.value(answers[0][clean], truth[clean])
    extras: Callable[..., list[Finding]] | None = getattr(recipe, "extras", None)
    model, backend = trained[0].model, trained[0].backend
    backend.mode(model, training=False)
    found = extras(config, data, inputs, model, run.folder) if extras is not None else []
    return {
        "metric": task.metric,
        "unit": task.unit,
        "higher": task.higher,
        "score": asdict(score),
        "seeds": [{"seed": config.seed + i, "score": s.value} for i, s in enumerate(scores)],
        "baselines": compared,
        **task.findings(answers[0], truth, data, run.folder),
        "findings": [asdict(f) for f in found],
        "leakage": leaks,
        "backend": backend.name,
        "device": backend.device,
        # each once, though a state_dict names a shared table twice; no buffers, such as batch norm's means
        "parameters": int(sum(np.size(backend.array(p)) for p in model.parameters())),
        "seconds": round(sum(t.seconds for t in trained), 2),
    }
