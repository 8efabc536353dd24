"""What a lesson's mistakes.py is written with: `mistake` names a wrong answer and what catches it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rung.learn.checks import run_file

Wrong = TypeVar("Wrong", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mistake:
    """One wrong answer that learners really give.

    Attributes:
        name: its name in mistakes.py.
        replaces: the name of the target it stands for: "relu", "ReLU" or "ReLU.backward".
        caught_by: the name of the check that must be the first to fail on it.
        says: its docstring: what the learner is told.
        wrong: the function, class or method itself.
    """

    name: str
    replaces: str
    caught_by: str
    says: str
    wrong: Any


_found: list[Mistake] = []


def mistake(replaces: str, caught_by: str) -> Callable[[Wrong], Wrong]:
    """Declare a named wrong answer; its docstring is the sentence the learner gets.

    Args:
        replaces: a name of the lesson's target: a function, a class, or "Class.method".
        caught_by: name of the check function that must be the first to fail on it.

    Raises:
        ValueError: it has no docstring, so it would have nothing to tell.
    """

    def declare(wrong: Wrong) -> Wrong:
        says = inspect.cleandoc(wrong.__doc__ or "")
        if not says:
            raise ValueError(f"the mistake {wrong.__name__} has no docstring: it is what the learner is told")
        _found.append(Mistake(wrong.__name__, replaces, caught_by, " ".join(says.split()), wrong))
        return wrong

    return declare


def load_mistakes(folder: Path) -> list[Mistake]:
    """Run a lesson's mistakes.py and return its mistakes in order; an absent file has none."""
    path = folder / "mistakes.py"
    if not path.exists():
        return []
    _found.clear()
    run_file(path, f"rung.lessons.{folder.name}.mistakes")
    return list(_found)
