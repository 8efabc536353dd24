"""`rung train PROJECT`: options in, a trained model and an honest report out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from textwrap import fill
from typing import Any

from rung.projects.project import Project, load, slugs
from rung.scratch.errors import RungError
from rung.train.execute import Plan, execute
from rung.train.explain import explained
from rung.train.options import OptionError, describe, option, parse
from rung.train.parts import PartError, whose
from rung.train.processes import ProcessError, Together, join, leave, started_among
from rung.train.processes.follow import follow
from rung.train.processes.join import let_the_first_speak
from rung.train.processes.launch import LEFT, launch
from rung.train.progress import Plain, progress
from rung.train.rates import drawn, search
from rung.train.recipe import parts_of
from rung.train.record import Run, RunError, find_run, new_run, runs, runs_folder
from rung.train.report import report
from rung.train.restore import settings
from rung.train.techniques import Techniques
from rung.train.tracking import KINDS

# Everything a dry run does is the same as in a real one, on this many examples.
_DRY_LIMIT = 300


@dataclass(frozen=True)
class Options:
    """What any project takes beside its own settings."""

    mine: bool = option(False, "train on the parts that you have written and passed")
    dry_run: bool = option(False, "do everything once on a few examples")
    data_limit: int | None = option(None, "keep about this many examples (--data-limit 2000)")
    seeds: int = option(1, "how many trainings, each with its own seed")
    resume: str | bool | None = option(
        None, "go on with a run that was broken off: the last one, or its name"
    )
    name: str | None = option(None, "what to call the run")
    track: str = option(
        "trackio", "where to tell of it too: trackio (this machine), wandb, tensorboard, none"
    )
    explain: bool = option(False, "print the training loop, with all that acts in its place, and do nothing")
    find_rate: bool = option(False, "try learning rates, draw the losses, suggest one, and train nothing")
    no_watch: bool = option(False, "keep nothing that pictures of the training would be made of")
    procs: int = option(1, "how many processes train together, each on its share of every batch")
    json: bool = option(False, "print the result as JSON, and nothing else")


def main(
    argv: Sequence[str],
    replacements: Mapping[type, type] | None = None,
    files: Mapping[type, str] | None = None,
) -> int:
    """Run `rung train` with these words.

    Args:
        argv: the project and its options: ["digits", "--epochs", "3"].
        replacements: by class of the library, the learner's class that has passed its lesson, as
            `rung.learn.parts.replacements()` gives them; used only if the words say `--mine`.
        files: by class of the library, the learner's file in which their class stands, to name it.

    Returns:
        0 when trained and scored, 1 when stopped on the way, 2 for a fault, which is told on standard error.
    """
    try:
        return _main(list(argv), replacements if replacements is not None else {}, files or {})
    except ProcessError as error:
        if int(os.environ.get("RANK", "0")) or started_among() == 1:  # else who started it tells of it
            print(error, file=sys.stderr)  # noqa: T201
        return LEFT if started_among() > 1 else 2
    except RungError as error:
        let_the_first_speak()
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        print("stopped; --resume goes on from the last checkpoint", file=sys.stderr)  # noqa: T201
        return 1


def _main(argv: list[str], replacements: Mapping[type, type], files: Mapping[type, str]) -> int:
    if not argv or argv[0] in ("-h", "--help"):
        print(f"rung train PROJECT [options]\n\n{fill('Projects: ' + ', '.join(slugs()), 80)}")  # noqa: T201
        return 0 if argv else 2
    project = load(argv[0])
    recipe, words = project.recipe, argv[1:]
    if "--help" in words or "-h" in words:
        title = fill(f"rung train {project.slug}: {project.question}", 80)
        print(f"{title}\n\n{describe(recipe.Config, Options, Techniques)}")  # noqa: T201
        return 0
    config, options, techniques = parse(words, recipe.Config, Options, Techniques)
    if options.seeds < 1:
        raise OptionError(f"--seeds is {options.seeds}", rule="It must be at least 1.")
    if options.track not in KINDS:
        raise OptionError(f"--track is {options.track}", rule=f"It must be {', '.join(KINDS)}.")
    if options.procs < 1:
        raise OptionError(f"--procs is {options.procs}", rule="It must be at least 1.")
    if options.explain:
        print(explained(recipe, techniques, options.procs, not options.no_watch))  # noqa: T201
        return 0
    if options.find_rate:
        return _find_rate(project, config, options, techniques, replacements)
    if started_among() == 1 and (asked := _processes(project, options, words)) is not None:
        return launch([project.slug, *asked.words], asked.procs, asked.run)
    together = join()
    run, config, plan = _begun(project, config, options, techniques, words, together)
    replacements = replacements if plan.mine else {}
    if options.resume:
        _same_code(project, run, whose(parts_of(recipe), replacements))
    if not together.first:
        done = follow(recipe, config, plan, run, together, replacements)
        leave(together)
        return 0 if done else 1
    show = Plain(sys.stderr) if options.json else progress()
    show.line(f"{project.title}: {run.name}")
    if plan.mine:
        named = {p.title: files[p.target] for p in parts_of(recipe) if p.target in files}
        for line in mine_lines(whose(parts_of(recipe), replacements), named):
            show.line(line)
    try:
        result = execute(recipe, config, plan, run, show, replacements, together)
    except PartError:
        show.line(
            f"the run {run.name} is kept; mend the part, then: rung train {project.slug} --mine --resume"
        )
        raise
    leave(together)
    if result is None:
        show.line(f"stopped; to go on: rung train {project.slug} --resume {run.name}")
        return 1
    if options.json:
        print(json.dumps({"run": run.name, "folder": str(run.folder), **result}))  # noqa: T201
    else:
        for line in report(run, result):
            show.line(line)
    return 0


@dataclass(frozen=True)
class Processes:
    """Several processes to start: how many, with which words, and the run's name where it is known."""

    procs: int
    words: list[str]
    run: str


