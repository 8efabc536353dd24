"""`rung dev check [NAME]`: is a lesson honest? For authors, and for every lesson in the tests."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from rung.learn.lesson import lesson, lessons
from rung.learn.selfcheck import check_lesson
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    inner = parser.add_subparsers(dest="action", required=True, metavar="check")
    check = inner.add_parser("check", help="hold a lesson, or all of them, to docs/lesson-anatomy.md")
    check.add_argument("name", nargs="?", help="a lesson; all if left out")
    check.add_argument("--quick", action="store_true", help="leave out what runs the notebook")
    check.add_argument("--json", action="store_true", help="print the findings as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show every finding with its file and repair; 1 if there is one."""
    chosen = [lesson(options.name)] if options.name else list(lessons().values())
    rows = []
    for one in chosen:
        findings = check_lesson(one, notebook=not options.quick)
        rows.append({"lesson": one.slug, "passed": not findings, "findings": [asdict(f) for f in findings]})
        if options.json:
            continue
        screen.say(f"{'✗' if findings else '✓'} {one.slug}", "red" if findings else "green")
        for finding in findings:
            screen.say(f"    {finding.file}: {finding.what}")
            screen.say(f"      repair: {finding.repair}", "faint")
    if options.json:
        screen.as_json({"passed": all(r["passed"] for r in rows), "lessons": rows})
    return 0 if all(r["passed"] for r in rows) else 1
