"""The guard inside the learner's process: refuses in plain words what a lesson never needs.

It rests on Python's audit events, which cannot be taken off again, and on the import statement of the
learner's file. It is there for its sentences, and for systems without the kernel's walls. What makes a
forged pass impossible lies
elsewhere: the answer is not in this process (`removal`), and results are compared in another (`judge`).
"""

from __future__ import annotations

import _thread
import builtins
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from typing import Any

from rung.errors import RungError


class Refused(RungError, PermissionError):
    """The learner's code tried something that a check does not allow.

    A check runs your file in a process that may compute, print, and use its own temporary folder. It has no
    network, starts no programs, processes or threads, and reads and writes no other files.

    Repair: return results in place of writing them, and compute in place of reading. What the exercise
    needs is imported at the top of its file.
    """

    name = "refused"

    def __str__(self) -> str:
        return self.message


class RefusedImport(RungError, ImportError):
    """The learner's code imported what a check does not offer; see `rung explain refused`."""

    name = "refused"

    def __str__(self) -> str:
        return self.message


_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = (
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "os.chflags", "os.setxattr", "os.removexattr", "os.chdir",
    "shutil.rmtree", "shutil.move",
)  # fmt: skip
_NEVER = {
    "socket.": "use the network", "urllib.": "use the network", "http.": "use the network",
    "ftplib.": "use the network", "smtplib.": "use the network", "subprocess.": "start another program",
    "os.system": "start another program", "os.exec": "start another program",
    "os.posix_spawn": "start another program", "os.spawn": "start another program",
    "os.startfile": "start another program", "pty.": "start another program",
    "_winapi.": "start another program", "os.fork": "start another process",
    "_thread.start_new_thread": "start a thread", "os.kill": "send a signal to a process",
    "signal.pthread_kill": "send a signal to a process", "ctypes.": "reach into memory with ctypes",
    "gc.get_": "search Python's memory", "resource.": "change its own limits",
    "fcntl.": "change an open file", "sqlite3.": "open a database", "webbrowser.": "open a browser",
    "winreg.": "open the registry", "syslog.": "write to the system's log",
}  # fmt: skip
_BLOCKED = {
    "socket": "use the network", "ssl": "use the network", "urllib": "use the network",
    "http": "use the network", "asyncio": "use the network", "requests": "use the network",
    "subprocess": "start another program", "_posixsubprocess": "start another program",
    "pty": "start another program", "multiprocessing": "start another process",
    "concurrent": "start threads or processes", "ctypes": "reach into memory with ctypes",
    "_ctypes": "reach into memory with ctypes", "cffi": "reach into memory",
    "gc": "search Python's memory", "resource": "change its own limits",
}  # fmt: skip
_QUIET = ("linecache.py", "traceback.py", "warnings.py")  # they look for source text to print, on their own


