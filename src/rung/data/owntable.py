"""The learner's own table or labelled texts: a CSV or TSV file with a header."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from rung.data.columns import Column, columns, keep
from rung.data.dataset import Dataset
from rung.data.owncard import HASHED, OwnDataError, need_classes, own_card, parted
from rung.scratch.errors import did_you_mean

MISSING = ("", "NA", "N/A", "NaN", "nan", "null")
MOST_CLASSES = 20  # a column of more different numbers than this is measured, not counted off


def own_table(path: Path, name: str, answer: str = "", task: str = "") -> Dataset:
    """Read a table; a single column of strings beside the answer makes it labelled texts.

    A column most of whose values are numbers is a number column, and a word in it is an error. An answer of
    more than 20 different numbers, or with a point in them, is a measured number; else answers are classes.

    Args:
        path: a .csv or .tsv file with a header, UTF-8.
        name: what the data set is called.
        answer: name of the answer's column; by default the last.
        task: "classes" or "number", where the guess would be wrong.

    Raises:
        OwnDataError: the answer's column is not there, a class has one row, there is one class only.
        TableError: a row has no answer or too few values, a number is none, a byte is not UTF-8.
    """
    data, separator = path.read_bytes(), "\t" if path.suffix.lower() == ".tsv" else ","
    head, rows = _cells(data, separator, path)
    answer = answer or head[-1]
    if answer not in head:
        raise OwnDataError(
            f"{path} has no column {answer!r}",
            rule=f"Its first line names {', '.join(map(repr, head))}.",
            fix=did_you_mean(answer, head),
        )
    place = head.index(answer)
    kinds = {h: _kind([row[i] for row in rows if i < len(row)]) for i, h in enumerate(head)}
    given = [row[place] for row in rows if place < len(row)]
    task = task or _task(given, kinds[answer])
    wanted = [
        Column(h, h, kinds[h], MISSING)
        if h != answer
        else Column(h, h, "number" if task == "number" else "text", MISSING, required=True)
        for h in head
    ]
    table = columns(data, str(path), wanted, separator=separator)
    features = [h for h in head if h != answer]
    x = _examples(table, features, [kinds[f] for f in features], path)
    names: tuple[str, ...] = ()
    if task == "number":
        y = table[answer]
    else:
        names = tuple(np.unique(table[answer]).tolist())
        if kinds[answer] == "number":  # 2 before 10
            names = tuple(sorted(names, key=float))
        y = np.array([names.index(v) for v in table[answer].tolist()], dtype=np.int64)
        counts = {n: int((y == k).sum()) for k, n in enumerate(names)}
        where = {n: f"{path}, row {int(np.flatnonzero(y == k)[0]) + 1}" for k, n in enumerate(names)}
        need_classes(counts, str(path), where)
    # what an example holds, without its answer: a correction of an answer moves it to no other part
    contents = ["\x1f".join(str(table[f][i]) for f in features).encode() for i in range(len(table))]
    if len(set(contents)) < 2:
        raise OwnDataError(f"{path}: all {len(table)} rows are the same", rule="Two are needed to part them.")
    texts = x.dtype == object
    card = own_card(
        str(path),
        task,
        f"{len(y):,} {'texts' if texts else 'rows'}" + (f" of {len(names)} classes" if names else ""),
        f"One example is a {'text' if texts else 'row'}; its answer is {answer!r}.",
        HASHED,
    )
    splits = parted(contents, y if names else None)
    shape = () if texts or x.dtype.names else x.shape[1:]
    return Dataset(name, x, y, names, () if texts else tuple(features), card, splits, shape)


def _cells(data: bytes, separator: str, path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows, for a look at what kinds of columns there are."""
    text = data.decode("utf-8-sig", errors="replace")  # what is not UTF-8, `columns` tells with its line
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        rows = [[cell.strip() for cell in row] for row in lines if row]
    except csv.Error as error:
        raise OwnDataError(f"{path}, line {lines.line_num}: {error}") from None
    if len(rows) < 2:
        raise OwnDataError(
            f"{path} has no rows", rule="Its first line names the columns, the others are rows."
        )
    head = rows[0]
    if len(head) < 2 or "" in head or len(set(head)) < len(head):
        raise OwnDataError(
            f"{path}, line 1: the columns are {', '.join(map(repr, head))}",
            rule="The first line names every column, each differently: one for the answer, one or more "
            f"besides. Columns are parted by {'tabs' if separator != ',' else 'commas'}.",
        )
    return head, rows[1:]


def _kind(cells: list[str]) -> str:
    """Return "number" if most values are numbers, else "text"."""
    known = [cell for cell in cells if cell not in MISSING]
    numbers = sum(_is_number(cell) for cell in known)
    return "number" if known and numbers > 0.5 * len(known) else "text"


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _task(cells: list[str], kind: str) -> str:
    if kind == "text":
        return "classes"
    values = {cell for cell in cells if cell not in MISSING}
    whole = all(_is_number(v) and float(v).is_integer() for v in values)
    return "classes" if whole and len(values) <= MOST_CLASSES else "number"


def _examples(table: np.ndarray, features: list[str], kinds: list[str], path: Path) -> np.ndarray:
    if kinds == ["text"]:
        texts = table[features[0]].astype(object)
        blank = np.flatnonzero(texts == "")
        if len(blank):
            raise OwnDataError(f"{path}, row {blank[0] + 1}: there is no {features[0]!r}")
        return texts
    if "text" in kinds:
        return keep(table, features)
    return np.stack([table[f] for f in features], axis=1)
