"""The learner's own parts: what they wrote and passed, in place of the library's."""

from __future__ import annotations

import importlib
import linecache
import types
from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.learn import workspace
from rung.learn.cut import cut_names
from rung.learn.hashes import code_hash
from rung.learn.lesson import FOLDER, Lesson, lesson
from rung.learn.standing import is_mine

YOURS, LIBRARY = "yours", "library"


class Parts(types.SimpleNamespace):
    """The names a lesson teaches, as attributes: the learner's once their file has passed, or the library's.

    Attributes:
        whose: "yours" or "library".
        lesson: the lesson's slug.
    """

    whose: str
    lesson: str


class Replacements(dict[type, type]):
    """{class of the library: the learner's class}, for `rung.scratch.use`.

    Attributes:
        lesson: {class of the library: slug of the lesson it was written in}.
        code: {class of the library: hash of the learner's files that it is made of}: a run keeps it, and is
            looked into later on the same code or not on the learner's at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lesson: dict[type, str] = {}
        self.code: dict[type, str] = {}


def mine(slug: str | Lesson) -> Parts:
    """Return what a lesson teaches: the learner's version once their file has passed, or the library's.

    Args:
        slug: the lesson, or its slug. A lesson outside rung's own folder has no file of the learner's.

    Raises:
        UnknownNameError: there is no such lesson.

    Cost:
        reads the learner's file and its evidence; the file runs once for each version of it.
    """
    one = slug if isinstance(slug, Lesson) else lesson(slug)
    given = _library(one)
    own = _own(one) if one.folder.parent == FOLDER else None
    return Parts(**(own or given), whose=YOURS if own else LIBRARY, lesson=one.slug)


def replacements() -> Replacements:
    """Return every class the learner has written and passed, by the class of the library that it can replace.

    Where two lessons teach methods of one class, the learner's class has those of both; where they teach the
    same method, the later on the path counts.
    """
    from rung.learn.roadmap import roadmap

    found = Replacements()
    written: dict[type, dict[str, Any]] = {}
    hashes: dict[type, dict[str, str]] = {}  # of each class, by the lesson that taught a method of it
    for topic in roadmap().path():
        own = _own(topic.lesson) if topic.lesson else None
        if topic.lesson is None or own is None:
            continue
        for name, part in _library(topic.lesson).items():
            if isinstance(part, type) and isinstance(own[name], type):
                earlier = written.setdefault(part, {})
                now = _written_methods(topic.lesson, name, own[name])
                kept = {method: body for method, body in earlier.items() if method not in now}
                found[part] = (
                    type(name, (own[name],), dict(kept, __module__=own[name].__module__))
                    if kept
                    else own[name]
                )
                found.lesson[part] = topic.slug
                files = hashes.setdefault(part, {})
                files[topic.slug] = code_hash(workspace.read(topic.slug))
                found.code[part] = code_hash(" ".join(files.values())) if kept else files[topic.slug]
                earlier.update(now)
    return found


def _written_methods(one: Lesson, name: str, own: type) -> dict[str, Any]:
    """Return the methods of a class whose bodies the lesson asks for, as the learner wrote them."""
    methods = [cut.partition(".")[2] for cut in cut_names(one) if cut.startswith(f"{name}.")]
    return {method: vars(own)[method] for method in methods if method in vars(own)}


def _library(one: Lesson) -> dict[str, Any]:
    parts = {}
    for target in one.target:
        module, _, name = target.partition(":")
        name = name.partition(".")[0]
        parts[name] = getattr(importlib.import_module(module), name)
    return parts


def _own(one: Lesson) -> dict[str, Any] | None:
    """Return the learner's parts, or None if their file as it is now has not passed."""
    if not is_mine(one.slug):
        return None
    try:
        module = _run(one.slug, workspace.path(one.slug), workspace.read(one.slug))
        return {name: getattr(module, name) for name in one.names}
    except Exception:  # it passed in its own process; whatever ails it in this one, the library stands in
        return None


@lru_cache(maxsize=256)
def _run(slug: str, file: Path, text: str) -> types.ModuleType:
    """Run the learner's file as a module; its lines are known to tracebacks and to `inspect`."""
    module = types.ModuleType(f"rung_mine.{slug.replace('-', '_')}")
    module.__file__ = str(file)
    linecache.cache[str(file)] = (len(text), None, text.splitlines(keepends=True), str(file))
    exec(compile(text, str(file), "exec"), module.__dict__)
    return module
