"""The files of a data set: which are here, reading one that has its checksum, fetching and verifying all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rung.data.errors import CorruptDataError
from rung.data.fetch import Report
from rung.data.packaged import Packaged, contents, missing, unpacked, within
from rung.data.places import Source, find, find_or_fetch, folders, offline

# What a data set's module calls FILES: each file, by its name, and where it comes from.
Files = Mapping[str, Source | Packaged]

HERE, FETCHABLE, MISSING = "here", "can be fetched", "missing"


def read(name: str, files: Files, file: str) -> bytes:
    """Return the contents of a data set's file, unpacked if its name ends in .gz, after its checksum.

    Args:
        name: the data set.
        files: its FILES.
        file: which of them.

    Raises:
        MissingDataError: it is nowhere, and cannot be fetched.
        CorruptDataError: it is cut short or changed; the message names it.
    """
    source = files[file]
    if isinstance(source, Packaged):
        return contents(source.package, source.inside, source.sha256, source.install)
    path = find_or_fetch(name, file, source)
    again = (
        "it is fetched again at the next load" if source.addresses else f"get a whole one: {source.origin}"
    )
    return unpacked(path, source.sha256, f"remove {path}; {again}")


def presence(name: str, choices: Iterable[Files]) -> str:
    """Tell, without reading a file, whether a data set is "here", "can be fetched" or is "missing".

    Args:
        name: the data set.
        choices: sets of files, any one of which is enough.
    """
    states = [
        MISSING if MISSING in each else FETCHABLE if FETCHABLE in each else HERE
        for each in ({_where(name, file, source) for file, source in files.items()} for files in choices)
    ]
    return min(states, key=[HERE, FETCHABLE, MISSING].index)


def _where(name: str, file: str, source: Source | Packaged) -> str:
    if isinstance(source, Packaged):
        return HERE if within(source.package, source.inside) else MISSING
    if find(name, file, source):
        return HERE
    return FETCHABLE if source.addresses and not offline() else MISSING


def fetch_all(name: str, choices: Iterable[Files], report: Report | None = None) -> list[Path]:
    """Bring a data set's files here, and return where each that is not a package's lies.

    Of several sets of files, the first that is whole here is taken, else the first that can be fetched. What
    arrived of a file stays, and the next call goes on from there.

    Args:
        name: the data set.
        choices: sets of files, any one of which is enough.
        report: told of the progress of each transfer; by default a line on the terminal.

    Raises:
        MissingDataError: a file is nowhere, and cannot be fetched.
    """
    chosen = choose(name, list(choices))
    paths = []
    for file, source in chosen.items():
        if not isinstance(source, Packaged):
            paths.append(find_or_fetch(name, file, source, report))
        elif not within(source.package, source.inside):
            raise missing(source.package, source.inside, source.install)
    return paths


def choose(name: str, choices: list[Files]) -> Files:
    """Return the set of files to read: the first that is here, else that can be fetched, else the first."""
    return min(choices, key=lambda files: [HERE, FETCHABLE, MISSING].index(presence(name, [files])))


@dataclass(frozen=True)
class Verdict:
    """What became of comparing one file with its checksum.

    Attributes:
        file: its name.
        place: where it lies, or was looked for.
        state: "whole", "wrong" or "missing".
        told: what is wrong, in words; empty where nothing is.
    """

    file: str
    place: str
    state: str
    told: str = ""


def verify(name: str, files: Files) -> list[Verdict]:
    """Compare every file of a data set with its checksum, and fetch nothing.

    Cost: reads every file once.
    """
    return [_verdict(name, file, source) for file, source in files.items()]


def _verdict(name: str, file: str, source: Source | Packaged) -> Verdict:
    if isinstance(source, Packaged):
        path, sought = within(source.package, source.inside), f"the package {source.package}"
    else:
        path, sought = find(name, file, source), str(folders(source.folder or name)[0])
    if path is None:
        return Verdict(file, sought, "missing")
    try:
        unpacked(path, source.sha256, "")
    except CorruptDataError as error:
        return Verdict(file, str(path), "wrong", error.message)
    return Verdict(file, str(path), "whole")