def _processes(project: Project, options: Options, words: list[str]) -> Processes | None:
    """Return the processes that a training asks for; None if this one does."""
    if not options.resume:
        return Processes(options.procs, words, options.name or "") if options.procs > 1 else None
    run, _, plan = _resumed(project, options, words)
    others = [w for w in ("--json", "--mine") if w in words]
    return Processes(plan.procs, [f"--resume={run.name}", *others], run.name) if plan.procs > 1 else None


def _begun(
    project: Project,
    config: Any,
    options: Options,
    techniques: Techniques,
    words: list[str],
    together: Together,
) -> tuple[Run, Any, Plan]:
    """Return the run to train, its settings and its plan: a new one or one that goes on.

    Of several processes the first one decides which.
    """
    if options.resume:
        if together.first:
            run, config, plan = _resumed(project, options, words)
            together.text(run.name)
        else:
            run, config, plan = _resumed(project, replace(options, resume=together.text("")), words)
        if plan.procs != together.world:
            raise OptionError(
                f"{run.name} was begun with {plan.procs} processes, now there are {together.world}",
                rule="What each of them draws depends on how many there are.",
            )
        return run, config, plan
    plan, config = _planned(project, config, options, techniques)
    name = new_run(project.slug, options.name).name if together.first else ""
    return Run(runs_folder() / together.text(name)), config, replace(plan, procs=together.world)


