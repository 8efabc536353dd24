"""`rung doctor`: what ails this machine, and the repair."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from rung.learn.doctor import examine
from rung.terminal import screen

_MARKS = {True: ("✓", "green"), None: ("~", "yellow"), False: ("✗", "red")}


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print it as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show what was found; 1 if something must be repaired."""
    found = []
    for health in examine():
        found.append(health)
        if not options.json:
            mark, colour = _MARKS[health.good]
            screen.say(f"{mark} {health.what:<9} {health.found}", colour)
            if health.repair:
                screen.say(f"    repair: {health.repair}")
    if options.json:
        screen.as_json({"findings": [asdict(h) for h in found]})
    return 1 if any(h.good is False for h in found) else 0
