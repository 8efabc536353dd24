"""`rung sweep PROJECT`: options in; many short trainings; the best settings and what they depended on out."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from textwrap import fill, wrap
from typing import Any

from rung.projects.project import Project, load, slugs
from rung.train.machine import versions
from rung.train.options import OptionError, describe, option, parse
from rung.train.parts import whose
from rung.train.progress import Progress
from rung.train.recipe import parts_of
from rung.train.restore import settings
from rung.train.sweep.journal import ENDED, claim, line_up, mend, open_study, rows
from rung.train.sweep.line import Line, Quiet
from rung.train.sweep.notation import space_of
from rung.train.sweep.objective import Objective
from rung.train.sweep.report import outcome
from rung.train.sweep.sampler import possible, sampler
from rung.train.sweep.space import Space, as_json, params_of
from rung.train.sweep.store import Sweep, SweepError, new_sweep, sweeps
from rung.train.sweep.work import Show, pruner, work
from rung.train.sweep.workers import is_worker, workers
from rung.train.techniques import Techniques


@dataclass(frozen=True)
class Options:
    """What a sweep takes beside the project's own settings, which it holds fixed."""

    trials: int | None = option(None, "how many trials in all (20); of a sweep that goes on, more of them")
    name: str | None = option(None, "what to call the sweep; the name of an earlier one goes on with it")
    space: str | None = option(None, 'what to search: "lr=0.01..1:log,hidden=64|128x64,batch=32|64"')
    sampler: str = option("tpe", "or random, grid, or FILE.py:function, one of your own")
    prune: str = option("median", "which hopeless trials end early: median, halving, none")
    workers: int = option(1, "how many processes train at once")
    mine: bool = option(False, "train on the parts that you have written and passed")
    data_limit: int | None = option(None, "keep about this many examples (--data-limit 2000)")
    json: bool = option(False, "print what was found as JSON, and nothing else")


@dataclass(frozen=True)
class Told:
    """How a sweep ended.

    Attributes:
        sweep: which.
        found: what it found; None for one worker of several.
        ended: whether there are as many trials as were asked for; False if it was stopped.
    """

    sweep: Sweep
    found: dict[str, Any] | None
    ended: bool


def sweep(words: Sequence[str], replacements: Callable[[], Mapping[type, type]] = dict) -> Told | str:
    """Run `rung sweep` with these words.

    Args:
        words: the project and its options: ["digits", "--trials", "20", "--epochs", "3"].
        replacements: returns by class of the library the learner's class that has passed its lesson; called
            only if the words, or those that the sweep was begun with, say `--mine`.

    Returns:
        what came of it; or the help.

    Raises:
        OptionError: an option does not exist, or its value does not fit.
        SweepError, SpaceError, SamplerError: what was asked for cannot be done.
    """
    if not words or words[0] in ("-h", "--help"):
        return f"rung sweep PROJECT [options]\n\n{fill('Projects: ' + ', '.join(slugs()), 80)}"
    project, rest = load(words[0]), list(words[1:])
    kinds = (Options, project.recipe.Config, Techniques)
    if "--help" in rest or "-h" in rest:
        return fill(f"rung sweep {project.slug}: {project.question}", 80) + f"\n\n{describe(*kinds)}"
    options, config, techniques = parse(rest, *kinds)
    for flag, value in (("--trials", options.trials), ("--workers", options.workers)):
        if value is not None and value < 1:
            raise OptionError(f"{flag} is {value}", rule="It must be at least 1.")
    flags = {word.split("=")[0] for word in rest if word.startswith("--")}
    made = next((s for s in sweeps() if s.name == options.name), None)
    if made is None:
        mine = replacements() if options.mine else {}
        objective = Objective(project.recipe, config, techniques, options.data_limit, mine)
        made = _begun(project, objective, options, flags)
    else:
        mine = replacements() if made.config["mine"] else {}
        _same(made, project, config, options, techniques, flags, mine)
        kept = settings(project.recipe, made.run), Techniques(**made.config["techniques"])
        objective = Objective(project.recipe, *kept, made.config["data_limit"], mine)
    if is_worker():
        return Told(made, None, work(made, objective, _show(options, False), led=True))
    show = _show(options, sys.stderr.isatty())
    with _leading(made):
        if options.trials is not None:
            made.run.write("config.json", {**made.config, "trials": _possible(made, options.trials)})
        for text in wrap(_searched(made), 79):
            show.line(text)
        ended = False
        with contextlib.suppress(KeyboardInterrupt):  # a second one: not even to the end of the step
            if options.workers > 1:
                again = [sys.executable, "-m", "rung", "sweep", project.slug, "--name", made.name]
                ended = workers(made, options.workers, again, options.json)
            else:
                ended = work(made, objective, show)
        with claim(made):
            mend(made, open_study(made))
    found = outcome(made)
    made.run.write("result.json", found)
    return Told(made, found, ended)


