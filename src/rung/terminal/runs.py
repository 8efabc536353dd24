"""`rung runs`: every training, one of them, several over each other, or what differs between two."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from typing import Any

from rung.errors import UnknownNameError
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "names", nargs="*", metavar="RUN", help="one: its report; several: compared; `diff A B`: what differs"
    )
    parser.add_argument("--project", help="runs of this project only")
    parser.add_argument("--state", choices=("running", "finished", "stopped", "failed"), help="in this state")
    parser.add_argument("--sort", choices=("started", "score"), default="started", help="the order")
    parser.add_argument("--json", action="store_true", help="print it as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show runs."""
    from rung.train.record import find_run

    names = list(options.names)
    if names and names[0] == "diff":
        if len(names) != 3:
            raise UnknownNameError(f"diff of {len(names) - 1} runs", fix="rung runs diff A B")
        return _diff(find_run(names[1]), find_run(names[2]), options.json)
    if len(names) == 1:
        return _one(find_run(names[0]), options.json)
    if names:
        return _compare([find_run(name) for name in names], options.json)
    return _list(options)


def _list(options: Namespace) -> int:
    from rung.train.record import runs

    found = [r for r in runs(options.project) if options.state in (None, r.state)]
    rows = [_row(r) for r in found]
    if options.sort == "score":  # the best first; runs without a score last
        rows.sort(key=lambda r: (r["score"] is None, (r["score"] or 0) * (-1 if r["higher"] else 1)))
    if options.json:
        screen.as_json(rows)
    elif not rows:
        screen.say("No runs yet. Start one with: rung train digits" if not runs() else "No run is like that.")
    else:
        heads = ["run", "state", "score", "metric", "about", "started"]
        cells = [[r["name"], r["state"], r["said"], r["metric"], r["about"], r["when"]] for r in rows]
        screen.table(heads, cells, ["faint" if r["dry_run"] else "" for r in rows])
    return 0


def _row(run: Any) -> dict[str, Any]:
    from rung.train.score import tell

    config, result = run.config, run.result
    unit = config.get("unit", "share")
    started = config.get("started", 0.0)
    return {
        "name": run.name,
        "project": config.get("project", ""),
        "state": run.state,
        "dry_run": config.get("dry_run", False),
        "score": result["score"]["value"] if result else None,
        "said": tell(result["score"]["value"], unit) if result else "",
        "higher": config.get("higher", True),
        "metric": config.get("metric", ""),
        "about": config.get("about", "") + (" (dry run)" if config.get("dry_run") else ""),
        "started": started,
        "when": time.strftime("%Y-%m-%d %H:%M", time.localtime(started)),
    }


def _one(run: Any, as_json: bool) -> int:
    from rung.train.compare import curve, outcome, sketch
    from rung.train.report import report

    result = run.result
    if as_json:
        told = {"config": run.config, "result": result, "metrics": run.metrics()}
        screen.as_json({"name": run.name, "state": run.state, **told})
        return 0
    screen.say(f"{run.name}: {run.state}")
    screen.indented("\n".join(sketch([("loss", *curve(run, "loss"))], rows=8)), 2)
    if result:
        screen.raw("\n".join(report(run, result)))
    else:
        screen.table(["", ""], [[k, v] for k, v in outcome(run).items()])
        screen.say(f"\nTo go on: rung train {run.config.get('project')} --resume {run.name}")
    return 0


def _compare(chosen: list[Any], as_json: bool) -> int:
    from rung.train.compare import curve, facts, outcome, same_test, sketch

    told = [facts(r) for r in chosen]
    keys = list(dict.fromkeys(k for t in told for k in t))
    keys = [k for k in keys if len({repr(t.get(k)) for t in told}) > 1]
    outcomes = [outcome(r) for r in chosen]
    if as_json:
        rows = [
            {
                "name": r.name,
                "differs": {k: t.get(k) for k in keys},
                "result": r.result,
                "metrics": r.metrics(),
            }
            for r, t in zip(chosen, told, strict=True)
        ]
        screen.as_json(rows)
        return 0
    rest = list(dict.fromkeys(k for o in outcomes for k in o))
    lines = [[k, *(o.get(k, "") for o in outcomes)] for k in rest]
    lines += [[k, *(_said(t.get(k)) for t in told)] for k in keys]
    screen.table(["", *(r.name for r in chosen)], lines)
    for key in ("loss", "validation"):
        screen.say(f"\n{key}", "bold")
        screen.indented("\n".join(sketch([(r.name, *curve(r, key)) for r in chosen])), 2)
    if not all(same_test(chosen[0], r) for r in chosen[1:]):
        screen.say("\nThese scores are not of the same test examples: they cannot be compared.", "yellow")
    return 0


def _diff(a: Any, b: Any, as_json: bool) -> int:
    from rung.train.compare import differences, outcome, same_test

    found = differences(a, b)
    if as_json:
        screen.as_json([{"what": what, a.name: left, b.name: right} for what, left, right in found])
        return 0
    if found:
        screen.table(["", a.name, b.name], [[what, _said(left), _said(right)] for what, left, right in found])
    else:
        screen.say("They were started alike: same settings, data, code and versions.")
    left, right = outcome(a), outcome(b)
    screen.say()
    keys = dict.fromkeys([*left, *right])
    screen.table(["came out", a.name, b.name], [[k, left.get(k, ""), right.get(k, "")] for k in keys])
    if not same_test(a, b):
        screen.say("\nTheir scores are not of the same test examples: they cannot be compared.", "yellow")
    return 0


def _said(value: Any) -> str:
    return "–" if value is None else ",".join(map(str, value)) if isinstance(value, list) else str(value)
