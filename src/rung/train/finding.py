"""Finding: something to know of a trained model beside its score; terminal, card and studio show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A title, a sentence on how to read it, and a table, a picture or texts.

    Attributes:
        title: what it is.
        text: what it shows and how to read it.
        columns: heads of the table.
        rows: of the table; numbers or words.
        picture: the name of a PNG in the run's folder.
        samples: texts, such as what a language model writes.
    """

    title: str
    text: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    picture: str = ""
    samples: Sequence[str] = ()
