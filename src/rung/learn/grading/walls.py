"""Everything that stands around the learner's code, put up just before it runs, the widest wall first."""

from __future__ import annotations

import linecache
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from rung.learn.grading import landlock, seccomp
from rung.learn.grading.guard import guard
from rung.learn.grading.job import Job
from rung.learn.grading.verdict import Limits

PACKAGE = Path(__file__).resolve().parents[2]  # .../rung
_SYSTEM = ("/usr/lib", "/lib", "/lib64", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/null",
           "/dev/urandom")  # fmt: skip


def raise_walls(job: Job, folder: Path, refusals: list[str]) -> None:
    """Confine this process to computing, printing and its own `folder`, for good."""
    forbidden = [PACKAGE, Path(job.folder)]
    readable = [p for root in _roots() for p in _without(root, forbidden)]
    if sys.platform != "win32":
        _die_with_parent()
        _limit(job.limits)
        landlock.restrict(readable, [folder])
        if not seccomp.restrict():
            _no_more_processes()
    lines = [line + "\n" for line in job.source.splitlines()]
    linecache.clearcache()
    linecache.cache[job.filename] = (len(job.source), None, lines, job.filename)
    for name in [n for n in sys.modules if n.startswith(("rung.learn", "rung.lessons", "rung.testing"))]:
        del sys.modules[name]
    for part in ("learn", "lessons", "testing"):
        vars(sys.modules["rung"]).pop(part, None)
    guard(job.filename, readable, forbidden, folder, refusals)


def _roots() -> list[Path]:
    """Return where Python, its packages and the system's libraries live."""
    paths = sysconfig.get_paths()
    roots = [
        paths["stdlib"],
        paths["platstdlib"],
        paths["purelib"],
        paths["platlib"],
        *site.getsitepackages(),
    ]
    if site.ENABLE_USER_SITE:
        roots.append(site.getusersitepackages())
    return [p for p in dict.fromkeys(Path(r).resolve() for r in (*roots, *_SYSTEM)) if p.exists()]


def _without(root: Path, forbidden: list[Path]) -> Iterator[Path]:
    """Yield folders that together hold everything below `root` but the forbidden folders."""
    if root in forbidden:
        return
    if any(f.is_relative_to(root) for f in forbidden):
        for child in root.iterdir():
            yield from _without(child, forbidden)
    else:
        yield root


def _limit(limits: Limits) -> None:
    """Set the kernel's limits on time, memory and files."""
    import resource

    wanted = {
        resource.RLIMIT_CPU: int(limits.total) + 1,
        resource.RLIMIT_FSIZE: limits.file_mb << 20,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    pages = Path("/proc/self/statm")
    if pages.exists():
        now = int(pages.read_text().split()[0]) * resource.getpagesize()
        wanted[resource.RLIMIT_AS] = now + (limits.memory_mb << 20)
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def _no_more_processes() -> None:
    """Where no filter forbids new processes, limit their number (this does not bind the superuser)."""
    import resource

    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _die_with_parent() -> None:
    """Ask the kernel to end this process when the checker's ends."""
    if sys.platform == "linux":
        import ctypes
        import signal

        parent_death_signal = 1
        ctypes.CDLL(None, use_errno=True).prctl(parent_death_signal, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() == 1:  # it ended before we asked
            os._exit(70)
