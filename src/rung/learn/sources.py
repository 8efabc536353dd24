"""Every paper, book and course once, by key (sources.toml), and the lessons that each one serves."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rung.errors import UnknownNameError, did_you_mean
from rung.learn.lesson import FOLDER, Reading, lessons

FILE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class Served:
    """One source, and what the lessons say of it.

    Attributes:
        key: in sources.toml.
        entry: what sources.toml holds: title, authors, year, url and the like.
        readings: (slug of the lesson, its entry).
    """

    key: str
    entry: dict[str, Any]
    readings: tuple[tuple[str, Reading], ...]


@lru_cache(maxsize=2)
def sources(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """Return every source by key.

    Args:
        file: sources.toml.
    """
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def source(key: str) -> dict[str, Any]:
    """Return one source.

    Raises:
        UnknownNameError: sources.toml has no such key.
    """
    known = sources()
    if key not in known:
        fix = did_you_mean(key, list(known)) or "add it to src/rung/learn/sources.toml"
        raise UnknownNameError(f'there is no source "{key}"', fix=fix)
    return known[key]


def served(root: Path = FOLDER) -> list[Served]:
    """Return every source with the lessons it serves, the oldest first.

    Args:
        root: the folder of the lessons.
    """
    readings: dict[str, list[tuple[str, Reading]]] = {}
    for slug, lesson in lessons(root).items():
        for reading in lesson.reading:
            readings.setdefault(reading.source, []).append((slug, reading))
    found = [Served(key, entry, tuple(readings.get(key, ()))) for key, entry in sources().items()]
    return sorted(found, key=lambda s: (s.entry.get("year", 9999), s.key))
