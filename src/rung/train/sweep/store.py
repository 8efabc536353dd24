"""A sweep's folder: what is searched, its trials, what came of them; and finding one by its name."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.data.places import home
from rung.scratch.errors import RungError, UnknownNameError, did_you_mean
from rung.train.record import Run
from rung.train.sweep.space import Space, from_json


class SweepError(RungError, RuntimeError):
    """A sweep does not exist, is at work already, was begun otherwise, or cannot go on.

        rung sweep digits --name lr --epochs 3
        rung sweep digits --name lr --epochs 5      # one sweep, one question: its scores are compared

    Repair: a sweep goes on by its name alone, `rung sweep digits --name lr`, with `--trials` for more of
    them; for other settings give another name. The folders of $RUNG_HOME/sweeps are the sweeps there are.
    """

    name = "sweep"


@dataclass(frozen=True)
class Sweep:
    """One search for good settings, as a folder.

    config.json      what is searched, what is held fixed, how many trials
    journal.log      every trial and its scores: Optuna's journal, appended by all workers
    trials/NUMBER/   a run's folder for each trial: its settings and its curve
    result.json      the best trials and how much each setting mattered
    importance.svg, parallel.svg
    claim, journal.lock, lock, stop    for the processes at work

    Attributes:
        folder: the sweep's folder; its name is the sweep's name.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The sweep's name."""
        return self.folder.name

    @property
    def run(self) -> Run:
        """The folder as that of a run: config.json, result.json, the lock and the wish to stop are alike."""
        return Run(self.folder)

    @property
    def config(self) -> dict[str, Any]:
        """What config.json says."""
        return self.run.config

    @property
    def space(self) -> Space:
        """What is searched."""
        return from_json(self.config["space"])

    def trial(self, number: int) -> Run:
        """Return the folder of one trial."""
        return Run(self.folder / "trials" / str(number))


def sweeps_folder() -> Path:
    """Return the folder of all sweeps, $RUNG_HOME/sweeps."""
    return home() / "sweeps"


def sweeps() -> list[Sweep]:
    """Return all sweeps, the newest first."""
    try:
        folders = [f for f in sweeps_folder().iterdir() if (f / "config.json").is_file()]
    except OSError:
        return []
    return sorted((Sweep(f) for f in folders), key=lambda s: (s.config.get("started", 0), s.name))[::-1]


def find_sweep(name: str) -> Sweep:
    """Return the sweep of that name.

    Raises:
        UnknownNameError: there is none.
    """
    known = [s.name for s in sweeps()]
    if name not in known:
        raise UnknownNameError(
            f"there is no sweep {name!r} in {sweeps_folder()}",
            rule=f"There are {', '.join(known[:8])}." if known else "No sweep has been started yet.",
            fix=did_you_mean(name, known) or "rung sweep digits",
        )
    return Sweep(sweeps_folder() / name)


def new_sweep(project: str, name: str | None, about: Mapping[str, Any]) -> Sweep:
    """Make a sweep's folder, its empty journal and its settings; the settings last, they make it a sweep.

    Args:
        project: slug of the project.
        name: what to call it; None names it after the project and the time.
        about: what config.json says.

    Raises:
        SweepError: the name is taken or is no name for a folder.
    """
    from rung.train.sweep.journal import begin

    if name is not None and not re.fullmatch(r"\w[\w.-]*", name):
        raise SweepError(
            f"a sweep cannot be called {name!r}", rule="A name is made of letters, digits and _ . - only."
        )
    name = name or f"{project}-{time.strftime('%Y%m%d-%H%M%S')}"
    sweep = Sweep(sweeps_folder() / name)
    try:
        sweep.folder.mkdir(parents=True, exist_ok=not (sweep.folder / "config.json").exists())
    except FileExistsError:
        raise SweepError(
            f"there is a sweep {name} already", rule="A sweep is never written over.", fix="another --name"
        ) from None
    (sweep.folder / "journal.log").unlink(missing_ok=True)  # of one that was killed before it began
    begin(sweep, about["higher"])
    sweep.run.write("config.json", {**about, "started": time.time()})
    return sweep
