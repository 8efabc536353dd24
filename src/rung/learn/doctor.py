"""Is this machine ready? Python, packages, torch, folders, disk, ports: each tried, each with its repair."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rung.errors import RungError
from rung.learn import workspace

NEEDED_PYTHON = (3, 11)
LITTLE_DISK = 2.0  # GB; a fetched data set and a few runs fit into it
PORT = 8765


@dataclass(frozen=True)
class Health:
    """One thing that was looked at.

    Attributes:
        what: in one or two words.
        good: True, False, or None where it will do but could be better.
        found: what was found.
        repair: what to do about it; empty if nothing is.
    """

    what: str
    good: bool | None
    found: str
    repair: str = ""


def examine() -> Iterator[Health]:
    """Look at one thing after another; what fails in an unforeseen way is reported, and the rest goes on."""
    looks: list[Callable[[], Health]] = [
        python,
        packages,
        torch,
        home,
        record,
        data_folder,
        disk,
        port,
        lessons,
    ]
    for look in looks:
        try:
            yield look()
        except Exception as error:
            yield Health(
                look.__name__.replace("_", " "), False, f"{type(error).__name__}: {error}", "report this"
            )


def python() -> Health:
    """Is Python new enough?"""
    found = f"{platform.python_version()} at {sys.executable}"
    good = sys.version_info >= NEEDED_PYTHON
    return Health("python", good, found, "" if good else "install Python 3.11 or later, then: python3 go.py")


def packages() -> Health:
    """Are the packages there that rung declares?"""
    from importlib.metadata import PackageNotFoundError, requires, version

    missing = []
    for line in requires("rung") or []:
        name = re.match(r"[\w.-]+", line)
        if name and "extra ==" not in line:
            try:
                version(name[0])
            except PackageNotFoundError:
                missing.append(name[0])
    found = f"missing: {', '.join(missing)}" if missing else "all are installed"
    return Health("packages", not missing, found, f"pip install {' '.join(missing)}" if missing else "")


def torch() -> Health:
    """Does torch import and compute? Tried in a process of its own, for a broken one can end a process."""
    code = "import torch as t; print(t.__version__, t.get_num_threads(), float(t.ones(3) @ t.ones(3)))"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        return Health("torch", False, "no answer within two minutes", "python3 go.py installs it again")
    if done.returncode:
        why = (
            done.stderr.strip().splitlines()[-1]
            if done.stderr.strip()
            else f"it ended with {done.returncode}"
        )
        return Health("torch", False, why, "delete .venv, then: python3 go.py")
    version, threads, product = done.stdout.split()
    good = product == "3.0"
    return Health(
        "torch", good, f"{version}, {threads} threads", "" if good else "delete .venv, then: python3 go.py"
    )


def home() -> Health:
    """Can the learner's folder be written?"""
    folder = workspace.home()
    try:
        probe = workspace.own() / "probe.txt"
        new = not folder.exists()
        workspace.replace_file(probe, "x")
        probe.unlink()
        if new:
            shutil.rmtree(folder)
    except (RungError, OSError) as error:
        return Health("folder", False, str(error).split("\n")[0], "rung init DIR, and set RUNG_HOME to DIR")
    if new:
        return Health("folder", None, f"{folder} can be made", "rung init")
    return Health("folder", True, f"{folder} can be written")


def record() -> Health:
    """Can the record be read?"""
    from rung.learn import evidence

    if not evidence.file().exists():
        return Health("record", True, "nothing is recorded yet")
    count = len(evidence.records())
    aside = sorted(evidence.file().parent.glob("evidence.broken-*.db"))
    if aside:
        found = f"{count} attempts; a damaged file was set aside and the record rebuilt"
        return Health("record", None, found, f"delete {aside[-1]} when you miss nothing")
    return Health("record", True, f"{count} attempts in {evidence.file()}")


def data_folder() -> Health:
    """Is the mirror of data sets there, if one is named?"""
    mirror = os.environ.get("RUNG_DATA")
    if not mirror:
        return Health(
            "data",
            True,
            f"packages carry it; RUNG_DATA is not set; fetched files go to {workspace.home() / 'data'}",
        )
    folder = Path(mirror)
    if not folder.is_dir():
        return Health(
            "data", False, f"RUNG_DATA is {mirror}, which is not a folder", "correct RUNG_DATA, or unset it"
        )
    count = sum(1 for entry in folder.iterdir() if entry.is_dir())
    return Health("data", True, f"{count} folders in {folder}")


def disk() -> Health:
    """Is there room?"""
    folder = next(p for p in (workspace.home(), *workspace.home().parents) if p.exists())
    free = shutil.disk_usage(folder).free / 1e9
    good = True if free >= LITTLE_DISK else None if free >= LITTLE_DISK / 10 else False
    return Health(
        "disk", good, f"{free:.1f} GB free at {folder}", "" if good else f"make {LITTLE_DISK:g} GB free"
    )


def port() -> Health:
    """Can the studio listen on this machine?"""
    for number in (PORT, 0):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", number))
            except OSError as error:
                why = error.strerror
                continue
            if number:
                return Health("port", True, f"127.0.0.1:{number} is free")
            return Health("port", True, f"{PORT} is taken ({why}); the studio takes another")
    return Health("port", False, f"nothing can listen on 127.0.0.1: {why}", "allow Python in the firewall")


def lessons() -> Health:
    """Can every lesson be read, and is the temporary folder of the grader writable?"""
    from rung.learn.roadmap import roadmap

    plan = roadmap()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "probe").write_text("x", encoding="utf-8")
    return Health(
        "lessons",
        True,
        f"{sum(bool(t.lesson) for t in plan.topics.values())} of {len(plan.topics)} topics are written",
    )
