"""`rung sweep PROJECT`: search for good settings, judged on the validation part alone."""

from __future__ import annotations

from typing import Any

from rung.terminal import screen


def run(words: list[str]) -> int:
    """Hand the words to the sweep's own options, the learner's parts along; show what was found."""
    from rung.learn.parts import replacements
    from rung.projects.sweeping import sweep

    # What is searched on may be the learner's parts, of a sweep that goes on as well.
    told = sweep(words, replacements)
    if isinstance(told, str):
        screen.raw(told)
        return 0 if words else 2
    if told.found is None:  # one worker of several: who started it tells what was found
        return 0 if told.ended else 1
    from rung.train.sweep.pictures import draw

    drawn = draw(told.sweep, told.found)
    if "--json" in words:
        screen.as_json(told.found)
    else:
        _tell(told.found, drawn)
        if not told.ended:
            screen.say(f"\nstopped; to go on: rung sweep {told.found['project']} --name {told.sweep.name}")
    return 0 if told.ended else 1


def _tell(found: dict[str, Any], drawn: list[str]) -> None:
    from rung.train.sweep.report import ENOUGH, counted, table

    screen.say(f"\n{found['sweep']}: {counted(found)}", "bold")
    if found["best"] is None:
        screen.say("No trial came to its end.")
        return
    heads, rows = table(found)
    screen.table(heads, rows, ["green", *[""] * (len(rows) - 1)])
    screen.say("\nWhat the score depended on", "bold")
    if found["importance"]:
        bars = [
            [name, f"{share:>4.0%}", "█" * round(30 * share)] for name, share in found["importance"].items()
        ]
        screen.table(["", "", ""], bars)
    else:
        screen.say(f"Too few complete trials to say: it takes {ENOUGH} that differ.")
    screen.say("\nTo train with the best settings in full, and score them once on the test part:")
    screen.raw(f"  {found['command']}")
    screen.say(f"\n{found['warning']}")
    if drawn:
        screen.say(f"\nPictures: {' and '.join(drawn)} in {found['folder']}")
        screen.say(f"The studio has them, and every trial's curve, at /sweeps/{found['sweep']}")
