"""Reach the warm grading server of this user, or start one. Imports no NumPy, to answer at once."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import stat
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from rung import __version__
from rung.errors import RungError
from rung.learn.grading.job import Job
from rung.learn.grading.verdict import Verdict

PACKAGE = Path(__file__).resolve().parents[2]
_LENGTH = struct.Struct("<Q")
_LONGEST_PATH = 100  # of a Unix socket, in bytes; the systems differ between 104 and 108
_TORCH = re.compile(r"^\s*(import|from)\s+torch\b", re.MULTILINE)


class GradingError(RungError, RuntimeError):
    """Grading itself failed, which is not the learner's doing: perhaps checks.py does not run.

    Run `rung dev check NAME`: it names the file and the repair.

    Repair: for an author, `rung dev check NAME` shows the line; for a learner, `rung doctor`.
    """

    name = "grading"


def preload_for(job: Job) -> str:
    """Return which server serves this job: "torch" when the target or the checks use it, else "numpy"."""
    files = [PACKAGE.joinpath(*t.partition(":")[0].split(".")[1:]).with_suffix(".py") for t in job.targets]
    files.append(Path(job.folder) / "checks.py")
    uses = any(f.is_file() and _TORCH.search(f.read_text(encoding="utf-8")) for f in files)
    return "torch" if uses else "numpy"


def runtime_folder() -> Path | None:
    """Return this user's private folder for sockets ($RUNG_RUNTIME_DIR goes first), or None if unsafe."""
    if not hasattr(socket, "AF_UNIX") or sys.platform == "win32":
        return None
    named = os.environ.get("RUNG_RUNTIME_DIR")
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(named) if named else Path(base) / f"rung-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if private else None


def address(preload: str) -> Path | None:
    """Return where the server of this installation listens, or None where there can be none."""
    folder = runtime_folder()
    if folder is None:
        return None
    key = "|".join((sys.prefix, str(PACKAGE), __version__, sys.version, preload))
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:12]}-{preload}.sock"
    return path if len(os.fsencode(path)) <= _LONGEST_PATH else None


def ask(job: Job) -> Verdict | None:
    """Have a running server grade the job; None when none is running, or it no longer has the newest code.

    Raises:
        GradingError: the server reports a fault of the lesson, not of the learner.
    """
    path = address(preload_for(job))
    if path is None or not path.exists():
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(job.limits.total + 30)
        try:
            line.connect(str(path))
            if peer_uid(line) not in (None, os.getuid()):
                return None
            send(line, job.to_json())
            reply = receive(line)
        except OSError:
            return None
    if not reply:
        return None
    answer = json.loads(reply)
    if "error" in answer:
        raise GradingError(answer["error"], fix=f"rung dev check {job.lesson}")
    return Verdict.from_dict(answer["verdict"]) if "verdict" in answer else None


def start(preload: str = "numpy") -> bool:
    """Start the server of this installation and wait until it listens; False where there can be none.

    It leaves by itself after some idle minutes, and when rung's files change. Starting it twice does no harm.
    """
    if address(preload) is None:
        return False
    process = subprocess.Popen(
        [sys.executable, "-m", "rung.learn.grading.server", preload],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=tempfile.gettempdir(),
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    with process.stdout:
        ready = process.stdout.readline().strip() == b"ready"
    process.returncode = 0  # it lives on by itself: nothing to wait for, nothing to warn about
    return ready


def stop(preload: str = "numpy") -> None:
    """Ask a running server to leave, and wait until it has."""
    path = address(preload)
    if path is None or not path.exists():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(10)
        try:
            line.connect(str(path))
            send(line, b"stop")
            receive(line)
        except OSError:
            return
    import fcntl

    with open(path.with_suffix(".lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the server holds it as long as it lives


def peer_uid(line: socket.socket) -> int | None:
    """Return the user id of the process at the other end; None where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        credentials = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[1])
    return None  # the folder is private in any case


def send(line: socket.socket, message: bytes) -> None:
    """Write one message."""
    line.sendall(_LENGTH.pack(len(message)) + message)


def receive(line: socket.socket) -> bytes:
    """Read one message; empty when the other end is gone."""
    (left,) = _LENGTH.unpack(_exactly(line, _LENGTH.size) or bytes(_LENGTH.size))
    return _exactly(line, left)


def _exactly(line: socket.socket, n: int) -> bytes:
    pieces = []
    while n:
        piece = line.recv(min(n, 1 << 20))
        if not piece:
            return b""
        pieces.append(piece)
        n -= len(piece)
    return b"".join(pieces)
