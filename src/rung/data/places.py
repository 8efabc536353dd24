"""Where data files are looked for, and where a fetched one goes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rung.data.errors import MissingDataError
from rung.data.fetch import FetchError, Report, fetch


@dataclass(frozen=True)
class Source:
    """Where a file is published, and what it holds.

    Attributes:
        addresses: where it is published, tried in order; none where it was made from another file.
        sha256: checksum of its contents, unpacked if its name ends in .gz (but not in .tar.gz).
        origin: where there is no address: what it was made from, and how.
        folder: the folder it lies in, where several data sets share one; else that of the data set's name.
    """

    addresses: list[str]
    sha256: str
    origin: str = ""
    folder: str = ""


def home() -> Path:
    """Return the learner's folder: $RUNG_HOME, or ~/rung."""
    return Path(os.environ.get("RUNG_HOME") or Path.home() / "rung").expanduser()


def offline() -> bool:
    """Tell whether RUNG_OFFLINE forbids fetching."""
    return bool(os.environ.get("RUNG_OFFLINE"))


def folders(name: str) -> list[Path]:
    """Return the folders in which the files of a data set may lie, the first to be looked into first."""
    mirror = os.environ.get("RUNG_DATA")
    return ([Path(mirror).expanduser() / name] if mirror else []) + [home() / "data" / name]


def find(name: str, file: str, source: Source) -> Path | None:
    """Return the path of a data set's file, or of its packed form `file`.gz, or None if no folder has it."""
    for folder in folders(source.folder or name):
        for candidate in (folder / file, folder / f"{file}.gz"):
            if candidate.is_file():
                return candidate
    return None


def find_or_fetch(name: str, file: str, source: Source, report: Report | None = None) -> Path:
    """Return the path of a data set's file; fetch it into $RUNG_HOME/data if no folder has it.

    Args:
        name: the data set, whose name its folder has.
        file: the file in that folder.
        source: where it is published.
        report: told of the progress of the transfer; by default a line on the terminal.

    Raises:
        MissingDataError: it is in no folder and cannot be fetched; the message says how to get it by hand.
    """
    if here := find(name, file, source):
        return here
    places = folders(source.folder or name)
    if not source.addresses:
        why = "no address serves it in the form that rung reads"
    elif offline():
        why = "RUNG_OFFLINE is set, so it is not fetched"
    else:
        try:
            return fetch(source.addresses, places[-1] / file, source.sha256, report)
        except FetchError as error:
            why = error.message
    raise MissingDataError(
        f"{file} of the data set {name} is not in {' or '.join(map(str, places))}: {why}",
        rule=f"It is published at {source.addresses[0]}" if source.addresses else source.origin,
        fix=f"put it into {places[0]} by hand"
        if source.addresses
        else f"set RUNG_DATA to a folder that has {source.folder or name}/{file}",
    )
