"""`rung score RUN`: how good a run is on examples it never saw, beside what it must beat."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="the name of a finished run; `rung runs` lists them")
    parser.add_argument("--data", help="try it on these examples: a data set, or a path of your own")
    parser.add_argument("--json", action="store_true", help="print it as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show the score."""
    from rung.projects.scoring import kept_score, score_on
    from rung.train.record import find_run
    from rung.train.report import report

    chosen = find_run(options.run)
    if options.data:
        quiet = (lambda _: None) if options.json else screen.say
        result = score_on(chosen, options.data, quiet)
    else:
        result = kept_score(chosen)
    if options.json:
        screen.as_json({"run": chosen.name, **result})
    else:
        screen.raw("\n".join(report(chosen, result)))
    return 0
