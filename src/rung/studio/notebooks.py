"""A lesson as a notebook to tinker with: on a copy, in marimo's own editor or as a file to take away.

marimo's editor is a process of its own on a loopback port with a token of its own. It edits a copy in the
learner's folder, never the lesson, and ends itself when nobody has used it for a while.
"""

import asyncio
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rung.errors import RungError
from rung.learn import workspace
from rung.learn.lesson import Lesson, lesson

from .pages import page

UP_WITHIN = 40.0  # seconds for marimo's editor to answer
IDLE = 20  # minutes without a page of it before the editor ends itself
OWN_FOLDER = re.compile(r"^(?P<indent>\s*)page = Page\(__file__\)$", re.MULTILINE)


class NotebookNotOpened(RungError, RuntimeError):
    """marimo's editor did not start, or could not convert the lesson.

    `rung doctor` says whether marimo is installed whole; the copy stands in the folder `notebooks` of your
    workspace.
    """

    name = "notebook-not-opened"


def portable(found: Lesson) -> str:
    """The notebook's source, made to run from any folder on a machine that has rung.

    In its own folder a lesson finds its metadata beside itself; a copy has to ask for the lesson by name.
    """
    here = (
        r"\g<indent>from rung.learn.lesson import lesson"
        + "\n\n"
        + rf'\g<indent>page = Page(lesson("{found.slug}").notebook)'
    )
    return OWN_FOLDER.sub(here, found.notebook.read_text(encoding="utf-8"), count=1)


def copy_of(found: Lesson) -> Path:
    """The learner's copy of a notebook, made when there is none; an edited one is never overwritten."""
    file = workspace.home() / "notebooks" / f"{found.slug.replace('-', '_')}.py"
    if not file.exists():
        workspace.replace_file(file, portable(found))
    return file


def as_ipynb(found: Lesson) -> bytes:
    """The notebook for Jupyter, by marimo's own converter.

    Raises:
        NotebookNotOpened: the converter failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "lesson.py"
        target = Path(folder) / "lesson.ipynb"
        source.write_text(portable(found), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "marimo",
            "export",
            "ipynb",
            str(source),
            "-o",
            str(target),
            "--sort",
            "top-down",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode or not target.exists():
            raise NotebookNotOpened(
                f"marimo could not convert {found.slug}: {done.stderr.strip()[-300:]}", fix="rung doctor"
            )
        return target.read_bytes()


class Editor:
    """One running editor of marimo's.

    Args:
        file: the copy it edits.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.token = secrets.token_urlsafe(24)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "marimo", "edit", str(file), "--headless", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--skip-update-check", "--timeout", str(IDLE)]
        # By standard input: the list of processes is open to every user of a machine, the token is not for
        # them.
        command += ["--token-password-file", "-"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        assert self.process.stdin is not None
        self.process.stdin.write(self.token.encode())
        self.process.stdin.close()

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self.process.poll() is None

    def url(self) -> str:
        """Address of the editor, with its token."""
        return f"http://127.0.0.1:{self.port}/?{urlencode({'access_token': self.token})}"

    async def up(self) -> None:
        """Wait until it answers.

        Raises:
            NotebookNotOpened: it ended, or did not answer in time.
        """
        for _ in range(int(UP_WITHIN / 0.1)):
            if not self.running:
                break
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
        self.stop()
        raise NotebookNotOpened(
            "marimo's editor did not start.", fix=f"{sys.executable} -m marimo edit {self.file}"
        )

    def stop(self) -> None:
        """End it."""
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _environment() -> dict[str, str]:
    """The editor's environment: nothing fetched, nothing reported."""
    return {**os.environ, "MARIMO_SKIP_UPDATE_CHECK": "1", "PYTHONUNBUFFERED": "1"}


class Editors:
    """The running editors, by lesson."""

    def __init__(self) -> None:
        self.running: dict[str, Editor] = {}

    async def open(self, found: Lesson) -> str:
        """Return the address of the lesson's editor, starting it when it is not there."""
        editor = self.running.get(found.slug)
        if editor is None or not editor.running:
            file = await asyncio.to_thread(copy_of, found)
            editor = self.running[found.slug] = Editor(file)
        await editor.up()
        return editor.url()

    def close(self) -> None:
        """End them all: the studio is stopping."""
        for editor in self.running.values():
            editor.stop()
        self.running.clear()


async def waiting_page(request: Request) -> Response:
    """`GET /lessons/{slug}/notebook`: a page that waits for the editor and goes there."""
    return page(request, "notebook.html", lesson=lesson(request.path_params["slug"]))


async def open_notebook(request: Request) -> Response:
    """`POST /api/lessons/{slug}/notebook`: start the editor; its address."""
    return JSONResponse({"url": await request.app.state.editors.open(lesson(request.path_params["slug"]))})


async def download(request: Request) -> Response:
    """`GET /lessons/{slug}/download/{kind}`: the notebook as `.py` or `.ipynb`."""
    found, kind = lesson(request.path_params["slug"]), request.path_params["kind"]
    if kind == "ipynb":
        content = await asyncio.to_thread(as_ipynb, found)
        media = "application/x-ipynb+json"
    else:
        content, media, kind = portable(found).encode(), "text/x-python", "py"
    name = f"{found.slug.replace('-', '_')}.{kind}"
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


routes = [
    Route("/lessons/{slug}/notebook", waiting_page),
    Route("/lessons/{slug}/download/{kind}", download),
    Route("/api/lessons/{slug}/notebook", open_notebook, methods=["POST"]),
]
