"""The numbers behind a picture, as rows that can be read, and saved as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """Columns and rows.

    Attributes:
        columns: their heads.
        rows: one value a column; numbers as numbers.

    Example:
        >>> print(Table(("word", "share"), [("not", 0.25), ('"good"', 0.5)]).csv())
        word,share
        not,0.25
        \"\"\"good\"\"\",0.5
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def csv(self) -> str:
        """Return it as CSV, with a head, floats with as many digits as they have."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue().rstrip("\n")
