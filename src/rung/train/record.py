"""A run's folder: its settings, its curve as it grows, its checkpoint, its result. The studio reads it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.data.lock import Busy, one_writer
from rung.data.places import home
from rung.scratch.errors import RungError, UnknownNameError, did_you_mean
from rung.train.checkpoint import write_whole


class RunError(RungError, RuntimeError):
    """A run does not exist, or its folder is not whole.

        rung train digits --resume no-such-run

    Repair: leave the name out to go on with the last run that was broken off, or start a new one without
    --resume.
    """

    name = "run"


def runs_folder() -> Path:
    """Return the folder of all runs, $RUNG_HOME/runs."""
    return home() / "runs"


@dataclass(frozen=True)
class Run:
    """One training, as a folder.

    config.json          the settings, and what ran it
    metrics.jsonl        a line of numbers every so many steps, appended as it goes
    checkpoint.safetensors   where training stands: resume from here
    model.safetensors    the trained weights, PyTorch's names
    result.json          the score and everything beside it; there once the run has finished
    confusion.png, failures.png, MODEL_CARD.md
    stop                 its appearance asks the training to stop after its next step
    lock                 held by the process that trains; lifted by the system when that ends

    Attributes:
        folder: the run's folder; its name is the run's name.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The run's name, such as digits-20261121-161500."""
        return self.folder.name

    # -- writing, by the process that trains ----------------------------------------------------------------

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Be the one process that trains this run.

        Raises:
            RunError: another one is at it.
        """
        try:
            # Not at once: a page that looks at `state` holds the lock for a moment, too.
            with one_writer(self.folder / "lock", wait=0.5):
                (self.folder / "stop").unlink(missing_ok=True)
                yield
        except Busy:
            raise RunError(
                f"the run {self.name} is being trained by another process",
                rule="A run has one trainer at a time.",
                fix="wait for it, or stop it",
            ) from None

    def write(self, file: str, content: dict[str, Any]) -> None:
        """Write one JSON file of the run, whole."""
        write_whole(self.folder / file, json.dumps(content, indent=1))

    def log(self, line: dict[str, Any]) -> None:
        """Append one line of numbers to the curve; a reader sees it at once."""
        with open(self.folder / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def forget_after(self, step: int) -> None:
        """Take the lines after `step` out of the curve: they will be computed again."""
        kept = [line for line in self.metrics() if line["step"] <= step]
        write_whole(self.folder / "metrics.jsonl", "".join(json.dumps(line) + "\n" for line in kept))

    # -- reading, by anyone ---------------------------------------------------------------------------------

    def read(self, file: str) -> dict[str, Any] | None:
        """Return a JSON file of the run, or None where there is none yet."""
        try:
            content: dict[str, Any] = json.loads((self.folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return content

    def metrics(self) -> list[dict[str, Any]]:
        """Return the lines of the curve; a last line that a kill cut in two is left out."""
        try:
            text = (self.folder / "metrics.jsonl").read_text(encoding="utf-8")
        except OSError:
            return []
        lines = []
        for line in text.splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict) and "step" in entry:
                    lines.append(entry)
        return lines

    @property
    def config(self) -> dict[str, Any]:
        """The settings: project, options, seeds, time of the start."""
        return self.read("config.json") or {}

    @property
    def result(self) -> dict[str, Any] | None:
        """The result, or None while there is none."""
        return self.read("result.json")

    @property
    def state(self) -> str:
        """What the run is doing: "running", "finished", "failed", or "stopped" (by a person or by a kill)."""
        if _held(self.folder / "lock"):
            return "running"
        if (self.folder / "result.json").is_file():
            return "finished"
        return "failed" if (self.folder / "fault.json").is_file() else "stopped"

    def ask_to_stop(self) -> None:
        """Ask the process that trains it to stop, with its checkpoint written."""
        (self.folder / "stop").touch()

    def asked_to_stop(self) -> bool:
        """Tell whether somebody asked it to stop."""
        return (self.folder / "stop").exists()


def new_run(project: str, name: str | None = None) -> Run:
    """Make the folder of a new run, named after the project and the time, or as asked.

    Raises:
        RunError: the name is taken or is no name for a folder, or the folder cannot be made.
    """
    if name is not None and not re.fullmatch(r"\w[\w.-]*", name):
        raise RunError(
            f"a run cannot be called {name!r}",
            rule="A name is made of letters, digits and _ . - (it names a folder).",
        )
    for _ in range(100):
        folder = runs_folder() / (name or new_name(project))
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if name is None:
                continue  # another process took it between two lines
            raise RunError(
                f"there is a run {name} already",
                rule="A run's folder is never written over.",
                fix=f"another --name, or --resume {name}",
            ) from None
        except OSError as error:
            raise RunError(f"{folder} cannot be made: {error.strerror}", fix="check RUNG_HOME") from None
        return Run(folder)
    raise RunError(f"no name for a run of {project} was free", fix="give it a --name")


def new_name(project: str) -> str:
    """Return a name that no run has: the project and the time, and a number where that is not enough."""
    stem = f"{project}-{time.strftime('%Y%m%d-%H%M%S')}"
    names = (stem if i == 1 else f"{stem}-{i}" for i in itertools.count(1))
    return next(name for name in names if not (runs_folder() / name).exists())


def runs(project: str | None = None) -> list[Run]:
    """Return all runs, or those of one project, the newest first."""
    try:
        folders = [f for f in runs_folder().iterdir() if (f / "config.json").is_file()]
    except OSError:
        return []
    found = sorted(
        (Run(f) for f in folders), key=lambda r: (r.config.get("started", 0), r.name), reverse=True
    )
    return [r for r in found if project is None or r.config.get("project") == project]


def find_run(name: str) -> Run:
    """Return the run of that name.

    Raises:
        UnknownNameError: there is none.
    """
    known = [r.name for r in runs()]
    if name not in known:
        raise UnknownNameError(
            f"there is no run {name!r} in {runs_folder()}",
            rule="A run is a folder there." if known else "No run has been started yet.",
            fix=did_you_mean(name, known) or "rung train digits",
        )
    return Run(runs_folder() / name)


def _held(lock: Path) -> bool:
    """Tell whether a living process holds the lock."""
    if not os.path.exists(lock):
        return False
    try:
        with one_writer(lock, wait=0):
            return False
    except (Busy, OSError):
        return True
