"""Data that installed packages carry, read without importing them (scikit-learn takes a second to import)."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from rung.data.errors import CorruptDataError, MissingDataError
from rung.data.fetch import is_packed


@dataclass(frozen=True)
class Packaged:
    """A file that an installed package carries.

    Attributes:
        package: the package as it is imported, "sklearn".
        inside: the file's place in it, "datasets/data/iris.csv".
        sha256: checksum of its contents, unpacked if its name ends in .gz.
        install: what to install where it is missing, "scikit-learn", with options of pip before it.
    """

    package: str
    inside: str
    sha256: str
    install: str


def contents(package: str, inside: str, sha256: str, install: str) -> bytes:
    """Return a file inside an installed package, unpacked, after comparing its checksum.

    Args:
        package: the package as it is imported, "sklearn".
        inside: the file's place in it, "datasets/data/iris.csv"; one that ends in .gz is unpacked.
        sha256: checksum of the unpacked contents.
        install: what to install where it is missing, "scikit-learn".

    Raises:
        MissingDataError: the package or the file is not there.
        CorruptDataError: the contents are not the published ones.
    """
    path = within(package, inside)
    if path is None:
        raise missing(package, inside, install)
    return unpacked(path, sha256, _again(install))


def _again(install: str) -> str:
    """Return how to put a package back as it was published, and nothing else with it."""
    return f"python -m pip install --force-reinstall --no-deps {install.removeprefix('--no-deps ')}"


def within(package: str, inside: str) -> Path | None:
    """Return the path of a file inside an installed package, which is not imported; None if it is not there.

    Args:
        package: the package as it is imported.
        inside: the file's place in it.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / inside).is_file():
            return path
    return None


def missing(package: str, inside: str, install: str) -> MissingDataError:
    """Return the error of a file that its package does not have, or whose package is not installed.

    Args:
        package: the package as it is imported.
        inside: the file's place in it.
        install: what to install.
    """
    here = find_spec(package) is not None
    return MissingDataError(
        f"the package {package} " + (f"has no file {inside}" if here else f"is not installed (for {inside})"),
        rule="This data set is read from that package.",
        fix=_again(install) if here else f"python -m pip install {install}",
    )


def unpacked(path: Path, sha256: str, fix: str) -> bytes:
    """Return the contents of a file, unpacked if its name ends in .gz, if they have the checksum.

    Raises:
        CorruptDataError: they do not, or the file is cut short; the message names the file and `fix`.
    """
    raw = path.read_bytes()
    try:
        data = gzip.decompress(raw) if is_packed(path.name) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise CorruptDataError(
            f"{path} cannot be unpacked: {error}",
            rule=f"It should be a whole gzip file; this one has {len(raw):,} bytes.",
            fix=fix,
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise CorruptDataError(
            f"{path} is not the published file: its contents have the checksum {found[:12]}..., not "
            f"{sha256[:12]}...",
            rule="Data is compared with its checksum before it is used, so that a score means the same "
            "everywhere.",
            fix=fix,
        )
    return data


def table(text: bytes, columns: int, separator: str = ",", skip: int = 0) -> np.ndarray:
    """Return the numbers of a text table as (rows, columns) float64, leaving `skip` lines out at the top."""
    for _ in range(skip):
        text = text.split(b"\n", 1)[1]
    flat = text.decode("ascii").replace("\n", separator)
    return np.fromstring(flat, dtype=np.float64, sep=separator).reshape(-1, columns)
