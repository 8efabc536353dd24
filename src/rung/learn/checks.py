"""What a lesson's checks.py is written with: `check`, `case`, and the expectations that explain themselves.

A check is a function of `mine` (the learner's file, in another process) and `rng`. It ends quietly or raises
`Failed` with a message of a few lines: what was called, what came back, what was expected, and why.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rung.learn.grading.remote import NotAValue, Remote
from rung.learn.grading.session import LearnerError
from rung.learn.grading.show import show
from rung.learn.grading.tell import Failed, compose, mismatch, raised_lines
from rung.learn.grading.trace import current

__all__ = ["after", "case", "check", "expect", "expect_close", "expect_raises", "expect_unchanged"]

CheckFunction = Callable[[Any, np.random.Generator], None]


@dataclass(frozen=True)
class Check:
    """One check of a lesson: its function's name, what it says it checks, and the function."""

    name: str
    title: str
    function: CheckFunction
    seconds: float | None = None


_found: list[Check] = []


def check(title: str, *, seconds: float | None = None) -> Callable[[CheckFunction], CheckFunction]:
    """Declare a check; checks run in the order in which they stand.

    Args:
        title: what holds for a right answer, in a few words.
        seconds: wall-clock time for one run of it, when the usual five are too few.
    """

    def declare(function: CheckFunction) -> CheckFunction:
        name = getattr(function, "__name__", "check")
        if any(c.name == name for c in _found):
            raise ValueError(f"two checks are called {name}: give each its own name")
        _found.append(Check(name, title, function, seconds))
        return function

    return declare


def load_checks(folder: Path) -> list[Check]:
    """Run a lesson's checks.py and return its checks in order."""
    _found.clear()
    run_file(folder / "checks.py", f"rung.lessons.{folder.name}.checks")
    return list(_found)


def run_file(path: Path, name: str) -> types.ModuleType:
    """Run a Python file as a fresh module called `name`, leaving no bytecode behind."""
    module = types.ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


@contextlib.contextmanager
def case(description: str) -> Iterator[None]:
    """Name the inputs of the calls in the block; a failure inside begins with that name.

    Example:
        with case("a point exactly on the line"):
            expect_close(mine.predict(w, b, x), 1, "a score of 0 counts as +1")
    """
    cases = current().cases
    cases.append(description)
    yield
    cases.pop()  # after a failure it stays, and the message names it


def after(passed: Any) -> Any:
    """Return what a value that was passed holds over there, after the learner's code changed it.

    It can be an array, a list, a dict, a set or a Generator.

    The check's own copy never changes: what is expected can be computed from it at any time.

    Example:
        mine.sgd_step(weights, gradient, lr=0.1)              # works in place, over there
        expect_close(after(weights), weights - 0.1 * gradient, "a step goes against the gradient")
    """
    return current().after(passed)


def expect(condition: Any, because: str) -> None:
    """Fail unless `condition` is true; the message shows the latest call and what it gave."""
    if not isinstance(condition, bool | np.bool_):
        if isinstance(condition, Remote):
            raise NotAValue(condition._label, condition._kind)
        raise TypeError(f"expect takes True or False, not a {type(condition).__name__}")
    if not condition:
        events = current().events
        gave = [f"gave      {show(events[-1].result)}"] if events and events[-1].raised is None else []
        raise Failed(compose(events[-1].asked if events else None, gave, because))


def expect_close(actual: Any, expected: Any, because: str, rtol: float = 1e-5, atol: float = 1e-8) -> None:
    """Fail unless `actual` has the shape and, within tolerance, the values of `expected`.

    Tuples, lists and dicts are compared item by item; a tuple may answer for a list. A Tensor is compared by
    its values.

    Args:
        actual: what the learner's code gave.
        expected: what mathematics says.
        because: why, in words that help.
        rtol: allowed difference relative to `expected`, unitless.
        atol: allowed difference in the units of the values.
    """
    lines = mismatch(actual, expected, rtol, atol)
    if lines:
        raise Failed(compose(current().about(actual), lines, because))


def expect_raises(error: str | type[BaseException], call: Callable[[], Any], because: str) -> None:
    """Fail unless `call()` makes the learner's code raise `error` (a class, or its name) or a kind of it."""
    name = error if isinstance(error, str) else error.__name__
    try:
        result = call()
    except LearnerError as problem:
        kinds = problem.raised.kinds
        written = name == "NotImplementedError" or "NotImplementedError" not in kinds
        if name in kinds and written:
            return
        if not written:
            raise  # an exercise not begun must not pass because it raises
        lines = [*raised_lines(problem.raised), f"expected  {name}"]
        raise Failed(compose(problem.asked, lines, because)) from None
    raise Failed(
        compose(
            current().about(result), [f"gave      {show(result)}", f"expected  {name} to be raised"], because
        )
    )


def expect_unchanged(before: Any, now: Any, because: str) -> None:
    """Fail when something passed to the learner's code was changed by it.

    Args:
        before: a copy made before the call.
        now: the very value that was passed, or a stand-in.
        because: why it must stay as it was.
    """
    now = now if isinstance(now, Remote) else after(now)
    if mismatch(now, before, 0.0, 0.0):
        events = current().events
        lines = [
            f"was       {show(before)}",
            f"became    {show(np.asarray(now) if isinstance(now, Remote) else now)}",
        ]
        asked = events[-1].asked if events else None
        raise Failed(compose(asked, ["It changed what it was given.", *lines], because))