@contextlib.contextmanager
def _leading(made: Sweep) -> Iterator[None]:
    """Be the one process that leads a sweep."""
    if made.run.state == "running":
        raise SweepError(
            f"the sweep {made.name} is at work in another process",
            rule="One process leads a sweep.",
            fix="wait for it, or stop it there with Ctrl-C",
        )
    with made.run.training():
        yield


def _begun(project: Project, objective: Objective, options: Options, flags: set[str]) -> Sweep:
    """Return a new sweep, its folder made once nothing can be refused any more."""
    recipe, config = project.recipe, objective.config
    given = _given(recipe.Config, flags)
    space, space_from = space_of(recipe, config, given, options.space)
    kind, trials = _absolute(options.sampler), options.trials or 20
    sampler(kind, space, trials, recipe.TASK.higher)  # refused now, not in the first trial
    pruner(options.prune)
    objective.load()
    about = {
        "project": project.slug,
        "title": project.title,
        "config": asdict(config),
        "given": given,
        "epochs": recipe.Config().epochs,
        "techniques": asdict(objective.techniques),
        "data_limit": options.data_limit,
        "mine": options.mine,
        "parts": whose(parts_of(recipe), objective.replacements),
        "space": as_json(space),
        "space_from": space_from,
        "sampler": kind,
        "prune": options.prune,
        "seed": config.seed,
        "trials": possible(kind, space, trials, trials),
        "first_trials": trials,
        "metric": recipe.TASK.metric,
        "unit": recipe.TASK.unit,
        "higher": recipe.TASK.higher,
        "versions": versions(),
    }
    made = new_sweep(project.slug, options.name, about)
    if kind in ("tpe", "random"):
        _defaults_first(made, space, config)
    return made


def _defaults_first(made: Sweep, space: Space, config: Any) -> None:
    """Let the project's own settings be the first trial, so that the search has something to beat."""
    own = {name: getattr(config, name) for name in space}
    if all(own[name] in setting for name, setting in space.items()):
        line_up(open_study(made), params_of(own, space))


def _same(
    made: Sweep,
    project: Project,
    config: Any,
    options: Options,
    techniques: Techniques,
    flags: set[str],
    mine: Mapping[type, type],
) -> None:
    """See that a sweep that goes on is the one that was begun.

    Raises:
        SweepError: it is of another project, or the words ask for something else than at its beginning.
    """
    kept, again = made.config, f"rung sweep {made.config['project']} --name {made.name}"
    if kept["project"] != project.slug:
        raise SweepError(f"{made.name} is a sweep of {kept['project']}", fix=f"{again}, or another --name")
    then = {**kept["config"], **kept["techniques"], **{k: kept[k] for k in ("prune", "data_limit", "mine")}}
    now = {**asdict(config), **asdict(techniques), **asdict(options)}
    then |= {"space": kept["space"], "sampler": kept["sampler"]}
    if options.space is not None:
        now["space"] = as_json(space_of(project.recipe, config, (), options.space)[0])
    now["sampler"] = _absolute(options.sampler)
    for name, value in then.items():
        flag = "--" + name.replace("_", "-")
        if flag in flags and json.loads(json.dumps(now[name])) != value:
            raise SweepError(
                f"the sweep {made.name} was begun with another {flag}",
                rule="A sweep keeps its settings: else its scores could not be compared.",
                fix=f"{again} goes on with it; another --name begins another",
            )
    parts = whose(parts_of(project.recipe), mine)
    for before, part in zip(kept["parts"], parts, strict=True):
        if before["whose"] != part["whose"]:
            raise SweepError(
                f"{made.name} was begun with another {part['part']}: {before['whose']}, now {part['whose']}",
                rule="A sweep compares settings, of one code.",
                fix=f"rung check {before['lesson']}" if before["whose"] == "yours" else "another --name",
            )


def _searched(made: Sweep) -> str:
    """Say what is searched, and how."""
    config = made.config
    space = ", ".join(f"{name} {setting}" for name, setting in made.space.items())
    return (
        f"{made.name}: {config['trials']} trials by {config['sampler']} over {space} ({config['space_from']})"
    )


def _possible(made: Sweep, trials: int) -> int:
    """Return how many trials a sweep that goes on will have: none is taken back."""
    done = sum(row["state"] in ENDED for row in rows(made))
    return max(done, possible(made.config["sampler"], made.space, trials, made.config["first_trials"]))


def _absolute(kind: str) -> str:
    """Return a sampler's file as the workers find it, wherever they start."""
    file, colon, function = kind.rpartition(":")
    return f"{os.path.abspath(os.path.expanduser(file))}:{function}" if colon and file else kind


def _given(config: type, flags: set[str]) -> list[str]:
    """Return the names of the settings that were set by hand."""
    return [f.name for f in fields(config) if "--" + f.name.replace("_", "-") in flags]


def _show(options: Options, moving: bool) -> Show:
    out = sys.stderr if options.json else sys.stdout

    def line(text: str) -> None:
        out.write(text + "\n")
        out.flush()

    def progress(number: int, total: int) -> Progress:
        return Line(f"trial {number}") if moving else Quiet()

    return Show(line, progress)
