"""Landlock: the Linux kernel's own wall around a process's files and network, open to any user.

Everything that is not allowed by path is refused: reading outside Python and its packages, writing outside
one folder, TCP, and signals to processes outside. Kernels before 5.13, and other systems, have none:
`restrict` returns False.

Source: landlock(7), linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_EXECUTE, _WRITE, _READ, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_OF_A_FILE = _EXECUTE | _WRITE | _READ | 1 << 14 | 1 << 15
_KNOWN_BY = {1: 13, 2: 14, 3: 15, 4: 15}  # version: number of file-system rights it knows; 16 from version 5


def version() -> int:
    """Return the version of Landlock that this kernel offers; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, 1)))


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Confine this process to reading below `readable` and to using `writable`, for good."""
    abi = version()
    if not abi:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    everything = (1 << _KNOWN_BY.get(abi, 16)) - 1
    # file-system rights; TCP bind and connect (version 4); abstract sockets and signals (version 6)
    words = struct.pack("<QQQ", everything, 3, 3)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = libc.syscall(_CREATE, words, len(words), 0)
    if ruleset < 0:
        return False
    try:
        for paths, rights in ((readable, _READ | _READ_DIR), (writable, everything & ~_EXECUTE)):
            for path in paths:
                _allow(libc, ruleset, path, rights & everything)
        no_new_privileges = 38
        if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
            return False
        return bool(libc.syscall(_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine
    try:
        if not path.is_dir():
            rights &= _OF_A_FILE
        libc.syscall(_ADD, ruleset, 1, struct.pack("<Qi", rights, fd), 0)
    finally:
        os.close(fd)
