"""Where a name stands: the operation, the layer, the lesson that teaches it, its tests, and who uses it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.errors import UnknownNameError, did_you_mean

_PACKAGE = Path(__file__).resolve().parent.parent
_DEFINED = re.compile(r"^(?:class|(?:async )?def) (\w+)", re.MULTILINE)
# folder of the package: what a definition there is called
_KINDS = {
    "scratch/ops": "ops",
    "scratch/nn": "layers",
    "scratch/optim": "optimizers",
    "scratch/models": "models",
    "models": "models",
    "data": "data",
}


@dataclass
class Places:
    """Where one name stands; each entry is "file:line", from the root of the project or of the package.

    Attributes:
        name: as it was asked for.
        ops: where the operation is defined.
        layers: where the layer or its function is defined.
        optimizers: where the optimiser is defined.
        models: models of that name.
        data: data sets of that name.
        other: any other definition.
        lessons: slugs of the lessons that teach it.
        tests: tests and rows of cases that name it.
        users: files of the package that use it.
    """

    name: str
    ops: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    optimizers: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    lessons: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """Return plain lists by kind, fit for JSON."""
        return asdict(self)


def where(name: str) -> Places:
    """Find a name in any case: `relu` finds the op and the layer `ReLU`, the lesson, the tests, the users.

    Args:
        name: of a function, class, lesson or data set; `-` and `_` are the same.

    Raises:
        UnknownNameError: nothing is called so.
    """
    from rung.learn.lesson import lessons

    plain = _plain(name)
    found = Places(name)
    written: set[str] = set()
    for file, text in _files().items():
        for match in _DEFINED.finditer(text):
            if _plain(match[1]) == plain:
                written.add(match[1])
                getattr(found, _kind(file)).append(f"{file}:{text.count(chr(10), 0, match.start()) + 1}")
        if _kind(file) == "data" and _plain(Path(file).stem) == plain:
            found.data.append(f"{file}:1")
    for slug, lesson in lessons().items():
        taught = {_plain(part) for t in lesson.target for part in t.partition(":")[2].split(".")[:1]}
        if plain in taught | {_plain(slug)} | {_plain(concept) for concept in lesson.teaches}:
            found.lessons.append(slug)
            written |= set(lesson.names) if plain == _plain(slug) else set()
    if not (written or found.data or found.lessons):
        raise UnknownNameError(
            f'nothing is called "{name}"', fix=did_you_mean(name, _all_names()) or "rung map"
        )
    for file, text in {**_files(), **_tests()}.items():
        line = _used_at(text, written)
        if line is None:
            continue
        if file.startswith("tests/") or "/testing/" in file:
            found.tests.append(f"{file}:{line}")
        elif "/lessons/" not in file and not any(d.startswith(f"{file}:") for d in _defined_in(found)):
            found.users.append(f"{file}:{line}")
    return found


def _used_at(text: str, names: set[str]) -> int | None:
    """Return the first line on which the code, not a text or a comment, says one of the names."""
    if not any(name in text for name in names):
        return None
    for match in _code(frozenset(names)).finditer(text):
        if match.lastgroup == "name":
            return text.count("\n", 0, match.start()) + 1
    return None


@lru_cache
def _code(names: frozenset[str]) -> re.Pattern[str]:
    """Return what finds a name, and passes over strings and comments whole.

    The standard tokenizer says the same, and a person would wait for it: it reads every word of a file.
    """
    quoted = (
        r'"""(?:[^\\]|\\.)*?"""',
        r"'''(?:[^\\]|\\.)*?'''",
        r'"(?:[^"\\\n]|\\.)*"',
        r"'(?:[^'\\\n]|\\.)*'",
    )
    named = "|".join(map(re.escape, sorted(names)))
    return re.compile(rf"{'|'.join(quoted)}|#[^\n]*|\b(?P<name>{named})\b", re.DOTALL)


def _defined_in(found: Places) -> list[str]:
    return [*found.ops, *found.layers, *found.optimizers, *found.models, *found.data, *found.other]


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _kind(file: str) -> str:
    inside = file.partition("rung/")[2]
    return next((kind for folder, kind in _KINDS.items() if inside.startswith(folder + "/")), "other")


def _root() -> Path:
    """Return the folder that files are named from: the project's in a checkout, else the package's."""
    project = _PACKAGE.parent.parent
    return project if (project / "pyproject.toml").is_file() else _PACKAGE.parent


@lru_cache(maxsize=1)
def _files() -> dict[str, str]:
    root = _root()
    files = sorted(f for f in _PACKAGE.rglob("*.py") if "templates" not in f.parts)
    return {f.relative_to(root).as_posix(): f.read_text(encoding="utf-8") for f in files}


@lru_cache(maxsize=1)
def _tests() -> dict[str, str]:
    root = _root()
    files = sorted((root / "tests").rglob("*.py")) if (root / "tests").is_dir() else []
    return {f.relative_to(root).as_posix(): f.read_text(encoding="utf-8") for f in files}


def _all_names() -> list[str]:
    from rung.learn.lesson import lessons

    return sorted({m for text in _files().values() for m in _DEFINED.findall(text)} | set(lessons()))
