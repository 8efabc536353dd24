"""A throwaway lesson for the tests of grading: one function to write, checks, mistakes, a library."""

import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from rung.learn.grading import Limits, Verdict
from rung.learn.grading.job import Job
from rung.learn.grading.launch import run_here

LIBRARY = '''
import numpy as np

def update(w, b, x, y, lr=1.0):
    """Move the line for a point on the wrong side."""
    if y * (w @ x + b) > 0:
        return w, b
    return w + lr * y * x, b + lr * y

TABLE = {"update": update}

class Scaler:
    """Scale by a factor."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        return self.factor * x

    @staticmethod
    def name():
        return "library"

class Twice(Scaler):
    def __init__(self):
        super().__init__(2.0)

def scaled(x, factor):
    return Scaler(factor).forward(x)
'''
USER = """
from {package}.library import TABLE, update

def fit(points, labels):
    w, b = points[0] * 0.0, 0.0
    for x, y in zip(points, labels):
        w, b = update(w, b, x, y)
    return w, b

def by_table(*args):
    return TABLE["update"](*args)
"""
CHECKS = """
import numpy as np
from rung.learn.checks import case, check, expect_close, expect_unchanged

@check("A point on the right side changes nothing")
def leaves_right_points_alone(mine, rng):
    w, b, x = np.array([1.0, -2.0]), 0.5, rng.normal(size=2)
    y = 1 if w @ x + b > 0 else -1
    expect_close(mine.update(w, b, x, y), (w, b), "the point is already on the right side")

@check("A point on the wrong side moves the line")
def moves(mine, rng):
    w, b, x = rng.normal(size=2), 0.5, rng.normal(size=2)
    y = -1 if w @ x + b > 0 else 1
    before = w.copy()
    with case("a point on the wrong side"):
        got = mine.update(w, b, x, y, lr=0.5)
        expect_close(got, (before + 0.5 * y * x, b + 0.5 * y), "w moves by lr y x, and b by lr y")
    expect_unchanged(before, w, "the caller still needs the old weights")
"""
MISTAKES = '''
from rung.learn.mistakes import mistake

@mistake(replaces="update", caught_by="leaves_right_points_alone")
def updates_right_points_too(w, b, x, y, lr=1.0):
    """You moved the line for a point that was already on the right side."""
    return w + lr * y * x, b + lr * y

@mistake(replaces="update", caught_by="moves")
def forgets_the_bias(w, b, x, y, lr=1.0):
    """You left the bias where it was."""
    return (w, b) if y * (w @ x + b) > 0 else (w + lr * y * x, b)
'''
RIGHT = """
def update(w, b, x, y, lr=1.0):
    if y * (w @ x + b) > 0:
        return w, b
    return w + lr * y * x, b + lr * y
"""
QUICK = Limits(seconds=0.7, total=10.0, memory_mb=256)


@dataclass(frozen=True)
class ToyLesson:
    """What grading needs of a lesson."""

    slug: str
    target: tuple[str, ...]
    folder: Path

    def grade(self, source: str, seed: int | None = 1, limits: Limits = QUICK, **options: bool) -> Verdict:
        """Grade a text here, without a server."""
        text = textwrap.dedent(source)
        return run_here(
            Job(self.slug, self.target, str(self.folder), text, "toy.py", seed, limits=limits, **options)
        )


def make(
    folder: Path, package: str, target: str = "update", checks: str = CHECKS, mistakes: str = MISTAKES
) -> ToyLesson:
    """Write a package with a library and a lesson on one name of it; the package can be imported."""
    home = folder / package
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "library.py").write_text(LIBRARY)
    (home / "user.py").write_text(USER.format(package=package))
    lesson = folder / "lesson"
    lesson.mkdir()
    (lesson / "checks.py").write_text(checks)
    (lesson / "mistakes.py").write_text(mistakes)
    sys.path.insert(0, str(folder))
    return ToyLesson("toy", (f"{package}.library:{target}",), lesson)
