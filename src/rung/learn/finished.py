"""Which projects are done: a finished training whose score on held-out data beats every baseline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.learn import workspace

# metrics of which less is better; of every other, more is
_ERRORS = {"rmse", "mse", "mae", "error", "loss", "perplexity", "bits per character"}


@dataclass(frozen=True)
class Finished:
    """A training that counts.

    Attributes:
        run: name of its folder.
        at: when it ended, in seconds since 1970.
        score: on held-out data.
        best_baseline: what it beat.
    """

    run: str
    at: float
    score: float
    best_baseline: float


def finished(folder: Path | None = None) -> dict[str, Finished]:
    """Return, by project, the first training that beat its baselines; dry runs and limited data do not count.

    Args:
        folder: of the runs; the learner's own if left out.
    """
    found: dict[str, Finished] = {}
    for file in (folder or workspace.home() / "runs").glob("*/result.json"):
        try:
            config = json.loads((file.parent / "config.json").read_text(encoding="utf-8"))
            result = json.loads(file.read_text(encoding="utf-8"))
            done = _counts(file, config, result)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a folder that is not a whole run proves nothing
        project = str(config["project"])
        if done and (project not in found or done.at < found[project].at):
            found[project] = done
    return found


def _counts(file: Path, config: dict[str, Any], result: dict[str, Any]) -> Finished | None:
    if result["dry_run"] or config["data_limit"]:
        return None
    score, others = result["score"]["value"], [b["value"] for b in result["baselines"]]
    less = result["metric"].lower() in _ERRORS
    best = min(others) if less else max(others)
    if score >= best if less else score <= best:
        return None
    return Finished(file.parent.name, file.stat().st_mtime, score, best)
