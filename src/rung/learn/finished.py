"""Which projects are done: a whole training that beats every baseline, or comes out as is expected of it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.learn import workspace

_PROJECTS = Path(__file__).parents[1] / "projects"


@dataclass(frozen=True)
class Finished:
    """A training that counts.

    Attributes:
        run: name of its folder.
        at: when it ended, in seconds since 1970.
        score: on held-out data.
        best_baseline: the best of what it is compared with.
    """

    run: str
    at: float
    score: float
    best_baseline: float


def finished(folder: Path | None = None) -> dict[str, Finished]:
    """Return, by project, the first training that counts; dry runs and limited data do not.

    Some projects find that a network loses to something simpler: there a training counts that comes out as
    the project says it should.

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
    sign = 1 if result.get("higher", True) else -1
    best = max(others, key=lambda value: sign * value)
    bar = min([sign * best, *(sign * value for value in _expected(str(config["project"]), result["data"]))])
    if sign * score < bar or sign * score == sign * best:
        return None
    return Finished(file.parent.name, file.stat().st_mtime, score, best)


@lru_cache(maxsize=256)
def _expected(project: str, data: str) -> tuple[float, ...]:
    """Return the interval in which a project expects its score on a data set; nothing where it says none."""
    file = _PROJECTS / project.replace("-", "_") / "project.toml"
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        return ()
    return tuple(told.get("expected", {}).get(data, ()))
