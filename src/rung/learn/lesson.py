"""A lesson's metadata: found by folder, read from lesson.toml; what is wrong is refused with its repair."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.errors import RungError, UnknownNameError, did_you_mean

FORMAT = 1
LEVELS = (101, 201, 301)
PACKAGE = Path(__file__).resolve().parent.parent
# RUNG_LESSONS: another folder of lessons in the place of the package's own, for authors and for tests
FOLDER = Path(os.environ.get("RUNG_LESSONS") or PACKAGE / "lessons")

# key of lesson.toml: (type, whether it must be there)
_KEYS: dict[str, tuple[type, bool]] = {
    "format": (int, True),
    "title": (str, True),
    "track": (str, True),
    "level": (int, True),
    "target": (list, True),
    "blank": (list, False),
    "requires": (list, True),
    "teaches": (list, True),
    "outside": (list, False),
    "minutes": (int, True),
    "covers": (list, True),
    "cheatsheet": (str, True),
    "reading": (list, False),
}
_READING = ("source", "view", "why")
_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class LessonError(RungError, ValueError):
    """A lesson's folder breaks the contract of docs/lesson-anatomy.md.

    The message names the file, the rule and the repair. A key that rung does not know is refused, so that a
    slip of the pen is not silently ignored:

        [lessons/relu/lesson.toml]
        require = ["tensor"]        # should be `requires`

    Repair: correct the file that the message names, then run `rung dev check NAME` until it is quiet.
    """

    name = "lesson"


@dataclass(frozen=True)
class Reading:
    """One thing to read: a key of sources.toml, from whose point of view it speaks, and why to read it."""

    source: str
    view: str
    why: str


@dataclass(frozen=True)
class Lesson:
    """What lesson.toml says, plus where the folder is.

    Attributes:
        slug: what people type; the folder's name with `-` for `_`.
        title: as shown on the page and on the map.
        track: key of a track in roadmap.toml.
        level: 101, 201 or 301.
        target: the symbols it teaches, "module:name"; their source is the answer, and the only copy of it.
        blank: the bodies that are cut ("f", "Class", "Class.method"); empty means every body of every target.
        requires: slugs of the lessons to pass first.
        teaches: concepts; each is taught by one lesson.
        outside: what is deliberately left out.
        minutes: how long it takes to read, move and write.
        covers: keys of the mission that the lesson answers.
        cheatsheet: one line of markdown.
        reading: what to read next.
        folder: the lesson's folder.
    """

    slug: str
    title: str
    track: str
    level: int
    target: tuple[str, ...]
    blank: tuple[str, ...]
    requires: tuple[str, ...]
    teaches: tuple[str, ...]
    outside: tuple[str, ...]
    minutes: int
    covers: tuple[str, ...]
    cheatsheet: str
    reading: tuple[Reading, ...]
    folder: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Names the learner's file defines: "rung.scratch.ops.activation:ReLU" gives "ReLU"."""
        return tuple(dict.fromkeys(t.partition(":")[2].partition(".")[0] for t in self.target))

    @property
    def notebook(self) -> Path:
        """Path of the lesson's marimo notebook."""
        return self.folder / "lesson.py"

    def hints(self) -> list[tuple[str, str]]:
        """Read hints.md as (heading, markdown) pairs, the gentlest first."""
        from rung.learn.hints import read

        return read(self.folder / "hints.md")


def slug_of(folder: Path) -> str:
    """Return the slug of a lesson's folder: `perceptron_trick` is taught as `perceptron-trick`."""
    return folder.name.replace("_", "-")


def load(folder: Path) -> Lesson:
    """Read one lesson's folder.

    Args:
        folder: the folder that holds lesson.toml.

    Raises:
        LessonError: the file is missing, is not TOML, or lacks a key, or has an unknown or a wrong one.
    """
    file = folder / "lesson.toml"
    where = f"lessons/{folder.name}/lesson.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LessonError(
            f"{where} is missing", rule="A lesson's folder holds a lesson.toml.", fix="rung new lesson NAME"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LessonError(f"{where} cannot be read: {error}", fix="correct the TOML at that line") from None
    _check_keys(data, where)
    reading = tuple(_reading(row, where) for row in data.get("reading", []))
    lists: dict[str, Any] = {
        k: tuple(data.get(k, ())) for k, (kind, _) in _KEYS.items() if kind is list and k != "reading"
    }
    for key, items in lists.items():
        for item in items:
            if not isinstance(item, str):
                raise LessonError(
                    f"{where}: {key} holds {item!r}",
                    rule=f"{key} is a list of strings.",
                    fix=f'{key} = ["..."]',
                )
    slug = slug_of(folder)
    _check_values(data, lists, slug, where)
    plain: dict[str, Any] = {k: data[k] for k in ("title", "track", "level", "minutes", "cheatsheet")}
    return Lesson(slug=slug, folder=folder, reading=reading, **plain, **lists)


