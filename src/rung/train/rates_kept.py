"""Searches for a learning rate, kept: a run finds the one that was made with its own settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rung.data.places import home
from rung.train.callbacks.rate_finder import Found
from rung.train.checkpoint import write_whole
from rung.train.record import Run
from rung.train.techniques import Techniques

_OTHERWISE = ("lr", "epochs", "seed")  # a run that differs in these alone has the same search
_ACTING = ("clip", "bf16")  # techniques that act in a search


def rates_folder() -> Path:
    """Return the folder of all searches, $RUNG_HOME/rates."""
    return home() / "rates"


def keep(found: Found, project: str, config: Any, limit: int | None, techniques: Techniques) -> Path:
    """Write a search down; an earlier one of the same settings is replaced.

    Args:
        found: what it saw.
        project: the slug.
        config: the project's settings, the data under their own name.
        limit: of examples.
        techniques: those of the search.
    """
    folder = rates_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _name(project, asdict(config), limit, asdict(techniques))
    content = {
        "rates": found.rates.tolist(),
        "losses": found.losses.tolist(),
        "suggested": found.suggested,
        "diverged": found.diverged,
    }
    write_whole(path, json.dumps(content))
    return path


def kept(run: Run) -> Found | None:
    """Return the search that was made with a run's settings, whatever its rate, epochs and seed; or None."""
    told = run.config
    if "config" not in told:
        return None
    name = _name(told["project"], told["config"], told.get("data_limit"), told.get("techniques", {}))
    try:
        content = json.loads((rates_folder() / name).read_text(encoding="utf-8"))
        return Found(
            np.array(content["rates"], dtype=float),
            np.array(content["losses"], dtype=float),
            content["suggested"],
            content["diverged"],
        )
    except (OSError, ValueError, KeyError):
        return None


def _name(project: str, config: Mapping[str, Any], limit: int | None, techniques: Mapping[str, Any]) -> str:
    same = {key: value for key, value in config.items() if key not in _OTHERWISE}
    acting = {key: techniques.get(key) for key in _ACTING}
    key = json.dumps([same, limit, acting], sort_keys=True)  # a tuple and a list read back are the same here
    return f"{project}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
