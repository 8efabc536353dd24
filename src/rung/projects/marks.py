"""Failures that a person marked: kept in the run's folder, with what they thought of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from rung.scratch.errors import SettingError
from rung.train.checkpoint import write_whole
from rung.train.record import Run

LONGEST = 500  # characters of a note
MOST = 1000  # marks of a run


@dataclass(frozen=True)
class Mark:
    """One marked example.

    Attributes:
        number: of the test example.
        note: what the person thought of it; may be empty.
    """

    number: int
    note: str = ""


def marks(run: Run) -> list[Mark]:
    """Return a run's marks, by their numbers; none where the file is not there or not whole."""
    try:
        told = json.loads((run.folder / "marks.json").read_text(encoding="utf-8"))
        found = [Mark(int(m["number"]), str(m["note"])) for m in told]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return sorted(found, key=lambda m: m.number)


def mark(run: Run, number: int, note: str) -> None:
    """Keep a mark, in the place of an earlier one of the same example.

    Raises:
        SettingError: the note is too long, or there are too many marks.
    """
    if len(note) > LONGEST:
        raise SettingError(f"the note has {len(note):,} characters", rule=f"At most {LONGEST} are kept.")
    others = [m for m in marks(run) if m.number != number]
    if len(others) >= MOST:
        raise SettingError(f"{MOST:,} examples of {run.name} are marked already", fix="take some marks away")
    _write(run, [*others, Mark(number, note)])


def unmark(run: Run, number: int) -> None:
    """Take a mark away; nothing happens where there is none."""
    _write(run, [m for m in marks(run) if m.number != number])


def _write(run: Run, kept: list[Mark]) -> None:
    kept.sort(key=lambda m: m.number)
    write_whole(run.folder / "marks.json", json.dumps([asdict(m) for m in kept], indent=1) + "\n")