def guard(
    filename: str,
    readable: Iterable[Path],
    forbidden: Iterable[Path],
    folder: Path,
    refusals: list[str],
) -> None:
    """Start refusing.

    Args:
        filename: what tracebacks call the learner's file.
        readable: folders and files that may be read.
        forbidden: folders within them that may not: the library's source and the lesson.
        folder: the process's own folder, where it may write.
        refusals: gets one sentence per refusal.
    """
    readable_ = tuple(os.path.realpath(p) for p in readable)
    forbidden_ = tuple(os.path.realpath(p) for p in forbidden)
    own = os.path.realpath(folder)
    realpath, fsdecode, join, frame_of = os.path.realpath, os.fsdecode, os.path.join, sys._getframe
    busy: list[bool] = []

    def within(path: str, roots: Iterable[str]) -> bool:
        return any(path == root or path.startswith(join(root, "")) for root in roots)

    def refuse(sentence: str) -> None:
        frame = frame_of(2)
        names: list[str] = []
        while frame is not None and len(names) < 40:
            names.append(frame.f_code.co_filename)
            frame = frame.f_back  # type: ignore[assignment]
        printing = any(str.endswith(n, _QUIET) for n in names) and not any(
            str.endswith(n, "inspect.py") for n in names
        )
        if not printing and len(refusals) < 50:
            refusals.append(sentence)
        raise Refused(sentence)

    def look_at(path: Any, writes: bool) -> None:
        if path is None or type(path) is int:
            return
        if isinstance(path, PurePath) and type(path).__module__.startswith("pathlib"):
            path = str(path)
        if type(path) not in (str, bytes):  # its methods would be the learner's code, run inside this guard
            refuse("Your code tried to open something that is no path.")
        text = fsdecode(path)
        full = realpath(text)
        if within(full, (own,)):
            return
        if writes and full != os.devnull:
            refuse(
                f"Your code tried to write to {text}. A check lets it write in its own temporary folder only."
            )
        if within(full, forbidden_):
            refuse("Your code tried to read rung's own files: the answer is yours to write.")
        if not within(full, readable_):
            refuse(f"Your code tried to read {text}. A check gives it everything it needs as arguments.")

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if busy:  # realpath below raises events of its own
            return
        busy.append(True)
        try:
            if event == "open":
                path, mode, flags = args
                writes = type(flags) is not int or bool(flags & _WRITES)
                writes = writes or (type(mode) is str and any(c in mode for c in "wax+"))
                look_at(path, writes)
            elif event in ("os.listdir", "os.scandir", "glob.glob"):
                look_at(args[0] if args[0] is not None else ".", False)
            elif event in _CHANGES:
                for path in args[: 2 if event in ("os.rename", "os.link", "shutil.move") else 1]:
                    look_at(path, True)
            else:
                for prefix, deed in _NEVER.items():
                    if event.startswith(prefix):
                        refuse(f"Your code tried to {deed}. A check does not allow that.")
        finally:
            busy.pop()

    def no_thread(*args: Any, **kwargs: Any) -> None:
        refuse("Your code tried to start a thread. A check does not allow that.")

    for module, name in (
        (_thread, "start_new_thread"),
        (_thread, "start_new"),
        (threading, "_start_new_thread"),
    ):
        if hasattr(module, name):  # not every Python version has an audit event for it
            setattr(module, name, no_thread)
    for name in ("start_joinable_thread", "_start_joinable_thread"):
        for module in (_thread, threading):
            if hasattr(module, name):
                setattr(module, name, no_thread)
    sys.addaudithook(hook)


def guarded_builtins(
    allowed: set[str], library: Iterable[str], note: Callable[[str], None]
) -> dict[str, Any]:
    """Return builtins for the learner's file whose `import` explains itself.

    Args:
        allowed: packages outside the standard library that the lesson's answer itself uses.
        library: what of rung may be imported.
        note: called with each refusal.
    """
    plain_import = builtins.__import__
    library = tuple(library)
    known = allowed | set(sys.stdlib_module_names)

    def __import__(name: str, *rest: Any, **named: Any) -> Any:
        top = name.partition(".")[0]
        sentence = ""
        if top in _BLOCKED:
            sentence = f"Your code imports {name}, to {_BLOCKED[top]}: a check does not allow that."
        elif top == "rung":
            if name != "rung" and not any(name == part or name.startswith(part + ".") for part in library):
                sentence = (
                    f"Your code imports {name}: the checker's own side cannot be reached from your file."
                )
        elif top not in known and top not in library and top in sys.modules | _packages_here():
            also = ", ".join(sorted(allowed - {"numpy"}))
            sentence = (
                f"Your code imports {top}: write this one with NumPy{f' and {also}' if also else ''} alone."
            )
        if sentence:
            note(sentence)
            raise RefusedImport(sentence)
        return plain_import(name, *rest, **named)

    return {**vars(builtins), "__import__": __import__}


def _packages_here() -> dict[str, Any]:
    """Return heavy packages that could be installed and would do the exercise's work."""
    return dict.fromkeys(
        ("torch", "tensorflow", "keras", "jax", "sklearn", "scipy", "autograd", "mlxtend", "pandas")
    )
