"""How the studio starts processes, and what they weigh.

On Linux they are forked from `multiprocessing`'s fork server, which has imported all that lessons need.
Elsewhere forking is not to be had, or not safe once system libraries run threads of their own; there each is
spawned, and one spare that has done its imports waits for the next lesson.
"""

import json
import multiprocessing
import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

PRELOAD = ["rung.studio.template"]


def can_fork() -> bool:
    """Whether processes are forked from a warm template here."""
    return sys.platform == "linux"


def context() -> Any:
    """How processes are started on this system."""
    if not can_fork():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(PRELOAD)
    return chosen


def warm_up() -> None:
    """Get the template, or a spare, ready while the studio starts: the first lesson need not wait for it."""
    # One thread a kernel: figures are small, and idle BLAS threads cost memory in each of them.
    before = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        if can_fork():
            from multiprocessing import forkserver

            context()
            forkserver.ensure_running()
        else:
            _spares.fill()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def start_kernel(slug: str, mine: bool) -> tuple[Any, Connection]:
    """Start the process of a lesson's figures.

    Args:
        slug: the lesson.
        mine: let the figures run what the learner has passed.

    Returns:
        the process and the studio's end of the connection to it.
    """
    process, here = _start() if can_fork() else _spares.take()
    here.send_bytes(json.dumps({"slug": slug, "mine": mine}).encode())
    return process, here


def _start() -> tuple[Any, Connection]:
    here, there = multiprocessing.Pipe()
    process = context().Process(target=_work, args=(there,), daemon=True)
    process.start()
    there.close()
    return process, here


def _work(connection: Connection) -> None:
    """In the new process: import what lessons need (forked, it is there already), wait to be told which."""
    from . import kernel

    kernel.prepare()
    from . import template  # noqa: F401

    with suppress(EOFError, OSError):
        told = json.loads(connection.recv_bytes())
        kernel.main(connection, told["slug"], told["mine"])


class _Spares:
    """One process that is ready before it is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: tuple[Any, Connection] | None = None

    def fill(self) -> None:
        """Start a spare if there is none."""
        with self._lock:
            if self._waiting is None:
                self._waiting = _start()

    def take(self) -> tuple[Any, Connection]:
        """Hand out the spare, or a new process, and get another ready."""
        with self._lock:
            taken, self._waiting = self._waiting, None
        if taken is None or not taken[0].is_alive():
            taken = _start()
        threading.Thread(target=self.fill, daemon=True).start()
        return taken

    def close(self) -> None:
        """Let the spare go."""
        with self._lock:
            if self._waiting is not None:
                self._waiting[1].close()  # it reads the end of its input, and leaves
                self._waiting = None


_spares = _Spares()
close_spares = _spares.close


def own_memory(pid: int | None) -> float | None:
    """Memory in MB that a process shares with no other, or None where the system does not say."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            rows = dict(line.split(":", 1) for line in file if line.startswith("Private_"))
    except OSError:
        return None
    return sum(int(value.split()[0]) for value in rows.values()) / 1024
