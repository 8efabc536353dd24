"""Fetching a file: from the first address that answers, taken up where it broke off, whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import sys
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from rung.data.lock import one_writer
from rung.scratch.errors import RungError

# Called with what is fetched, the bytes so far, and the bytes in all (0 where the server does not say).
Report = Callable[[str, int, int], None]


class FetchError(RungError, OSError):
    """A file could not be had from any address; what arrived is kept, and the next try goes on from there."""

    name = "data-missing"


def fetch(
    addresses: list[str], target: Path, sha256: str, report: Report | None = None, timeout: float = 5.0
) -> Path:
    """Fetch a file to `target`, unless it is there already.

    Two processes that want the same file do not disturb each other: the second waits and finds it there. A
    transfer that broke off is continued by the next call, where the server can do that. The file appears
    under its name only when it is whole and has its checksum.

    Args:
        addresses: where it is published; the next one is tried when one fails.
        target: where to put it.
        sha256: checksum of its contents, unpacked if the name ends in .gz.
        report: told of the progress; by default a line on the terminal.
        timeout: seconds without a byte after which an address counts as failed.

    Raises:
        FetchError: no address gave a file with that checksum; says what each of them did.
    """
    with one_writer(target.with_name(target.name + ".lock")):
        if target.is_file():
            return target
        part = target.with_name(target.name + ".part")
        failures = []
        for address in addresses:
            (report or _print_progress)(_name(address), 0, 0)
            try:
                _transfer(address, part, report or _print_progress, timeout)
            except (OSError, HTTPException) as error:
                failures.append(f"{address}: {error}")
                continue
            if _checksum(part) == sha256:
                os.replace(part, target)
                return target
            part.unlink()  # what is wrong cannot be continued
            failures.append(f"{address}: another file than the published one (checksum differs)")
    raise FetchError("it could not be fetched (" + "; ".join(failures) + ")")


def _transfer(address: str, part: Path, report: Report, timeout: float) -> None:
    """Append to `part` what it still lacks, or start it anew where the server cannot continue."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 416:  # 416: nothing after `have`: the part is whole, or is not of this file
                raise
        return
    with response, open(part, "ab" if response.status == 206 else "wb") as out:
        done = have if response.status == 206 else 0
        total = done + int(response.headers.get("Content-Length") or 0)
        _copy(response, out.write, _name(address), done, total, report)


def _copy(
    response: HTTPResponse, write: Callable[[bytes], object], name: str, done: int, total: int, report: Report
) -> None:
    """Copy the answer in pieces, telling `report`; a connection that ends early is an error, not an end."""
    start = done
    while piece := response.read(1 << 16):
        write(piece)
        done += len(piece)
        report(name, done, total)
    if total > start and done < total:
        raise OSError(f"the connection ended after {done:,} of {total:,} bytes")


def _name(address: str) -> str:
    """Return the file's name in an address."""
    return address.rsplit("/", 1)[-1]


def is_packed(name: str) -> bool:
    """Tell whether a file of that name is one packed file; a .tar.gz is an archive, and stays as it is."""
    return name.endswith(".gz") and not name.endswith(".tar.gz")


def _checksum(path: Path) -> str:
    """Return the SHA-256 of a `.part`'s contents, unpacked if it is of a .gz; an unreadable one has none."""
    digest = hashlib.sha256()
    opener = gzip.open if is_packed(path.name.removesuffix(".part")) else open
    with contextlib.suppress(OSError, EOFError, zlib.error), opener(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
        return digest.hexdigest()
    return ""


def _print_progress(name: str, done: int, total: int) -> None:
    """Show the progress on one line of a terminal; say nothing where nobody looks."""
    if sys.stderr.isatty():
        of = f" of {total / 1e6:.1f}" if total else ""
        end = "\n" if done and done == total else ""
        sys.stderr.write(f"\rfetching {name}: {done / 1e6:.1f}{of} MB {end}")
        sys.stderr.flush()
