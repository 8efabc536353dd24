"""The learner's process where there is no fork (Windows): a fresh interpreter, one kept ready."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import json
import socket
import struct
import subprocess
import sys
import threading
from typing import IO

from rung.learn.grading.job import Job
from rung.learn.grading.process import Learner, new_folder

_ready: list[subprocess.Popen[bytes]] = []
_COMMAND = ("-I", "-m", "rung.learn.grading.spawned")


def _new() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *_COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


class SpawnedLearner(Learner):
    """One that is a fresh interpreter, reached over its standard streams."""

    process: subprocess.Popen[bytes]
    far_ends: tuple[socket.socket, ...] = ()

    def _kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        for end in self.far_ends:
            end.close()

    def _exit_code(self, within: float) -> int | None:
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            return None


def spawn_learner(job: Job, mistake: str | None) -> Learner:
    """Hand a job to a waiting interpreter (or to a new one), and start the next one."""
    process = _ready.pop() if _ready else _new()
    folder = new_folder()
    here, there = socket.socketpair()
    output, printing = socket.socketpair()
    learner = SpawnedLearner(here, output, folder, job.limits)
    learner.process, learner.far_ends = process, (there, printing)
    first = json.dumps({"job": dataclasses.asdict(job), "folder": str(folder), "mistake": mistake}).encode()
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(struct.pack("<Q", len(first)) + first)
    for source, sink in ((there, process.stdin), (process.stdout, there), (process.stderr, printing)):
        threading.Thread(target=_pump, args=(source, sink), daemon=True).start()
    if not _ready:
        _ready.append(_new())
    return learner


def _pump(source: socket.socket | IO[bytes], sink: socket.socket | IO[bytes]) -> None:
    """Carry bytes from one end to another until either is closed: select() knows only sockets on Windows."""
    try:
        while piece := source.recv(1 << 16) if isinstance(source, socket.socket) else source.read(1 << 16):
            if isinstance(sink, socket.socket):
                sink.sendall(piece)
            else:
                left = memoryview(piece)
                while left:
                    left = left[sink.write(left) :]
    except (OSError, ValueError):
        pass
    if isinstance(sink, socket.socket):
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@atexit.register
def _let_go() -> None:
    """End the interpreter that waits for a check which will not come."""
    while _ready:
        process = _ready.pop()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
