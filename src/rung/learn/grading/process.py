"""The learner's process: started by fork, watched, and ended for good."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from rung.learn.grading.channel import Blocking, Closed, Watched
from rung.learn.grading.session import Session
from rung.learn.grading.verdict import Limits

_OURS, _CLOSED = 70, 71  # exit statuses: rung's own fault; the channel was closed


class Learner:
    """A running learner's process, seen from the checker.

    Attributes:
        channel: the messages to and from it, and what it prints.
        session: the conversation over that channel.
    """

    def __init__(self, line: socket.socket, output: socket.socket, folder: Path, limits: Limits) -> None:
        self._sockets, self._folder = (line, output), folder
        self.channel = Watched(
            line, output, printed_limit=limits.printed, message_limit=(limits.reply_mb + 8) << 20
        )
        self.session = Session(self.channel, deadline=0.0, reply_limit=limits.reply_mb << 20)

    def stop(self) -> None:
        """End it and everything it started, wait until it is gone, and remove its folder."""
        self._kill()
        for end in self._sockets:
            end.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def how_it_ended(self) -> str:
        """Say in plain words why the process is no more."""
        code = self._exit_code(within=0.5)
        return ended(_CLOSED if code is None else code)

    def _kill(self) -> None:
        raise NotImplementedError

    def _exit_code(self, within: float) -> int | None:
        """Wait `within` seconds for its end; return its exit status (negative: the signal), or None."""
        raise NotImplementedError


class ForkedLearner(Learner):
    """One that was forked from this process; it leads a process group of its own."""

    pid = 0
    _code: int | None = None

    def _kill(self) -> None:
        for kill in (os.killpg, os.kill):  # the group, and the process should it not lead the group yet
            try:
                kill(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _exit_code(self, within: float) -> int | None:
        end = time.monotonic() + within
        while self._code is None and time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.002)
        return self._code


def ended(code: int) -> str:
    """Say what an exit status means for a learner (negative: a signal)."""
    if code == _CLOSED:
        return "Your code closed the channel over which it is graded; leave alone what you did not open."
    if code == _OURS:
        return "rung could not run your file; what was printed says why. This is no fault of yours."
    if code >= 0:
        return (
            f"Your code ended Python itself (exit status {code}) before it gave an answer. "
            "A function gives its answer with return; take out os._exit()."
        )
    if code in (-getattr(signal, "SIGXCPU", 24), -getattr(signal, "SIGALRM", 14)):
        return "Your code took too much processor time. Is there a loop whose condition never becomes false?"
    if code == -getattr(signal, "SIGXFSZ", 25):
        return "Your code wrote a file that is too large."
    if code == -getattr(signal, "SIGKILL", 9):
        return "The system ended your code, most likely because it took too much memory."
    name = signal.Signals(-code).name if -code in signal.Signals._value2member_map_ else f"signal {-code}"
    hint = (
        " Endless recursion does that, or memory that was written to directly." if name == "SIGSEGV" else ""
    )
    return f"Your code crashed Python itself ({name}).{hint}"


def fork_learner(body: Callable[[Blocking, Path], None], limits: Limits) -> Learner:
    """Fork a process that runs `body(channel, folder)` and nothing else of this program.

    Its standard output and error arrive here, its standard input is empty, and every other descriptor of this
    process is closed there.
    """
    folder = new_folder()
    here, there = socket.socketpair()
    output, printing = socket.socketpair()
    learner = ForkedLearner(here, output, folder, limits)
    learner.pid = os.fork()
    if learner.pid == 0:
        status = _OURS
        try:
            os.setsid()  # a group of its own, to be ended whole, and no terminal
            os.chdir(folder)
            channel_fd = _only_these(there.fileno(), printing.fileno())
            body(Blocking(channel_fd, channel_fd), folder)
            status = _CLOSED  # the checker ends this process; only a closed channel ends the service
        except Closed:
            status = _CLOSED
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    there.close()
    printing.close()
    return learner


def new_folder() -> Path:
    """Make a temporary folder for one process."""
    return Path(tempfile.mkdtemp(prefix="rung-check-")).resolve()


def _only_these(channel: int, output: int) -> int:
    """Keep the channel (as descriptor 3), the output (as 1 and 2) and an empty input (0); close the rest."""
    channel = os.dup2(channel, _free(3, channel, output)) if channel < 4 else channel
    output = os.dup2(output, _free(4, channel, output)) if output < 4 else output
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(channel, 3, inheritable=False)
    os.closerange(4, min(os.sysconf("SC_OPEN_MAX"), 1 << 16))
    return 3


def _free(low: int, *taken: int) -> int:
    """Return a descriptor number from 10 up that is none of `taken`."""
    return next(n for n in range(max(low, 10), 1000) if n not in taken)
