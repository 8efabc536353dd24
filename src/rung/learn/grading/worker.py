"""What a freshly forked learner's process does, from first to last."""

from __future__ import annotations

import dataclasses
import importlib
import io
import signal
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from rung.learn.grading.agent import Agent
from rung.learn.grading.channel import Blocking
from rung.learn.grading.guard import guarded_builtins
from rung.learn.grading.job import Job, imports_of
from rung.learn.grading.removal import put_in_place, remove, stand_in
from rung.learn.grading.walls import raise_walls
from rung.learn.mistakes import load_mistakes

_LIBRARY = (
    "rung.scratch",
    "rung.data",
    "rung.models",
    "rung.train",
)  # what a learner's file may import of rung
MODULE = "your_code"


def serve(job: Job, channel: Blocking, folder: Path, mistake: str | None) -> None:
    """Answer the checker until it is gone.

    Args:
        job: what to grade.
        channel: to the checker.
        folder: the process's own temporary folder.
        mistake: None to run the learner's file, walled in; else the library's own answer with the named
            mistake in its place ("" for none), for the diagnosis.
    """
    _fresh_interpreter()
    _preload(job)
    if mistake is None:
        hollow = remove(list(job.targets), job.filename)
        refusals: list[str] = []
        agent = _agent(job, channel, hollow, refusals)
        guarded = guarded_builtins(_packages(job), _library(job), refusals.append)
        sys.modules[MODULE].__dict__["__builtins__"] = guarded
        raise_walls(job, folder, refusals)
    else:
        for found in load_mistakes(Path(job.folder)):
            if found.name == mistake:
                put_in_place(list(job.targets), found.replaces, found.wrong)
        # Of the learner's source nothing may run here: this process is not walled in.
        agent = _agent(dataclasses.replace(job, source=""), channel, {}, [])
        for target in job.targets:
            module, _, path = target.partition(":")
            name = path.partition(".")[0]
            sys.modules[MODULE].__dict__[name] = vars(sys.modules[module])[name]
    agent.serve()


def _agent(job: Job, channel: Blocking, hollow: dict[str, Any], refusals: list[str]) -> Agent:
    module = types.ModuleType(MODULE)
    module.__file__ = job.filename
    sys.modules[MODULE] = module
    own = {t.partition(":")[2].partition(".")[0] for t in job.targets}

    def loaded(mine: dict[str, Any]) -> None:
        stand_in(hollow, mine)

    def stands_for_itself(kind: type) -> bool:
        return any(
            base.__module__.startswith("rung.") or (base.__module__ == MODULE and base.__name__ in own)
            for base in kind.__mro__
        )

    return Agent(
        channel,
        job.source,
        job.filename,
        module,
        loaded,
        refusals,
        job.limits.reply_mb << 20,
        stands_for_itself,
    )


def _fresh_interpreter() -> None:
    """Undo what the parent process set up: streams, signal handlers, warnings, NumPy's error state."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r"), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "w")), encoding="utf-8", errors="replace", line_buffering=True
    )
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w")), encoding="utf-8", errors="replace", line_buffering=True
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    warnings.resetwarnings()
    warnings.simplefilter("ignore", DeprecationWarning)
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    sys.argv = [""]
    sys.settrace(None)
    sys.setprofile(None)
    sys.excepthook = sys.__excepthook__


def _preload(job: Job) -> None:
    """Import, while that is possible, what the checks and the learner's file will ask of the library."""
    for name in job.modules():
        importlib.import_module(name)
    for name in imports_of(job.source):
        if any(name == root or name.startswith(root + ".") for root in _library(job)):
            try:
                importlib.import_module(name)
            except ImportError:
                continue  # a name inside a module, or a slip that their own import will report


def _top(target: str) -> str:
    return target.partition(":")[0].partition(".")[0]


def _library(job: Job) -> list[str]:
    """Return what of the library a learner's file may import; a target of another package counts."""
    return [*_LIBRARY, *({_top(target) for target in job.targets} - {"rung"})]


def _packages(job: Job) -> set[str]:
    """Return the packages outside the standard library that the lesson's answer uses itself."""
    used = {"numpy"}
    for target in job.targets:
        file = sys.modules[target.partition(":")[0]].__file__
        if file:
            names = imports_of(Path(file).read_text(encoding="utf-8"))
            used |= {name.partition(".")[0] for name in names} - {"rung"}
    return used - {_top(target) for target in job.targets}
