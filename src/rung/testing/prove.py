"""prove.run: how far every part is from PyTorch, with the library's parts or a learner's in their place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.errors import UnknownNameError, did_you_mean
from rung.scratch.function import use
from rung.testing.row import Measured
from rung.testing.table import load
from rung.testing.torch_side import measure


@dataclass(frozen=True)
class PartProof:
    """What was found about one part, in float64.

    Attributes:
        name: the row's name.
        ok: whether every difference is within the row's tolerance.
        forward: the largest difference of an output, as a share of the largest output; None if not compared.
        gradient: the same of a gradient.
        steps: the same of the parameters after some steps of training.
        note: what went wrong, if the part could not be run.
    """

    name: str
    ok: bool
    forward: float | None
    gradient: float | None
    steps: float | None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Return "exact" (to the last bit), "equal" (but for the last digits) or "different"."""
        values = [v for v in (self.forward, self.gradient, self.steps) if v is not None]
        return "different" if not self.ok else "exact" if not any(values) else "equal"


WHY_NOT_EXACT = (
    "A sum of floats depends on the order in which it is added up, and PyTorch adds in another order. "
    "In float64 that moves the last digits: a share of about 1e-16, times the length of the sums."
)


def names() -> list[str]:
    """Return the names that `run` knows, in the order of the table."""
    return list(dict.fromkeys(row.name for row in load()))


def run(
    names: Sequence[str] | None = None, replacements: Mapping[type, type] | None = None
) -> list[PartProof]:
    """Compare parts with PyTorch over all their rows and return what was found, in the order of the table.

    Args:
        names: which parts; None for all, or, with replacements, for all that run on one of them.
        replacements: {the library's class: the learner's class}, put in its place everywhere for the time.

    Raises:
        UnknownNameError: a name is not in the table.
    """
    return list(each(names, replacements))


def each(
    names: Sequence[str] | None = None, replacements: Mapping[type, type] | None = None
) -> Iterator[PartProof]:
    """Do as `run` does, and yield what was found about a part as soon as it is known.

    Args:
        names: which parts; None for all, or, with replacements, for all that run on one of them.
        replacements: {the library's class: the learner's class}, put in its place everywhere for the time.

    Raises:
        UnknownNameError: a name is not in the table.
    """
    chosen = rows(names)
    if replacements and names is None:
        chosen = [row for row in chosen if _runs_on(row, set(replacements))]
    with contextlib.ExitStack() as stack:
        for part, replacement in (replacements or {}).items():
            stack.enter_context(use(part, replacement))
        for row in chosen:
            yield _prove(row)


def rows(names: Sequence[str] | None = None) -> list[Any]:
    """Return the rows about the parts of those names, or all rows, in the order of the table.

    Raises:
        UnknownNameError: a name is not in the table.
    """
    every = load()
    for name in names or ():
        if not any(_named(row, [name]) for row in every):
            raise UnknownNameError(
                f"There is no part {name!r} to prove.",
                rule="`rung prove` lists every part.",
                fix=did_you_mean(name, {row.name for row in every}),
            )
    return [row for row in every if names is None or _named(row, names)]


def _named(row: Any, names: Sequence[str]) -> bool:
    """Match "ReLU", "relu" and "nn.ReLU"; "relu" means both of them."""
    own = row.name.lower()
    return any(own in (n.lower(), f"nn.{n.lower()}") for n in names)


def _prove(row: Any) -> PartProof:
    """Measure one row. A learner's part may raise anything; that is a finding, not a fault of ours."""
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found: Measured = row.measure() if hasattr(row, "measure") else measure(row)
    except Exception as error:
        return PartProof(row.name, False, None, None, None, f"{type(error).__name__}: {error}")
    values = [v for v in (found.forward, found.gradient, found.steps) if v is not None]
    return PartProof(
        row.name, all(v <= row.tolerance for v in values), found.forward, found.gradient, found.steps
    )


def _runs_on(row: Any, parts: set[type]) -> bool:
    """Tell whether a row's computation comes by one of the parts, by running it with spies in their place."""
    met: list[type] = []

    def spy(part: Any) -> type:
        class Watched(part):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                met.append(part)
                super().__init__(*args, **kwargs)

        return Watched

    with contextlib.ExitStack() as stack:
        for part in parts:
            stack.enter_context(use(part, spy(part)))
        _prove(row)
    return bool(met)
