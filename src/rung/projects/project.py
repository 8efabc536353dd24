"""Project: what a project's folder says of itself, and its recipe."""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rung.scratch.errors import RungError, UnknownNameError, did_you_mean
from rung.train.recipe import Recipe

_FOLDER = Path(__file__).parent
_OWN = ("slug", "folder")  # known from where it stands, not from the file


class ProjectError(RungError, ValueError):
    """A project's folder is not as it should be.

        [src/rung/projects/digits/project.toml]
        lesson = ["training-loop"]         # it is `lessons`

    Repair: correct the key that the message names; src/rung/projects/digits is the example.
    """

    name = "project"


@dataclass(frozen=True)
class Project:
    """A project, from its `project.toml`.

    Attributes:
        slug: what people type.
        title: what people read.
        question: what it finds out.
        metric: what its score is.
        data: the names of its data sets, the preferred one first.
        baseline: what its score must beat.
        expected: by data set, the score from and to which a training on the defaults should come out.
        minutes: about how long it takes on two cores.
        lessons: slugs of the lessons whose parts it runs on.
        folder: where it stands.
    """

    slug: str
    title: str
    question: str
    metric: str
    data: tuple[str, ...]
    baseline: str
    expected: dict[str, tuple[float, float]]
    minutes: float
    lessons: tuple[str, ...]
    folder: Path

    @property
    def recipe(self) -> Recipe:
        """The module recipe.py in its folder, imported on first use."""
        return cast(Recipe, importlib.import_module(f"rung.projects.{self.folder.name}.recipe"))


def slugs() -> list[str]:
    """Return the slugs of all projects, sorted."""
    return sorted(f.parent.name.replace("_", "-") for f in _FOLDER.glob("*/project.toml"))


def load(slug: str) -> Project:
    """Return the project of that slug.

    Raises:
        UnknownNameError: there is none.
        ProjectError: its project.toml lacks a key or has an unknown one.
    """
    known = slugs()
    if slug not in known:
        raise UnknownNameError(
            f"there is no project {slug!r}",
            rule=f"There are {', '.join(known)}." if len(known) > 1 else f"There is {known[0]}.",
            fix=did_you_mean(slug, known),
        )
    folder = _FOLDER / slug.replace("-", "_")
    return read(folder)


def read(folder: Path) -> Project:
    """Return the project in a folder."""
    told = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))
    told["data"], told["lessons"] = tuple(told.get("data", ())), tuple(told.get("lessons", ()))
    told["expected"] = {name: (low, high) for name, (low, high) in told.get("expected", {}).items()}
    try:
        return Project(slug=folder.name.replace("_", "-"), folder=folder, **told)
    except TypeError as error:
        raise ProjectError(
            f"{folder / 'project.toml'}: {str(error).split('__init__() ')[-1]}",
            rule=f"It has the keys {', '.join(k for k in Project.__annotations__ if k not in _OWN)}.",
        ) from None
