"""`rung export RUN --to FORM`: a trained network for others to use, checked before it is written."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="the name of a finished run; `rung runs` lists them")
    parser.add_argument(
        "--to", required=True, metavar="FORM", help="onnx, torch, static, space, docker, card"
    )
    parser.add_argument("--out", metavar="FOLDER", help="where to write it; RUN-FORM here if left out")
    parser.add_argument(
        "--json", action="store_true", help="print what was written as JSON, and nothing else"
    )


def run(options: Namespace) -> int:
    """Write the export and say what was checked."""
    from dataclasses import asdict

    from rung.projects.exporting import export
    from rung.train.record import find_run

    quiet = (lambda _: None) if options.json else screen.say
    out = Path(options.out) if options.out else None
    made = export(find_run(options.run), options.to, out, quiet)
    if options.json:
        check = asdict(made.check) if made.check else None
        screen.as_json({"folder": str(made.folder), "files": list(made.files), "check": check})
        return 0
    if made.check:
        screen.say(made.check.line())
    screen.say(f"written: {made.folder}")
    inside = Counter(name.partition("/")[0] for name in made.files)
    for name, count in inside.items():
        screen.indented(name if name in made.files else f"{name}/  ({count} files)", 2)
    return 0
