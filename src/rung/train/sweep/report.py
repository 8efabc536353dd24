"""What a sweep found: the best trials, how much each setting mattered, and how to train with the best."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rung.data.interval import wilson
from rung.train.score import tell
from rung.train.sweep.journal import ENDED, open_study, rows
from rung.train.sweep.space import written
from rung.train.sweep.store import Sweep

ENOUGH = 10  # complete trials, before importance says more than chance does


def outcome(sweep: Sweep) -> dict[str, Any]:
    """Return all that a sweep found so far.

    Returns:
        "sweep", "folder", "project", "metric", "unit", "higher", "sampler", "space_from", "state"
        ("running", "finished" or "stopped"), "trials" (as `rows` returns them), "asked" (how many there
        should be), "counts" (trials by state), "best" (the best trial, or None), "importance" (share of each
        setting, the greatest first; empty where there are too few trials), "command" (trains the best
        settings in full), "warning".
    """
    study, config = open_study(sweep), sweep.config
    found = rows(sweep, study)
    done = ranked(found, config["higher"])
    best = done[0] if done else None
    left = config["trials"] - sum(row["state"] in ENDED for row in found)
    return {
        "sweep": sweep.name,
        "folder": str(sweep.folder),
        **{key: config[key] for key in ("project", "metric", "unit", "higher", "sampler", "space_from")},
        "state": "finished" if left <= 0 else "running" if sweep.run.state == "running" else "stopped",
        "asked": config["trials"],
        "trials": found,
        "counts": dict(Counter(row["state"] for row in found)),
        "best": best,
        "importance": importance(study, len(done)),
        "command": command(config, best["settings"]) if best else "",
        "warning": warning(config, best, len(done)) if best else "",
    }


def known(sweep: Sweep) -> dict[str, Any]:
    """Return what `outcome` returns; as it stands in result.json, if nothing has happened since.

    Args:
        sweep: which.
    """
    kept = sweep.run.result
    if kept is not None and sweep.run.state != "running":
        files = (sweep.folder / name for name in ("result.json", "journal.log", "config.json"))
        written, *others = (file.stat().st_mtime_ns for file in files)
        if all(other <= written for other in others):
            trials = [{**t, "settings": _tuples(t["settings"])} for t in kept["trials"]]
            best = next(iter(ranked(trials, kept["higher"])), None)
            return {**kept, "trials": trials, "best": best, "folder": str(sweep.folder)}
    return outcome(sweep)


def _tuples(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in settings.items()}


def ranked(found: list[dict[str, Any]], higher: bool) -> list[dict[str, Any]]:
    """Return the complete trials, the best first; of equal ones the earlier."""
    done = [row for row in found if row["state"] == "complete"]
    return sorted(done, key=lambda row: (-row["score"] if higher else row["score"], row["number"]))


def importance(study: Any, complete: int) -> dict[str, float]:
    """Return what share of the spread of the scores each setting explains; the greatest first.

    By functional analysis of variance over a random forest (fANOVA; Hutter, Hoos and Leyton-Brown, 2014).

    Args:
        study: of the sweep.
        complete: how many trials were complete; of fewer than ENOUGH nothing is said.
    """
    if complete < ENOUGH:
        return {}
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    values = [t.value for t in study.get_trials(deepcopy=False) if t.state.name == "COMPLETE"]
    if max(values) == min(values):
        return {}  # nothing varied, so nothing explains it
    found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
    return {name: float(share) for name, share in found.items()}


def command(config: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return the command line that trains with these settings: on all data, for the project's epochs or more.

    Args:
        config: of the sweep, as config.json holds it.
        settings: of the trial.
    """
    shortened = config["config"]["epochs"] < config["epochs"]
    held = {name: config["config"][name] for name in config["given"] if name != "epochs" or not shortened}
    techniques = {name: value for name, value in config["techniques"].items() if value not in (None, False)}
    words = ["rung", "train", config["project"], *(["--mine"] if config["mine"] else [])]
    for name, value in {**held, **settings, **techniques}.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
        elif value is not None:  # an option that is left out is None
            text = ",".join(map(str, value)) if isinstance(value, tuple | list) else written(value)
            words += [f"{flag}={text}"] if value is False or text.startswith("-") else [flag, text]
    return shlex.join(words)


def warning(config: Mapping[str, Any], best: Mapping[str, Any], complete: int) -> str:
    """Say why the best validation score flatters, and by how much a single one of them is uncertain.

    Args:
        config: of the sweep.
        best: its best trial.
        complete: of how many it is the best.
    """
    end = ("highest", "high") if config["higher"] else ("lowest", "low")
    said = (
        f"The best of {complete} validation scores is optimistic: of many noisy numbers the {end[0]} is "
        f"{end[1]} by luck, too. The sweep did not look at the test part; that training does, once."
    )
    if config["metric"] == "accuracy" and best["examples"]:
        low, high = (
            tell(bound, "share") for bound in wilson(best["score"] * best["examples"], best["examples"])
        )
        said += (
            f" Even a single {tell(best['score'], 'share')} on {best['examples']:,} validation examples "
            f"leaves {low} to {high} open (95 %)."
        )
    return said


def table(found: Mapping[str, Any], most: int = 8) -> tuple[list[str], list[list[str]]]:
    """Return the heads and the rows of a table of the best trials.

    Args:
        found: what `outcome` returned.
        most: rows.
    """
    best = ranked(found["trials"], found["higher"])[:most]
    names = list(dict.fromkeys(name for row in found["trials"] for name in row["settings"]))
    heads = ["trial", found["metric"], *names, "time"]
    return heads, [
        [
            str(row["number"]),
            tell(row["score"], found["unit"]),
            *(written(row["settings"][name]) for name in names),
            f"{row['seconds']:.1f} s",
        ]
        for row in best
    ]


def counted(found: Mapping[str, Any]) -> str:
    """Say how many trials there were, and how they ended.

    Example:
        >>> counted({"counts": {"complete": 12, "pruned": 7, "broken": 1}, "asked": 20})
        '19 of 20 trials: 12 complete, 7 pruned; 1 broken off and tried again'
    """
    counts = found["counts"]
    ended = [f"{counts[state]} {state}" for state in ENDED if counts.get(state)]
    said = f"{sum(counts.get(state, 0) for state in ENDED)} of {found['asked']} trials"
    again = f"; {counts['broken']} broken off and tried again" if counts.get("broken") else ""
    return f"{said}: {', '.join(ended)}{again}" if ended else said + again
