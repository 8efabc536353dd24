"""`rung record`: what was passed, by what code, when; what is due; how far each track is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from rung.learn.report import as_markdown, bar, day, report
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print everything as JSON, and nothing else")
    form.add_argument("--markdown", action="store_true", help="print it as markdown, to keep or to publish")


def run(options: Namespace) -> int:
    """Show the record."""
    if options.json:
        screen.as_json(report())
    elif options.markdown:
        screen.raw(as_markdown(report()))
    else:
        _show(report())
    return 0


def _show(record: dict[str, Any]) -> None:
    rows = [
        [t["title"], bar(t["passed"], t["total"]), f"{t['passed']} of {t['total']}"] for t in record["tracks"]
    ]
    screen.table(["", "", ""], rows)
    screen.say()
    if not record["lessons"]:
        screen.say("Nothing is recorded yet. Start with: rung next")
        return
    heads = ["lesson", "state", "passed on", "review due", "tries", "hints", "min"]
    colours = [screen.MARKS[r["state"]][1] for r in record["lessons"]]
    screen.table(heads, [_cells(r) for r in record["lessons"]], colours)
    code = {a["lesson"]: a for a in record["attempts"] if a["passed"]}
    if code:
        last = max(code.values(), key=lambda a: a["at"])
        checks = len(last["checks"])
        proof = f"{checks} checks, code {last['code_hash'][:12]}, seed {last['seed']},"
        screen.say(f"\nLatest evidence: {last['lesson']}, {proof}")
        screen.say("  " + ", ".join(f"{k} {v}" for k, v in last["versions"].items()))


def _cells(r: dict[str, Any]) -> list[str]:
    when = [r["lesson"], r["state"], day(r["passed_at"]), day(r["due_at"])]
    return [*when, str(r["attempts"]), str(r["hints"]), f"{r['taken'] / 60:.0f}"]