def _check_keys(data: dict[str, Any], where: str) -> None:
    for key in data:
        if key not in _KEYS:
            guess = did_you_mean(key, list(_KEYS))
            raise LessonError(
                f'{where}: unknown key "{key}"',
                rule=f"Known keys: {', '.join(_KEYS)}.",
                fix=guess or f"remove {key}",
            )
    for key, (kind, needed) in _KEYS.items():
        if key not in data:
            if needed:
                raise LessonError(f'{where}: the key "{key}" is missing', fix=f"add {key} = {_example(kind)}")
        elif not isinstance(data[key], kind) or isinstance(data[key], bool):
            raise LessonError(
                f"{where}: {key} is {data[key]!r}",
                rule=f"{key} is a {kind.__name__}.",
                fix=f"{key} = {_example(kind)}",
            )


def _check_values(data: dict[str, Any], lists: dict[str, tuple[str, ...]], slug: str, where: str) -> None:
    if data["format"] != FORMAT:
        raise LessonError(
            f"{where}: format is {data['format']}",
            rule=f"This rung reads format {FORMAT}.",
            fix=f"format = {FORMAT}",
        )
    if data["level"] not in LEVELS:
        raise LessonError(
            f"{where}: level is {data['level']}", rule=f"A level is one of {LEVELS}.", fix="level = 101"
        )
    if not _SLUG.fullmatch(slug):
        raise LessonError(
            f'{where}: the folder gives the slug "{slug}"',
            rule="Lower-case words joined by _.",
            fix="rename the folder",
        )
    if not lists["target"]:
        raise LessonError(
            f"{where}: target is empty",
            rule="A lesson teaches at least one symbol.",
            fix='target = ["module:name"]',
        )
    for target in lists["target"]:
        if not _TARGET.fullmatch(target):
            raise LessonError(
                f'{where}: target "{target}"',
                rule='A target is "module:name".',
                fix='"rung.scratch.ops.activation:ReLU"',
            )


def _reading(row: Any, where: str) -> Reading:
    if not isinstance(row, dict):
        raise LessonError(
            f"{where}: reading holds {row!r}", rule="Each is a table.", fix="begin each with [[reading]]"
        )
    for key in row:
        if key not in _READING:
            raise LessonError(
                f'{where}: unknown key "{key}" in [[reading]]',
                fix=did_you_mean(key, _READING) or f"remove {key}",
            )
    for key in _READING:
        if not isinstance(row.get(key), str):
            raise LessonError(
                f'{where}: a [[reading]] lacks "{key}"',
                rule="source, view and why are strings.",
                fix=f'{key} = "..."',
            )
    return Reading(**row)


def _example(kind: type) -> str:
    return {int: "1", str: '"..."', list: "[]"}[kind]


@lru_cache(maxsize=8)
def lessons(root: Path = FOLDER) -> dict[str, Lesson]:
    """Return every lesson found under `root`, by slug, in the alphabetical order of the slugs.

    Args:
        root: the folder that holds the lessons' folders.

    Raises:
        LessonError: one of them breaks the contract.
    """
    return {slug_of(file.parent): load(file.parent) for file in sorted(root.glob("*/lesson.toml"))}


@lru_cache(maxsize=256)
def lesson(slug: str, root: Path = FOLDER) -> Lesson:
    """Return one lesson; only its own folder is read.

    Args:
        slug: the lesson's slug; `_` is taken for `-`.
        root: the folder that holds the lessons' folders.

    Raises:
        UnknownNameError: no lesson has that slug.
        LessonError: its lesson.toml breaks the contract.
    """
    slug = slug.replace("_", "-")
    folder = root / slug.replace("-", "_")
    if _SLUG.fullmatch(slug) and (folder / "lesson.toml").is_file():
        return load(folder)
    known = [slug_of(file.parent) for file in root.glob("*/lesson.toml")]
    raise UnknownNameError(
        f'there is no lesson "{slug}"', fix=did_you_mean(slug, known) or "rung map shows them all"
    )
