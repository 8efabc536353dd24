"""The warm grading server: Python with NumPy and the library loaded, forked for every check.

Started by the studio and by `rung watch` (`client.start`), one for each user and installation. It listens on
a socket in the user's private folder, serves that user only, and leaves after some idle minutes or when
rung's files change. It never runs a learner's code: each request is judged in a fork, and the learner's file
runs in a fork of that one.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import IO

from rung.learn.grading import client

IDLE_SECONDS = 600.0


def serve(preload: str, idle: float = IDLE_SECONDS) -> None:
    """Listen until idle, outdated or told to stop."""
    path = client.address(preload)
    if path is None:
        return
    with open(path.with_suffix(".lock"), "a") as lock:
        if not _only_one(lock, path):
            _say_ready()
            return
        load(preload)
        files = _files()
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            mask = os.umask(0o177)
            listener.bind(str(path))
            os.umask(mask)
            listener.listen(16)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the judges are nobody's to wait for
            _say_ready()
            try:
                _listen(listener, path, files, idle)
            finally:
                path.unlink(missing_ok=True)


def _only_one(lock: IO[str], path: Path) -> bool:
    """Take the lock; False when another server listens already. One that starts or leaves is waited for."""
    import fcntl

    for _ in range(1000):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if path.exists():
                return False
            time.sleep(0.02)
    return False


def load(preload: str) -> None:
    """Load everything that a check may need, so that a fork has it at once."""
    importlib.import_module("rung.learn.grading.launch")
    scratch = client.PACKAGE / "scratch"
    for file in sorted(scratch.rglob("*.py")):
        parts = file.relative_to(client.PACKAGE.parent).with_suffix("").parts
        importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    if preload == "torch":
        importlib.import_module("torch").set_num_threads(1)


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def _files() -> dict[str, int]:
    """Return when each loaded file of rung was changed."""
    files = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] == "rung" and file:
            files[file] = _changed(file)
    return files


def _changed(file: str) -> int:
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0


def _listen(listener: socket.socket, path: Path, files: dict[str, int], idle: float) -> None:
    """Fork a judge for each request, until idle or out of date."""
    while True:
        readable, _, _ = select.select([listener], [], [], idle)
        if not readable:
            return
        line, _ = listener.accept()
        with line:
            line.settimeout(30)
            if client.peer_uid(line) not in (None, os.getuid()):
                continue
            if any(_changed(file) != then for file, then in files.items()):
                path.unlink(missing_ok=True)  # first, so that the next server knows that this one leaves
                return  # closing the line tells the client to look elsewhere
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    listener.close()
                    stopping = _handle(line)
                    status = 0
                    if stopping:
                        os.kill(os.getppid(), signal.SIGTERM)
                finally:
                    os._exit(status)


def _handle(line: socket.socket) -> bool:
    """Judge one request in this fork of the server; True when it asks the server to stop."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message = client.receive(line)
    if message == b"stop":
        client.send(line, b"{}")
        return True
    from rung.learn.grading.job import Job
    from rung.learn.grading.launch import run_here

    answer: dict[str, object]
    try:
        job = Job.from_json(message)
        signal.alarm(int(job.limits.total) + 20)  # should a check itself never end
        answer = {"verdict": run_here(job).to_dict()}
    except client.GradingError as error:
        answer = {"error": error.message}
    except Exception:
        answer = {"error": traceback.format_exc(limit=-4)}
    client.send(line, json.dumps(answer).encode())
    return False


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(
        sys.argv[1] if len(sys.argv) > 1 else "numpy",
        float(sys.argv[2]) if len(sys.argv) > 2 else IDLE_SECONDS,
    )
