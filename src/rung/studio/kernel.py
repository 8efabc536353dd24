"""Inside a lesson's process: run the notebook, keep its figures live, answer one message after another.

Every page that shows the lesson has a session with states of its own, so that a page just opened begins where
the text says it does, whatever another page has moved. A session is only the figures' states; `draw` and the
events are shared.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

from rung.errors import RungError
from rung.learn import notebook
from rung.learn.figure import Figure, FigureError
from rung.learn.lesson import lesson

from .places import folder

Message = dict[str, Any]
MEMORY = (
    4 << 30
)  # bytes of data a figure's code may take before it gets a MemoryError and not the whole machine


class Session:
    """The states of all figures for one page."""

    def __init__(self, figures: dict[str, Figure]) -> None:
        self.figures = figures
        self.states: dict[str, dict[str, Any]] = {}
        for name, figure in figures.items():
            figure.reset()
            self.states[name] = figure.state.snapshot()

    def scene(self, name: str) -> Message:
        """Draw one figure as this page has it."""
        figure = self.figures[name]
        figure.state.restore(self.states[name])
        return figure.scene()

    def handle(self, message: Message) -> Message:
        """Follow one message of this page."""
        name = str(message.get("figure"))
        if name not in self.figures:
            raise FigureError(f"this lesson has no figure {name!r}", fix="reload the page")
        figure = self.figures[name]
        figure.state.restore(self.states[name])
        scene = figure.handle({k: v for k, v in message.items() if k in ("set", "event", "value")})
        self.states[name] = figure.state.snapshot()
        return scene


class Desk:
    """Answers messages for the figures of one notebook."""

    def __init__(self, figures: dict[str, Figure]) -> None:
        self.figures = figures
        self.sessions: dict[str, Session] = {}

    def answer(self, message: Message) -> Message:
        """Return the answer to one message; an error of the page is an answer too."""
        kind, name = message.get("kind"), str(message.get("session"))
        if kind == "close":
            self.sessions.pop(name, None)
            return {"kind": "closed"}
        session = self.sessions.get(name)
        if session is None:
            session = self.sessions[name] = Session(self.figures)
        if kind == "open":
            return {"kind": "scenes", "scenes": {f: session.scene(f) for f in self.figures}}
        begun = time.perf_counter()
        try:
            scene = session.handle(message["message"])
        except FigureError as error:
            return {"kind": "refused", "message": error.message, "fix": error.fix}
        seconds = time.perf_counter() - begun
        return {"kind": "scene", "figure": message["message"]["figure"], "scene": scene, "seconds": seconds}


def prepare() -> None:
    """Make this process a quiet and modest one: no terminal, no Ctrl-C of its own, memory within bounds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def main(connection: Connection, slug: str, mine: bool = True) -> None:
    """Run one lesson until the studio hangs up.

    Args:
        connection: to the studio; JSON both ways.
        slug: the lesson.
        mine: let the figures run what the learner has passed; else the library's only.
    """
    prepare()
    if not mine:
        os.environ["RUNG_HOME"] = str(folder() / "nobody")
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def listen() -> None:
        # In a thread, so that the process ends with the studio even when a figure's code never returns.
        try:
            while True:
                inbox.put(json.loads(connection.recv_bytes()))
        except (EOFError, OSError):
            os._exit(0)

    def say(message: Message) -> None:
        connection.send_bytes(json.dumps(message).encode())

    threading.Thread(target=listen, daemon=True).start()
    try:
        book = notebook.run(lesson(slug))
    except RungError as error:
        say({"kind": "failed", "message": error.message, "fix": error.fix})
        return
    desk = Desk(book.figures)
    say({"kind": "ready", "figures": list(book.figures), "seconds": book.seconds})
    while True:
        message = inbox.get()
        say({**desk.answer(message), "id": message["id"]})
