"""One writer at a time: a lock on a file, which the system itself lifts when its holder ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path


class Busy(Exception):
    """Somebody else holds the lock, and the caller did not want to wait any longer."""


@contextlib.contextmanager
def one_writer(path: Path, wait: float | None = None) -> Iterator[None]:
    """Hold the lock file `path` within the block; others wait for it, in this process and in others.

    Args:
        path: the lock file; it is made if need be, and stays.
        wait: seconds to wait for it, None for as long as it takes.

    Raises:
        Busy: it is still held after `wait` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = None if wait is None else time.monotonic() + wait
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while not _locked(handle):
            if until is not None and time.monotonic() >= until:
                raise Busy(str(path))
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)  # lifts the lock


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
