"""A real studio in a process of its own, on lessons of the tests, and ways to talk to it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LESSONS = Path(__file__).parent / "fixtures" / "lessons"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Studio:
    """A running studio."""

    process: subprocess.Popen[str]
    home: Path
    link: str
    cookie: str = field(default="")

    @property
    def base(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send one request as a page of the studio would."""
        connection = http.client.HTTPConnection(urlsplit(self.link).netloc, timeout=60)
        sent = {"Cookie": self.cookie, "Origin": self.base, **(headers or {})}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.ask("POST", path, body if body is not None else {})

    def file(self, slug: str) -> Path:
        """The learner's file of a lesson."""
        found = list(self.home.glob(f"*/*_{slug.replace('-', '_')}.py"))
        return found[0]

    def rung(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the learner's surroundings, as a terminal beside the studio."""
        return subprocess.run(
            [sys.executable, *arguments], env=environment(self.home), capture_output=True, text=True
        )

    def forget(self) -> None:
        """Take away all that the learner did; the studio's key stays."""
        for found in self.home.glob("*"):
            if found.name != ".rung":
                shutil.rmtree(found)
        for found in (self.home / ".rung").glob("*"):
            if found.is_file() and found.name != "studio.key":
                found.unlink()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdout, self.process.stdin):
            if stream is not None:
                stream.close()


def environment(home: Path, lessons: Path | None = LESSONS) -> dict[str, str]:
    """The surroundings of a learner of the tests."""
    env = {
        **os.environ,
        "RUNG_HOME": str(home),
        "RUNG_CACHE": str(home.parent / "cache"),
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }
    env.pop("RUNG_LESSONS", None)
    return env | ({"RUNG_LESSONS": str(lessons)} if lessons else {})


def start(folder: Path, lessons: Path | None = LESSONS) -> Studio:
    """Start a studio whose learner lives in `folder`."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    code = "from rung.studio import serve; serve(open_browser=False)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(home, lessons), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "token=" in line, f"the studio did not start: {line}{process.stdout.read()}"
    studio = Studio(process, home, line.split()[-1])
    answer = studio.ask("GET", urlsplit(studio.link).path + "?" + urlsplit(studio.link).query)
    studio.cookie = answer.headers["set-cookie"].partition(";")[0]
    return studio


def chromium() -> str | None:
    """Path of an installed Chromium."""
    return next(
        (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None
    )


def stop_fork_server() -> None:
    """End the process that lessons' processes are forked from: it keeps the environment it was started in."""
    from multiprocessing import forkserver

    forkserver._forkserver._stop()  # what the standard library's own tests use
