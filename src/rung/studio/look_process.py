"""A network that runs the learner's code, looked into in a process of its own.

That code has passed its lesson and has trained the run. But what it is shown here is new to it, and it may
loop for ever or take its process down; that must cost the studio nothing. Then the run is shown through the
library's parts, and the page says so. JSON goes there and comes back, files as bytes; never pickle.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from rung.errors import RungError
from rung.projects.brought import ExampleError
from rung.train.record import Run, find_run

from . import looked
from .faults import BadRequest, NotHere
from .processes import context

PATIENCE = 60.0  # seconds for one answer
IDLE = 600.0  # seconds a process is kept that nobody asks
_SURROUNDINGS = ("RUNG_HOME", "RUNG_DATA", "RUNG_OFFLINE")
_KINDS: dict[str, type[RungError]] = {kind.__name__: kind for kind in (ExampleError, BadRequest, NotHere)}


class PartsGone(RungError, RuntimeError):
    """A network could not be seen through the learner's own parts: their process failed or did not answer.

    The page shows it through the library's parts, and says so.
    """

    name = "parts-gone"


def asked(
    action: str, run: Run, told: looked.Told, is_wanted: Callable[[], bool] = lambda: True
) -> looked.Told | bytes:
    """Do what a page asks of a run, through the learner's parts where it was trained on some.

    Args:
        action: a key of `looked.ACTIONS`.
        run: the run.
        told: what it is asked about.
        is_wanted: asked before the work begins.

    Raises:
        RungError: as `looked.act` does.
    """
    name = str(run.folder)
    if not any(part.get("whose") == "yours" for part in run.config.get("parts", ())):
        return looked.act(action, run, told, None, is_wanted)
    if name not in _failed:
        try:
            with _lock:
                return _child(name).ask(action, run.name, told) if is_wanted() else b""
        except PartsGone as gone:
            _failed[name] = f"{gone.message}. So it is seen through the library’s parts."
    found = looked.act(action, run, told, None, is_wanted)
    if isinstance(found, dict) and "notes" in found:
        found["notes"] = [_failed[name]]
    return found


class _Child:
    """A process that looks into runs, seen from the studio."""

    def __init__(self) -> None:
        from multiprocessing import Pipe

        self._here, there = Pipe()
        surroundings = {key: os.environ[key] for key in _SURROUNDINGS if key in os.environ}
        self._process = context().Process(target=main, args=(there, surroundings), daemon=True)
        self._process.start()
        there.close()
        self.used = time.monotonic()

    @property
    def is_alive(self) -> bool:
        return bool(self._process.is_alive())

    def ask(self, action: str, run: str, told: looked.Told) -> looked.Told | bytes:
        """Send a question, and wait for its answer."""
        self.used = time.monotonic()
        try:
            self._here.send_bytes(json.dumps([action, run, told]).encode())
            if not self._here.poll(PATIENCE):
                raise PartsGone(f"With your own parts there was no answer in {PATIENCE:.0f} s")
            answer = json.loads(self._here.recv_bytes())
            if "bytes" in answer:
                return self._here.recv_bytes()
        except (EOFError, OSError):
            raise PartsGone("With your own parts its process ended") from None
        finally:
            self.used = time.monotonic()
        if "fault" in answer:
            self.close()
            raise PartsGone(f"With your own parts there was a fault: {answer['fault']}")
        if "error" in answer:
            kind = _KINDS.get(answer["kind"], RungError)
            raise kind(answer["error"], rule=answer["rule"], fix=answer["fix"])
        found: looked.Told = answer["told"]
        return found

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._here.close()
        self._process.kill()
        self._process.join(5)


_lock = threading.Lock()
_children: dict[str, _Child] = {}
_failed: dict[str, str] = {}  # why a run is no longer seen through the learner's parts, until the studio ends


def _child(name: str) -> _Child:
    """Return the process of a run; those that nobody asks any more, and those that failed, are ended."""
    for other, child in list(_children.items()):
        if not child.is_alive or (other != name and time.monotonic() - child.used > IDLE):
            child.close()
            del _children[other]
    if name not in _children:
        for child in _children.values():
            child.close()  # one at a time: each holds a data set
        _children.clear()
        _children[name] = _Child()
    return _children[name]


def close() -> None:
    """End all processes."""
    for child in _children.values():
        child.close()
    _children.clear()
    _failed.clear()


# -- in the process of its own -------------------------------------------------------------------------------


def main(connection: Connection, surroundings: dict[str, str]) -> None:
    """Answer until the studio hangs up."""
    from .kernel import prepare

    prepare()
    for key in _SURROUNDINGS:  # a forked process has those of its template
        os.environ.pop(key, None)
    os.environ.update(surroundings)
    from rung.learn.parts import replacements

    with suppress(EOFError, OSError):
        while True:
            action, name, told = json.loads(connection.recv_bytes())
            _answer(connection, partial(_act, action, name, told, replacements()))


def _act(action: str, name: str, told: looked.Told, own: Any) -> looked.Told | bytes:
    return looked.act(action, find_run(name), told, own)


def _answer(connection: Connection, work: Callable[[], Any]) -> None:
    try:
        found = work()
    except RungError as error:
        # Shapes that do not fit are the parts' doing; an example that does not is the person's.
        if type(error).__name__ in _KINDS:
            told = {
                "kind": type(error).__name__,
                "error": error.message,
                "rule": error.rule,
                "fix": error.fix,
            }
        else:
            told = {"fault": error.message}
        connection.send_bytes(json.dumps(told).encode())
        return
    except Exception as error:
        connection.send_bytes(json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode())
        return
    if isinstance(found, bytes):
        connection.send_bytes(b'{"bytes": true}')
        connection.send_bytes(found)
    else:
        connection.send_bytes(json.dumps({"told": found}).encode())
