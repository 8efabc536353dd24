"""A lesson's page as its notebook gave it, kept on disk: the text is there before any process is.

The notebook is run once, headless, in a process of its own; its blocks (text, MathML, code, every figure's
first scene) are stored under a key made of everything they depend on. The text that is read and the figures
that move come from the same run of the same file, so the two cannot differ. What depends on the learner
(their code, hints, evidence) is not in it.
"""

import asyncio
import hashlib
import json
import logging
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rung.errors import RungError
from rung.learn.lesson import PACKAGE, Lesson, lesson

from .places import folder
from .processes import context

log = logging.getLogger("rung.studio")

FORMAT = 1  # raise it when what is stored changes
LIMIT = 120.0  # seconds for a notebook to run while nobody waits for it
PATIENCE = 0.2  # seconds that a person waits for the page itself before the text alone is shown


class NotRendered(RungError, RuntimeError):
    """The notebook of a lesson could not be turned into a page.

    A cell raised, or it did not end. `rung dev check NAME` says which cell and why.
    """

    name = "not-rendered"


def _digest(files: list[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
        digest.update(file.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


@cache
def library() -> str:
    """Hash of what a notebook may show or run besides its own folder; read once, 15 ms."""
    parts = ("scratch", "learn", "data", "testing")
    files = [f for part in parts for f in (PACKAGE / part).rglob("*") if f.suffix in (".py", ".toml")]
    versions = " ".join(f"{name} {version(name)}" for name in ("marimo", "numpy", "scikit-learn", "torch"))
    return _digest(files, PACKAGE) + versions + sys.version


def key(found: Lesson) -> str:
    """Name of the stored page: a hash of the lesson's folder, the library and the versions.

    Cost: under a millisecond after the first call.
    """
    own = [f for f in found.folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    text = f"{FORMAT}\0{found.slug}\0{_digest(own, found.folder)}\0{library()}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _file(found: Lesson) -> Path:
    return folder() / "pages" / f"{found.slug}-{key(found)}.json"


def stored(found: Lesson) -> dict[str, Any] | None:
    """Return the stored page, `{"blocks", "headings", "seconds"}`, or None when there is none to read."""
    try:
        page: dict[str, Any] = json.loads(_file(found).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return page


def store(found: Lesson, page: dict[str, Any], file: Path) -> None:
    """Keep a page, and drop what older versions of the lesson left."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(page, out)
    os.replace(name, file)
    for old in file.parent.glob(f"{found.slug}-{'?' * 32}.json"):
        if old != file:
            old.unlink(missing_ok=True)


def main(connection: Connection, slug: str, file: str, patient: bool) -> None:
    """In a process of its own: run the notebook, store the page, report.

    Where to store it is said by the studio, which looks there: a library edited since it started would
    give this process another key.
    """
    from rung.learn import notebook

    from .kernel import prepare

    prepare()
    if patient and hasattr(os, "nice"):
        os.nice(10)
    # Nobody's home: what is stored must not depend on what this learner has passed.
    os.environ["RUNG_HOME"] = str(folder() / "nobody")
    try:
        found = lesson(slug)
        book = notebook.run(found)
        page = {"blocks": book.blocks, "headings": book.headings, "seconds": book.seconds}
        store(found, page, Path(file))
        report: dict[str, Any] = {"ok": True, "seconds": book.seconds}
    except RungError as error:
        report = {"ok": False, "message": error.message, "fix": error.fix}
    connection.send_bytes(json.dumps(report).encode())


class Renderer:
    """Renders lessons: one after another in the background, and at once those that a person waits for.

    Args:
        on_done: told the slug of every lesson that has been rendered.
    """

    def __init__(self, on_done: Callable[[str], Awaitable[None]] | None = None) -> None:
        self._on_done = on_done
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, NotRendered] = {}
        self._processes: set[Any] = set()

    async def page(self, slug: str, patience: float = PATIENCE) -> dict[str, Any] | None:
        """Return a lesson's page, rendering it now when it is not stored.

        Args:
            slug: the lesson.
            patience: seconds to wait for it.

        Returns:
            the page, or None when it is still being made; `on_done` will be told.

        Raises:
            NotRendered: the notebook failed.
        """
        found = lesson(slug)
        if (page := stored(found)) is not None:
            return page
        if (failure := self._failures.get(key(found))) is not None:
            raise failure
        try:
            await asyncio.wait_for(asyncio.shield(self._task(slug, patient=False)), patience)
        except TimeoutError:
            return None
        page = stored(found)
        if page is None:
            raise NotRendered(f"The page of {slug} could not be stored in {folder()}.", fix="rung doctor")
        return page

    async def all(self, slugs: list[str]) -> None:
        """Render whatever is missing, politely; a lesson that fails is logged, not fatal."""
        for slug in slugs:
            try:
                if stored(lesson(slug)) is None:
                    await self._task(slug, patient=True)
            except RungError as error:
                log.warning("%s", error)

    def _task(self, slug: str, patient: bool) -> "asyncio.Task[None]":
        """The rendering of a lesson that is under way, or a new one."""
        task = self._under_way.get(slug)
        if task is None:
            task = self._under_way[slug] = asyncio.create_task(self._render(slug, patient))
            task.add_done_callback(lambda done: self._finished(slug, done))
        return task

    def _finished(self, slug: str, task: "asyncio.Task[None]") -> None:
        self._under_way.pop(slug, None)
        if not task.cancelled():
            task.exception()  # seen: whoever waited has it, and who did not finds it in `_failures`

    async def _render(self, slug: str, patient: bool) -> None:
        found = lesson(slug)
        report = await asyncio.to_thread(self._run, slug, str(_file(found)), patient)
        if not report.get("ok"):
            message = report.get("message", f"The notebook of {slug} did not end.")
            self._failures[key(found)] = NotRendered(message, fix=report.get("fix", ""))
        if self._on_done is not None:
            await self._on_done(slug)
        if not report.get("ok"):
            raise self._failures[key(found)]

    def _run(self, slug: str, file: str, patient: bool) -> dict[str, Any]:
        """Render in a child process and wait for its report (in a thread)."""
        here, there = multiprocessing.Pipe()
        process = context().Process(target=main, args=(there, slug, file, patient), daemon=True)
        process.start()
        self._processes.add(process)
        there.close()
        try:
            report: dict[str, Any] = json.loads(here.recv_bytes()) if here.poll(LIMIT) else {}
        except (EOFError, OSError):
            report = {}
        finally:
            self._processes.discard(process)
            process.kill()
            process.join(5)
            here.close()
        return report

    def close(self) -> None:
        """End what is under way: the studio is stopping, and would otherwise wait for it."""
        for process in list(self._processes):
            process.kill()
