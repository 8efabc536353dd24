"""The command that tries learning rates for the settings of a run."""

from __future__ import annotations

from dataclasses import fields

from rung.projects.project import load, slugs
from rung.train.record import Run


def search_words(run: Run) -> str:
    """Return the command that makes the learning-rate range test for a run's settings, "" where none can."""
    told = run.config
    settings, project = told.get("config", {}), told.get("project", "")
    if "lr" not in settings:
        return ""
    if project not in slugs():
        return ""
    usual = {f.name: f.default for f in fields(load(project).recipe.Config)}
    words = [f"rung train {project} --find-rate"]
    for name, value in settings.items():
        value = tuple(value) if isinstance(value, list) else value
        if name in ("lr", "epochs", "seed") or value == usual.get(name):
            continue
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            words.append(flag if value else f"{flag}=false")
        else:
            words.append(f"{flag} {','.join(map(str, value)) if isinstance(value, tuple) else value}")
    if told.get("data_limit"):
        words.append(f"--data-limit {told['data_limit']}")
    for name in ("clip", "bf16"):
        if given := told.get("techniques", {}).get(name):
            words.append(f"--{name}" if given is True else f"--{name} {given}")
    return " ".join(words)
