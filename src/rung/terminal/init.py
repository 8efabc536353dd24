"""`rung init [DIR]`: the learner's folder."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from rung.learn import workspace
from rung.terminal.screen import say


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", nargs="?", type=Path, help="where; $RUNG_HOME or ~/rung if left out")


def run(options: Namespace) -> int:
    """Make the folder with a file for every lesson, and leave what is there alone."""
    before = workspace.home()
    new = workspace.init(options.folder)
    home = workspace.home()
    say(f"{len(new)} new files in" if new else "Every file is there already, in")
    say(f"  {home}")
    if home.resolve() != before.expanduser().resolve():
        line = f'setx RUNG_HOME "{home}"' if os.name == "nt" else f'export RUNG_HOME="{home}"'
        say(f"rung works there from now on if you keep this in your shell's settings:\n  {line}")
    say("Start with: rung next")
    return 0
