"""Apps beside the studio: that of a run, which `rung export --to docker` writes; and trackio's dashboard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rung.data.places import home
from rung.projects.exporting import export
from rung.projects.project import load
from rung.serve import facts
from rung.serve.errors import ExportError
from rung.serve.folder import MANIFEST
from rung.train.record import Run

FIRST_PORT, PORTS = 7860, 100
PATIENCE = 180.0  # seconds that an app may take to answer: Gradio alone imports for some
_LOOK = 0.1  # seconds between two looks


def app_folder(run: Run, say: Callable[[str], None]) -> Path:
    """Return the folder of a run's app, written if it is not there or older than what it is made of.

    That is the run's weights, the files that travel with an export, and what the project says of its input.

    Raises:
        RunError: the run has not come to its end.
        ExportError: its project has no app.
    """
    folder = home() / "cache" / "apps" / run.name
    manifest, weights = folder / MANIFEST, run.folder / "model.safetensors"
    about = load(run.config["project"]).folder / "app.py"
    sources = [weights, about, *Path(facts.__file__).parent.rglob("*.*")]
    newest = max(
        (path.stat().st_mtime for path in sources if path.is_file() and path.suffix != ".pyc"), default=0
    )
    fresh = manifest.is_file() and weights.is_file() and manifest.stat().st_mtime >= newest
    if not fresh:
        folder.parent.mkdir(parents=True, exist_ok=True)
        export(run, "docker", folder, say)
    return folder


@dataclass
class App:
    """A running app.

    Attributes:
        address: where a browser finds it.
        process: that runs it.
        log: where its words go.
        probe: the path that answers when it is ready.
    """

    address: str
    process: subprocess.Popen[Any]
    log: Path
    probe: str

    def answers(self) -> bool:
        """Whether it answers by now.

        Raises:
            ExportError: it has ended.
        """
        if self.process.poll() is not None:
            self._let_go()
            said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise ExportError(
                f"the app ended with status {self.process.returncode}: {said[-1] if said else 'no word'}",
                rule=f"All that it said is in {self.log}.",
                fix="another --port, if this one is taken",
            )
        try:
            with urllib.request.urlopen(f"{self.address}{self.probe}", timeout=10):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            ExportError: it has ended, or does not answer in PATIENCE seconds.
        """
        until = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > until:
                raise ExportError(f"the app does not answer at {self.address}", rule=f"See {self.log}.")
            time.sleep(_LOOK)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        """Close the pipe that told the app whether it is still wanted."""
        if self.process.stdin is not None:
            self.process.stdin.close()


def start(folder: Path, port: int | None = None) -> App:
    """Start the app of a folder on the loopback address; `wait` tells when it answers.

    Args:
        folder: from `app_folder`.
        port: where; None: the first free one from 7860 up.

    Raises:
        ExportError: no port is free.
    """
    return _started(["server.py"], folder, {}, port, "/health")


def start_dashboard(port: int | None = None) -> App:
    """Start trackio's dashboard of all runs on this machine; `wait` tells when it answers.

    Args:
        port: where; None: the first free one from 7860 up.

    Raises:
        ExportError: no port is free, or no run has been told to trackio.
    """
    told = home() / "trackio"
    if not any(told.glob("*.db")):
        raise ExportError(
            "no run has been told to trackio yet",
            rule="A run is told when its training ends.",
            fix="rung train digits, without --track none",
        )
    show = "import os, sys, threading, trackio; "
    show += "wait = lambda: (sys.stdin.buffer.read(), os._exit(0)); "  # as server.py does
    show += "threading.Thread(target=wait, daemon=True).start(); "
    show += "trackio.show(open_browser=False, host='127.0.0.1', block_thread=True, "
    show += "server_port=int(os.environ['PORT']))"
    return _started(["-c", show], told, {"TRACKIO_DIR": str(told)}, port, "/")


def _started(words: list[str], folder: Path, more: dict[str, str], port: int | None, probe: str) -> App:
    port = free_port() if port is None else port
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    told = {"HOST": "127.0.0.1", "PORT": str(port), **more}
    told |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    # Gradio answers from up to 40 threads. With a heap for each, glibc would keep what every one once needed.
    told |= {"MALLOC_ARENA_MAX": "2", "ENDS_WITH_STDIN": "1"}
    log = Path(tempfile.mkdtemp(prefix="rung-app-")) / "log.txt"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            env=kept | told,
            stdin=subprocess.PIPE,  # closed by the system however this process ends; then the app ends too
            stdout=written,
            stderr=written,
        )
    return App(f"http://127.0.0.1:{port}", process, log, probe)


def free_port() -> int:
    """Return the first free port from 7860 up.

    Raises:
        ExportError: none of the first hundred is.
    """
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ExportError(f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free", fix="--port N")
