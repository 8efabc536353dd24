"""Skeletons: the files that a new lesson, op, model, data set or project begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from rung.errors import RungError
from rung.learn.workspace import replace_file

TEMPLATES = Path(__file__).with_name("templates")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PACKAGE = Path(__file__).resolve().parent.parent


class NewError(RungError, ValueError):
    """A skeleton cannot be written.

        rung new lesson Relu            # a name is lower-case words joined by -
        rung new lesson perceptron      # there is one already, and nothing is overwritten

    Repair: choose another name; to begin again, remove the old files first.
    """

    name = "new"


@dataclass(frozen=True)
class Kind:
    """One kind of addition.

    Attributes:
        folder: where it goes, from the package on; `$name` is its name with `_`.
        after: what is left to do by hand, one line each.
    """

    folder: str
    after: tuple[str, ...]


KINDS = {
    "lesson": Kind(
        "lessons/$name", ("write until it is quiet: rung dev check $slug", "look at it: rung studio $slug")
    ),
    "op": Kind("scratch/ops", ("add a row of cases in src/rung/testing/cases", "rung prove $title")),
    "model": Kind("models", ("state the paper's claim in its test", "pytest tests/models/test_$name.py")),
    "dataset": Kind("data/sets", ("fill in the card: licence, size, checksum, sources", "pytest tests/data")),
    "project": Kind("projects/$name", ("name its baseline and its question", "rung train $slug --dry-run")),
}


def new(kind: str, slug: str, target: str = "", package: Path = _PACKAGE) -> list[Path]:
    """Write the skeleton of something new and return its files; nothing that exists is overwritten.

    Args:
        kind: a key of KINDS.
        slug: its name: lower-case words joined by `-`.
        target: for a lesson: what it teaches, "module:name".
        package: the folder of the package `rung`.

    Raises:
        NewError: a name of the wrong form, something of that name is there, or the package cannot be written.
    """
    slug = slug.replace("_", "-")
    if not _NAME.fullmatch(slug):
        fix = re.sub(r"[^a-z0-9]+", "-", slug.lower()).strip("-") or "relu"
        raise NewError(f'"{slug}" cannot be a name', rule="Lower-case words joined by -.", fix=fix)
    words = {"slug": slug, "name": slug.replace("-", "_"), "title": slug.replace("-", " ").capitalize()}
    words["class"] = "".join(part.capitalize() for part in slug.split("-"))
    words["target"] = target or f"rung.scratch.ops.{words['name']}:{words['class']}"
    words["symbol"] = words["target"].partition(":")[2].partition(".")[0]
    folder = package / Template(KINDS[kind].folder).substitute(words)
    files = {}
    for template in sorted((TEMPLATES / kind).glob("*.txt")):
        name = Template(template.stem.replace("NAME", "$name")).substitute(words)
        base = package.parent.parent / "tests" if name.startswith("tests__") else folder
        place = base.joinpath(*name.removeprefix("tests__").split("__"))
        files[place] = Template(template.read_text(encoding="utf-8")).substitute(words)
    there = [f for f in files if f.exists()]
    if there:
        raise NewError(
            f"{there[0]} is there already", rule="Nothing is overwritten.", fix="choose another name"
        )
    for place, text in files.items():
        replace_file(place, text)
    return list(files)


def after(kind: str, slug: str) -> list[str]:
    """Return what is left to do by hand once the skeleton stands."""
    words = {
        "slug": slug,
        "name": slug.replace("-", "_"),
        "title": "".join(w.capitalize() for w in slug.split("-")),
    }
    return [Template(line).substitute(words) for line in KINDS[kind].after]
