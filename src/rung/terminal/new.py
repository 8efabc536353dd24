"""`rung new KIND NAME`: a skeleton to write in."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from rung.learn.new import KINDS, after, new
from rung.terminal.screen import say


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("kind", choices=list(KINDS), help="what to begin")
    parser.add_argument("name", help="lower-case words joined by -")
    parser.add_argument("--target", default="", help='for a lesson: what it teaches, "module:name"')


def run(options: Namespace) -> int:
    """Write the skeleton and say what is left to do."""
    for file in new(options.kind, options.name, options.target):
        say(str(file))
    for line in after(options.kind, options.name.replace("_", "-")):
        say(f"  then  {line}")
    return 0
