"""The loop as it will run, printed: its own source, with what acts at each moment written where it acts."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Sequence

from rung.train.callbacks import (
    AverageGradients,
    Randomness,
    Schedule,
    StopTogether,
    Validation,
    Watching,
)
from rung.train.loop import Callback, fit
from rung.train.recipe import Recipe
from rung.train.techniques import Techniques, kinds
from rung.train.watch import Recorder


def acting(techniques: Techniques, procs: int = 1, watch: bool = True) -> list[type[Callback]]:
    """Return the callbacks of a training, in the order in which they act; of several, the first process's."""
    before, after = kinds(techniques)
    average: list[type[Callback]] = [AverageGradients] if procs > 1 else []
    together: list[type[Callback]] = [StopTogether] if procs > 1 else []
    watching: list[type[Callback]] = [Watching] if watch else []
    return [Schedule, Randomness, *average, *watching, *before, Validation, *after, Recorder, *together]


def explained(recipe: Recipe, techniques: Techniques, procs: int = 1, watch: bool = True) -> str:
    """Return the source of the loop, with the callbacks in their places, and that of the project's own loss.

    Nothing is written for show: the text is cut from the code that runs, so it cannot say anything else.

    Args:
        recipe: of the project.
        techniques: what else was asked for.
        procs: how many processes train together.
        watch: whether what pictures of it are made of is kept.
    """
    callbacks = acting(techniques, procs, watch)
    lines = [f"# The loop: {inspect.getsourcefile(fit)}, `fit`"]
    for line in without_docstring(fit).splitlines():
        called = line.strip()
        if called == "for c in callbacks:":
            indent = line[: len(line) - len(line.lstrip())]
        elif called.startswith("c.") and called.endswith("(t)"):
            lines += [f"{indent}{note}" for note in _notes(callbacks, called[2:-3])]
        else:
            lines.append(line)
    lines += ["", "", f"# What the project gives it: {inspect.getsourcefile(recipe.loss)}"]
    for function in (recipe.optimizer, recipe.loss, recipe.rate):
        lines += [*textwrap.dedent(inspect.getsource(function)).splitlines(), "", ""]
    return "\n".join(lines).rstrip()


def without_docstring(function: object) -> str:
    """Return a function's source without its docstring."""
    source = textwrap.dedent(inspect.getsource(function))  # type: ignore[arg-type]
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    first = node.body[0]
    lines = source.splitlines()
    if ast.get_docstring(node) is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines)


def _notes(callbacks: Sequence[type[Callback]], moment: str) -> list[str]:
    """Return a line for each callback that does something at that moment."""
    notes = []
    for kind in callbacks:
        method = getattr(kind, moment)
        if method is not getattr(Callback, moment):
            words = (inspect.getdoc(method) or "").split("\n")[0]
            notes.append(f"{kind.__name__}.{moment}(t)  # {words}")
    return notes
