"""`rung compress RUN`: a trained network made smaller in several ways, and what each costs and brings."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="the name of a finished run; `rung runs` lists them")
    parser.add_argument(
        "--methods",
        metavar="A,B",
        help="magnitude, units, lowrank, dynamic, static, qat, distil; all that fit if left out",
    )
    parser.add_argument("--epochs", type=int, default=2, metavar="N", help="of each training on (default 2)")
    parser.add_argument("--json", action="store_true", help="print the table as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Make the networks, and show the table."""
    from rung.projects.compressing import compress
    from rung.train.record import find_run

    chosen = find_run(options.run)
    methods = None if options.methods is None else [m.strip() for m in options.methods.split(",")]
    try:
        told = compress(chosen, methods, options.epochs, _to_standard_error if options.json else screen.say)
    except KeyboardInterrupt:
        _to_standard_error("stopped; nothing was written")
        return 1
    if options.json:
        screen.as_json(told)
    else:
        _show(told)
        screen.say(f"written: {chosen.folder / 'compress.json'} and {chosen.folder / 'compressed'}")
    return 0


def _show(told: dict[str, Any]) -> None:
    from rung.train.score import tell

    unit, rows = told["unit"], []
    for row in told["rows"]:
        score, difference = row["score"], row["difference"]
        low, high = (
            f"{100 * score[k]:.1f}" if unit == "share" else tell(score[k], unit) for k in ("low", "high")
        )
        against = ["", ""] if difference is None else [_signed(difference, unit), f"{row['changed']:,}"]
        said = f"{tell(score['value'], unit)} ({low} to {high})"
        rows.append([row["name"], said, *against, _lost(row["losers"])])
    screen.say()
    screen.say(f"{told['about']}: {told['metric']} on {told['test']:,} test examples, 95 %", "bold")
    screen.table(["", told["metric"], "difference", "changed", "recall lost"], rows)
    screen.say()
    sizes = [
        [row["name"], *(f"{row[key]:,}" for key in ("bytes", "gzip", "weights"))]
        + [f"{row['ms'][batch]:.3g} ms" for batch in row["ms"]]
        for row in told["rows"]
    ]
    batches = [f"a call of {batch}" for batch in told["rows"][0]["ms"]]
    screen.table(["bytes", "file", "gzip", "memory", *batches], sizes)
    screen.say()
    tried = [[f"{t['setting']}", tell(t["validation"], unit)] for row in told["rows"] for t in row["tried"]]
    if tried:
        before = [["as trained", tell(told["validation"]["before"], unit)]]
        screen.table(["tried", f"validation ({told['validation']['examples']:,})"], [*before, *tried])
        screen.say()
    for left in told["left_out"]:
        screen.say(f"Left out: {left['method']}: {left['why']}.")
    machine = told["machine"]
    screen.say(told["note"])
    screen.say(f"Measured on {machine['processor']}, {machine['machine']}; {machine['runtime']}.")


def _signed(difference: dict[str, Any], unit: str) -> str:
    """Say a difference with its interval: in hundredths where the score is a share."""
    scale, digits = (100, 2) if unit == "share" else (1, 4)
    value, low, high = (f"{scale * difference[key]:+.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _lost(losers: list[dict[str, Any]]) -> str:
    """Name the two classes whose recall fell most, and by how many hundredths."""
    return ", ".join(f"{lost['class']}: {100 * (lost['after'] - lost['before']):.1f}" for lost in losers[:2])


def _to_standard_error(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
