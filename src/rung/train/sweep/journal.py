"""The trials of a sweep in Optuna's journal: read, claimed by one worker at a time, mended after a kill."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rung.data.lock import one_writer
from rung.train.sweep.space import settings_of
from rung.train.sweep.store import Sweep

TRIES = 3  # of one trial; whose process was killed as often as that is killed by the trial, it seems
ENDED = ("complete", "pruned", "refused", "failed")  # the states that count towards the number of trials
_STUDY = "sweep"  # its name in its journal: there is one study a file


def begin(sweep: Sweep, higher: bool) -> None:
    """Make the journal.

    Args:
        sweep: whose.
        higher: whether a higher score is better.
    """
    _optuna().create_study(
        study_name=_STUDY, storage=_storage(sweep), direction="maximize" if higher else "minimize"
    )


def open_study(sweep: Sweep, pruner: Any = None) -> Any:
    """Return the sweep's study, an `optuna.Study`; several processes may have it open."""
    return _optuna().load_study(study_name=_STUDY, storage=_storage(sweep), pruner=pruner)


def rows(sweep: Sweep, study: Any = None) -> list[dict[str, Any]]:
    """Return every trial that was begun, in order.

    Returns:
        dicts of "number", "state" ("complete", "pruned", "refused", "failed", "broken" off, "running"),
        "score" (of a complete one, else None), "settings", "epochs" (scores so far; None for what is no
        number), "seconds", "why" (a sentence on what was refused or failed), "examples" (on which it was
        validated).
    """
    study = open_study(sweep) if study is None else study
    space = sweep.space
    return [
        {
            "number": trial.number,
            "state": _state(trial),
            "score": trial.value if trial.state.name == "COMPLETE" else None,
            "settings": settings_of(trial.params, space),
            "epochs": [_finite(score) for _, score in sorted(trial.intermediate_values.items())],
            "seconds": trial.duration.total_seconds() if trial.duration else None,
            "why": trial.user_attrs.get("why", ""),
            "examples": trial.user_attrs.get("examples", 0),
        }
        for trial in study.get_trials(deepcopy=False)
        if trial.state.name != "WAITING"
    ]


def _finite(score: float) -> float | None:
    """Return a score, None where it is no number: JSON has no word for that."""
    return score if math.isfinite(score) else None


def _state(trial: Any) -> str:
    """Say how a trial of the study ended, in our words."""
    attrs, state = trial.user_attrs, trial.state.name
    if state == "PRUNED":
        return "refused" if "why" in attrs else "pruned"
    if state != "FAIL":
        return str(state.lower())
    given_up = attrs["tries"] >= TRIES and not attrs.get("stopped")
    return "failed" if "why" in attrs or given_up else "broken"


def mend(sweep: Sweep, study: Any) -> int:
    """Mark the trials whose process has died, and put their settings in line again.

    A trial's process holds the lock of the trial's folder, and the system lifts it when the process ends,
    however it ends; so there is no waiting for a heartbeat that fails to come. The caller holds the claim.

    Args:
        sweep: the sweep.
        study: its study.

    Returns:
        how many there were.
    """
    from optuna.trial import TrialState

    dead = [
        t
        for t in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if sweep.trial(t.number).state != "running"
    ]
    for trial in dead:
        study.tell(trial.number, state=TrialState.FAIL)
        tries = trial.user_attrs["tries"]
        if tries < TRIES:
            line_up(study, trial.user_attrs["params"], tries + 1)
    return len(dead)


def line_up(study: Any, params: Mapping[str, Any], tries: int = 1) -> None:
    """Put settings in line: the next trial that is asked for has them.

    Args:
        study: of the sweep.
        params: the settings, as `params_of` returns them.
        tries: which try at them it will be.
    """
    study.enqueue_trial(dict(params), user_attrs={"params": dict(params), "tries": tries})


@contextlib.contextmanager
def claim(sweep: Sweep) -> Iterator[None]:
    """Be the one process that takes a trial: else two together would take more than asked for."""
    with one_writer(sweep.folder / "claim"):
        yield


class _Lock:
    """Optuna's lock on its journal, kept by the system: it is lifted when its holder is killed.

    Optuna's own are files; one that is left by a kill holds everybody up for half a minute. Whoever holds
    this one also cuts off half a line that a kill may have left at the end: the next line would go onto it,
    and be lost with it.
    """

    def __init__(self, journal: Path) -> None:
        self.journal, self.held = journal, contextlib.ExitStack()

    def acquire(self) -> bool:
        self.held.enter_context(one_writer(self.journal.with_name("journal.lock")))
        with contextlib.suppress(FileNotFoundError), open(self.journal, "rb+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            if size and file.read(1) != b"\n":
                file.seek(0)
                file.truncate(file.read().rfind(b"\n") + 1)
        return True

    def release(self) -> None:
        self.held.close()


def _storage(sweep: Sweep) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path = sweep.folder / "journal.log"
    lock: Any = _Lock(path)
    return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))


def _optuna() -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
