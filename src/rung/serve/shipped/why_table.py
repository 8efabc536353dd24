"""Which columns of a row speak for an answer: this file travels with the export and needs NumPy alone.

Every column in turn is given the typical value of the training rows, all others staying as they are: what the
answer loses by it is what the row's own value is worth (leave one feature out).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Run = Callable[[Sequence[np.ndarray], Sequence[str]], list[np.ndarray]]
Prepare = Callable[[Any, dict[str, Any]], tuple[np.ndarray, ...]]
METHOD = "leave one feature out"
READ = (
    "How much higher (orange, to the right) or lower (blue, to the left) the answer is with this row's own "
    "value than with the typical one of the training rows, all other columns as given. Of two columns that "
    "say the same neither shows, and the bars need not add up to anything."
)


@dataclass(frozen=True)
class Part:
    """What one column is worth.

    Attributes:
        name: of the column.
        given, typical: its value in this row, and of the training rows.
        worth: the answer as given less the answer with the typical value.
    """

    name: str
    given: Any
    typical: Any
    worth: float


def why(
    run: Run, prepare: Prepare, row: dict[str, Any], target: int | None, settings: dict[str, Any], output: str
) -> list[Part]:
    """Return what every column is worth, the weightiest first.

    Args:
        run: asks the network.
        prepare: makes its input of a row.
        row: a value for every column by its name, one that `prepare` does not refuse.
        target: the class; None where the answer is a number.
        settings: as `prepare` takes them.
        output: "probabilities", or "scores" before they become such.
    """
    typical = {field["name"]: field["typical"] for field in settings["fields"]}
    rows = [row, *({**row, name: value} for name, value in typical.items())]
    parts = [np.concatenate(each) for each in zip(*(prepare(r, settings) for r in rows), strict=True)]
    found = run(parts, [output])[0].astype(np.float64)
    answers = found.reshape(len(rows)) if target is None else found[:, target]
    worth = [
        Part(name, row[name], value, float(answers[0] - answer))
        for (name, value), answer in zip(typical.items(), answers[1:], strict=True)
    ]
    return sorted(worth, key=lambda part: -abs(part.worth))
