"""`rung where NAME`: where a name stands."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.learn.where import where
from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", help="a function, class, lesson or data set, in any case: relu")
    parser.add_argument("--json", action="store_true", help="print it as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show where a name stands."""
    found = where(options.name).as_data()
    if options.json:
        screen.as_json(found)
        return 0
    rows = []
    for kind, places in found.items():
        if kind != "name":
            rows += [[kind if i == 0 else "", place] for i, place in enumerate(places)]
    screen.table(["", ""], rows)
    return 0
