"""The work of a sweep: take a trial, train it, tell its score, until there are as many as were asked for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np

from rung.scratch.errors import RungError, did_you_mean
from rung.train.progress import Progress
from rung.train.score import tell
from rung.train.sweep.journal import ENDED, claim, line_up, mend, open_study, rows
from rung.train.sweep.objective import Objective
from rung.train.sweep.report import ranked
from rung.train.sweep.sampler import Sampler, sampler
from rung.train.sweep.space import distributions, params_of, settings_of, written
from rung.train.sweep.store import Sweep, SweepError
from rung.train.watch import Stop

PRUNERS = ("median", "halving", "none")
_LOOK = 0.5  # seconds between two looks whether the leader lives
_HOPELESS = 3  # this many trials, all refused or failed, before the sweep gives up


@dataclass(frozen=True)
class Show:
    """Where the work is told of.

    Attributes:
        line: takes a sentence.
        progress: makes what shows one trial's training: takes its number and how many there will be.
    """

    line: Callable[[str], None]
    progress: Callable[[int, int], Progress]


def work(sweep: Sweep, objective: Objective, show: Show, led: bool = False) -> bool:
    """Do trials until there are as many as were asked for.

    Args:
        sweep: which; several processes may work at it.
        objective: trains.
        show: where to tell of it.
        led: another process leads the sweep; when that ends, however it ends, this one stops.

    Returns:
        True when no trial is left to take, False when it was stopped.

    Raises:
        SweepError: the first trials all came to nothing.
        SamplerError: the learner's sampler failed.
    """
    config = sweep.config
    study = open_study(sweep, pruner(config["prune"]))
    choose = sampler(config["sampler"], sweep.space, config["first_trials"], config["higher"])

    looked = time.monotonic()

    def unwanted() -> bool:
        nonlocal looked
        if led and time.monotonic() - looked > _LOOK:
            looked = time.monotonic()
            if sweep.run.state != "running":  # nobody holds its lock
                return True
        return sweep.run.asked_to_stop()

    with Stop() as stop:
        while not (stop.wished or unwanted()):
            with contextlib.ExitStack() as held:
                with claim(sweep):
                    trial = _take(sweep, study, choose)
                    if trial is None:
                        return True
                    run = sweep.trial(trial.number)
                    run.folder.mkdir(parents=True, exist_ok=True)
                    held.enter_context(run.training())
                if not _do(sweep, study, trial, objective, show, unwanted):
                    return False
        return False


def pruner(kind: str) -> Any:
    """Return what ends hopeless trials.

    Args:
        kind: "median": a trial ends that is worse than the median of the others after as many epochs;
            "halving": after 1, 3, 9, ... epochs only the best third goes on (asynchronous successive
            halving); "none".

    Raises:
        SweepError: there is no such pruner.
    """
    from optuna.pruners import MedianPruner, NopPruner, SuccessiveHalvingPruner

    if kind not in PRUNERS:
        raise SweepError(
            f"there is no pruner {kind!r}",
            rule=f"It is {', '.join(PRUNERS)}.",
            fix=did_you_mean(kind, list(PRUNERS)),
        )
    if kind == "halving":
        return SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    return MedianPruner(n_startup_trials=4) if kind == "median" else NopPruner()


def _take(sweep: Sweep, study: Any, choose: Sampler) -> Any:
    """Return the next trial, its settings chosen; None if there are enough. The caller holds the claim."""
    mend(sweep, study)
    config, space = sweep.config, sweep.space
    taken = [r for r in rows(sweep, study) if r["state"] in (*ENDED, "running")]
    if len(taken) >= config["trials"]:
        return None
    if not any(t.state.name == "WAITING" for t in study.get_trials(deepcopy=False)):
        told = [{key: r[key] for key in ("settings", "score", "epochs")} for r in taken]
        settings = choose(space, told, np.random.default_rng([config["seed"], len(taken)]))
        if settings is None:
            return None
        line_up(study, params_of(settings, space))
    return study.ask(distributions(space))


def _do(
    sweep: Sweep, study: Any, trial: Any, objective: Objective, show: Show, unwanted: Callable[[], bool]
) -> bool:
    """Train one trial and tell the study; False if it was stopped on the way."""
    from optuna.trial import TrialState

    settings = settings_of(trial.params, sweep.space)
    run = sweep.trial(trial.number)
    run.write("config.json", {**sweep.config, "config": {**sweep.config["config"], **settings}})

    def hopeless(epoch: int, score: float) -> bool:
        trial.report(score, epoch)
        return bool(trial.should_prune())

    progress = show.progress(trial.number, sweep.config["trials"])
    state, score = TrialState.PRUNED, None
    with _told(trial, progress):
        trial.set_user_attr("examples", objective.validation_examples(settings))
        attempt = objective.attempt(settings, run, hopeless, unwanted, progress)
        if attempt.state == "stopped":
            trial.set_user_attr("stopped", True)
            study.tell(trial, state=TrialState.FAIL)
            line_up(study, trial.params, trial.user_attrs["tries"])
            return False
        if attempt.state == "complete":
            if not np.isfinite(attempt.score):
                raise SweepError(f"the validation score is {attempt.score}")
            state, score = TrialState.COMPLETE, attempt.score
    study.tell(trial, score, state=TrialState.FAIL if trial.user_attrs.get("unexpected") else state)
    found = rows(sweep, study)
    show.line(line_of(found, trial.number, sweep.config))
    _give_up(found)
    return True


@contextlib.contextmanager
def _told(trial: Any, progress: Progress) -> Iterator[None]:
    """Turn a fault of the training into a sentence kept with the trial: one bad setting ends one trial."""
    try:
        yield
    except RungError as error:
        trial.set_user_attr("why", error.message)
    except Exception as error:
        trial.set_user_attr("why", f"{type(error).__name__}: {error}")
        trial.set_user_attr("unexpected", True)
    finally:
        progress.close()


def line_of(found: list[dict[str, Any]], number: int, config: dict[str, Any]) -> str:
    """Say how a trial ended, what it tried, and whether it is the best so far; within 80 columns.

    Args:
        found: the trials, as `rows` returns them.
        number: of the trial.
        config: of the sweep.
    """
    row = next(r for r in found if r["number"] == number)
    ended = [r for r in found if r["state"] in ENDED]
    best = row in ranked(found, config["higher"])[:1]
    score = tell(row["score"], config["unit"]) if row["score"] is not None else row["state"]
    head = f"{len(ended):>3} of {config['trials']}  {score:<8}  {'best so far' if best else '':<11}  "
    words = [f"{name} {written(value)}" for name, value in row["settings"].items()]
    text = wrap("  ".join(word.replace(" ", "\xa0") for word in words), 79 - len(head))
    why = [" " * 6 + line for line in wrap(row["why"], 72, break_long_words=False, break_on_hyphens=False)]
    return "\n".join([head + ("\n" + " " * len(head)).join(text).replace("\xa0", " "), *why])


def _give_up(found: list[dict[str, Any]]) -> None:
    """End a sweep that goes nowhere.

    Raises:
        SweepError: no trial so far came to anything.
    """
    ended = [r for r in found if r["state"] in ENDED]
    if len(ended) >= _HOPELESS and all(r["state"] in ("refused", "failed") for r in ended):
        raise SweepError(
            f"the first {len(ended)} trials all came to nothing, the last one so: {ended[-1]['why']}",
            rule="A search learns nothing where nothing works.",
            fix="another --space, under another --name",
        )
