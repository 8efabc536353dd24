"""Where data files are looked for, and where a fetched one goes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rung.data.errors import MissingDataError
from rung.data.fetch import FetchError, fetch


@dataclass(frozen=True)
class Source:
    """Where a file is published (`addresses`, tried in order), and the SHA-256 of its unpacked contents."""

    addresses: list[str]
    sha256: str


def home() -> Path:
    """Return the learner's folder: $RUNG_HOME, or ~/rung."""
    return Path(os.environ.get("RUNG_HOME") or Path.home() / "rung").expanduser()


def folders(name: str) -> list[Path]:
    """Return the folders in which the files of a data set may lie, the first to be looked into first."""
    mirror = os.environ.get("RUNG_DATA")
    return ([Path(mirror).expanduser() / name] if mirror else []) + [home() / "data" / name]


def find_or_fetch(name: str, file: str, source: Source) -> Path:
    """Return the path of a data set's file; fetch it into $RUNG_HOME/data if no folder has it.

    Raises:
        MissingDataError: it is in no folder and cannot be fetched; the message says how to get it by hand.
    """
    places = folders(name)
    for folder in places:
        if (folder / file).is_file():
            return folder / file
    target = places[-1] / file
    if os.environ.get("RUNG_OFFLINE"):
        why = "RUNG_OFFLINE is set, so it is not fetched"
    else:
        try:
            return fetch(source.addresses, target, source.sha256)
        except FetchError as error:
            why = error.message
    raise MissingDataError(
        f"{file} of the data set {name} is not in {' or '.join(map(str, places))}: {why}",
        rule=f"It is published at {source.addresses[0]}",
        fix=f"put it into {places[0]} by hand",
    )