def _find_rate(
    project: Project,
    config: Any,
    options: Options,
    techniques: Techniques,
    replacements: Mapping[type, type],
) -> int:
    """Try learning rates and print what came of it."""
    for flag, given, rule in (
        ("--resume", options.resume, "A rate is looked for before a training, from its first weights on."),
        ("--procs", options.procs > 1, "A rate is looked for by one process."),
    ):
        if given:
            raise OptionError(f"--find-rate with {flag}", rule=rule, fix="leave out one of the two")
    show = Plain(sys.stderr) if options.json else progress()
    limit = min(options.data_limit or _DRY_LIMIT, _DRY_LIMIT) if options.dry_run else options.data_limit
    mine = replacements if options.mine else {}
    found = search(project.recipe, config, techniques, show, limit, mine, project=project.slug)
    if found is None:
        show.line("stopped")
        return 1
    if options.json:
        told = {"rates": found.rates.tolist(), "losses": found.losses.tolist()}
        print(json.dumps({"suggested": found.suggested, "diverged": found.diverged, **told}))  # noqa: T201
    else:
        show.line("kept for the runs with these settings: rung look RUN --training")
        for line in drawn(found, project.slug):
            show.line(line)
    return 0 if found.suggested is not None else 1


def _planned(project: Project, config: Any, options: Options, techniques: Techniques) -> tuple[Plan, Any]:
    """Return the plan of a new run, and its settings: those of a dry run are cut down."""
    limit = options.data_limit
    if options.dry_run:
        limit = min(limit or _DRY_LIMIT, _DRY_LIMIT)
        config = replace(config, epochs=1)
    asked = (options.seeds, limit, options.dry_run, options.mine)
    plan = Plan(project.slug, project.title, *asked, techniques, options.track, watch=not options.no_watch)
    return plan, config


def _resumed(project: Project, options: Options, words: list[str]) -> tuple[Run, Any, Plan]:
    """Return the run to go on with, its own settings and its own plan."""
    others = [
        w for w in words if w.startswith("--") and w.split("=")[0] not in ("--resume", "--json", "--mine")
    ]
    if others:
        raise OptionError(
            f"--resume with {others[0]}",
            rule="A resumed run keeps its settings: else its curve would be of two trainings.",
            fix="start a new run, or leave the option out",
        )
    if isinstance(options.resume, str):
        run = find_run(options.resume)
    else:
        open_runs = [r for r in runs(project.slug) if r.state in ("stopped", "failed")]
        if not open_runs:
            raise RunError(f"no run of {project.slug} was broken off", fix=f"rung train {project.slug}")
        run = open_runs[0]
    told = run.config
    if told["project"] != project.slug:
        raise RunError(
            f"{run.name} is a run of {told['project']}", fix=f"rung train {told['project']} --resume"
        )
    if run.result is not None:
        raise RunError(f"{run.name} has finished", rule="There is nothing left to do.", fix="a new run")
    plan = Plan(**{f.name: told[f.name] for f in fields(Plan) if f.name in told and f.name != "techniques"})
    # A run of before there was a watch goes on without: half a training would be shown as a whole one.
    plan = replace(plan, techniques=Techniques(**told["techniques"]), watch=told.get("watch", False))
    if options.mine and not plan.mine:
        raise OptionError(
            f"{run.name} was started without --mine", rule="A run is trained by one code from end to end."
        )
    return run, settings(project.recipe, run), plan


def _same_code(project: Project, run: Run, now: list[dict[str, str]]) -> None:
    """Refuse to go on with other code than the run began with.

    Raises:
        RunError: a part that was the learner's is not to be had now, or the other way round.
    """
    for before, part in zip(run.config["parts"], now, strict=True):
        if before["whose"] != part["whose"]:
            began = "your own" if before["whose"] == "yours" else "the library's"
            raise RunError(
                f"{run.name} was begun with {began} {part['part']}, now it is the other",
                rule="A run is trained by one code from end to end.",
                fix=f"rung check {before['lesson']}, then rung train {project.slug} --mine --resume"
                if before["whose"] == "yours"
                else f"a new run: rung train {project.slug} --mine",
            )


def mine_lines(parts: list[dict[str, str]], files: Mapping[str, str]) -> list[str]:
    """Say for each part whose code trains and where it stands, or what would make it the learner's."""
    return [
        f"  {p['part']:<14}yours     {files.get(p['part'], 'from ' + p['lesson'])}"
        if p["whose"] == "yours"
        else f"  {p['part']:<14}library   (yours once you have passed {p['lesson']})"
        for p in parts
    ]
