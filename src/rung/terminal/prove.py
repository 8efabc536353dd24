"""`rung prove [NAME ...]`: every part beside PyTorch; with --mine, the learner's parts in its place."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from rung.terminal import screen


def arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("names", nargs="*", help="parts, such as relu; all if left out")
    parser.add_argument("--mine", action="store_true", help="the parts that I have written and passed")
    parser.add_argument("--json", action="store_true", help="print it as JSON, and nothing else")


def run(options: Namespace) -> int:
    """Show how far each part is from PyTorch; 1 if one is too far."""
    from rung.learn.parts import Replacements, replacements

    mine = replacements() if options.mine else Replacements()
    if options.mine and not mine:
        screen.say("You have not passed a part yet that could stand in the library's place: rung next")
        return 1
    from rung.testing.prove import WHY_NOT_EXACT
    from rung.testing.prove import run as prove

    proofs = prove(options.names or None, mine or None)
    whose = {part.__name__: slug for part, slug in mine.lesson.items()}
    if options.json:
        rows = [{**asdict(p), "verdict": p.verdict} for p in proofs]
        screen.as_json({"passed": all(p.ok for p in proofs), "parts": rows, "mine": whose})
        return 0 if all(p.ok for p in proofs) else 1
    for part, slug in whose.items():
        screen.say(f"yours: {part}, from {slug}")
    cells = [[p.name, p.verdict, *map(_share, (p.forward, p.gradient, p.steps)), p.note] for p in proofs]
    colours = ["" if p.ok else "red" for p in proofs]
    screen.table(["part", "", "values", "gradients", "steps", ""], cells, colours)
    wrong = sum(not p.ok for p in proofs)
    screen.say(f"\n{len(proofs) - wrong} of {len(proofs)} parts agree with PyTorch.")
    screen.say(WHY_NOT_EXACT)
    return 1 if wrong else 0


def _share(value: float | None) -> str:
    return "-" if value is None else "0" if value == 0 else f"{value:.0e}"
