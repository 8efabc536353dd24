"""Which column of a hub data set is the example and which the answer, and a Dataset of what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rung.data.dataset import Card, Dataset
from rung.data.huberror import HubError
from rung.data.owncard import HASHED, parted
from rung.scratch.errors import did_you_mean

ANSWERS = ("label", "labels", "target", "class", "fine_label", "coarse_label", "y", "answer")
TEXTS = ("text", "sentence", "content", "review", "document")


@dataclass(frozen=True)
class Mapped:
    """The columns of a data set, in their roles.

    Attributes:
        kind: what an example is: "picture", "text" or "columns".
        x: its column, or its columns.
        y: the answer's column, "" where there is none.
        labels: what the class numbers mean, where the data set says it.
        measured: whether the answer is a number with a point.
    """

    kind: str
    x: tuple[str, ...]
    y: str
    labels: tuple[str, ...]
    measured: bool

    def pair(self, example: dict[str, Any]) -> tuple[Any, Any]:
        """Return the x and y of an example."""
        x = {name: example[name] for name in self.x} if self.kind == "columns" else example[self.x[0]]
        return x, example[self.y] if self.y else None


def mapped(source: Any, x: str, y: str, name: str) -> Mapped:
    """Find the columns by the features' types, and by the names that the caller gave.

    Args:
        source: a part of the data set, of the package `datasets`.
        x: name of the example's column, "" to find it.
        y: name of the answer's column, "" to find it.
        name: what errors call the data set.

    Raises:
        HubError: a name is no column's, or no column can be the example.
    """
    features = source.features
    if features is None:  # a stream of lines may not know its columns before the first
        source = source._resolve_features()
        features = source.features
    kinds = {column: _kind(feature) for column, feature in features.items()}
    for wanted in filter(None, (x, y)):
        if wanted not in kinds:
            raise HubError(
                f"{name} has no column {wanted!r}",
                rule=f"Its columns are {', '.join(kinds)}.",
                fix=did_you_mean(wanted, list(kinds)),
            )
    if not y:
        named = [c for c in kinds if c.lower() in ANSWERS and c != x]
        y = next((c for c, k in kinds.items() if k == "label" and c != x), named[0] if named else "")
    rest = {c: k for c, k in kinds.items() if c != y}
    if not x:
        x = _example(rest)
    kind = {"picture": "picture", "text": "text"}.get(rest.get(x, ""), "columns")
    columns = (x,) if x else tuple(c for c, k in rest.items() if k in ("text", "number"))
    if not columns:
        raise HubError(
            f"{name} has no column that could be the example",
            rule=f"Its columns are {', '.join(f'{c} ({k})' for c, k in kinds.items())}; pictures, texts and "
            "numbers can be read.",
            fix=f"{name.partition('?')[0]}?x=COLUMN&y=COLUMN",
        )
    labels = tuple(features[y].names) if y and kinds[y] == "label" else ()
    measured = bool(y) and "float" in str(getattr(features[y], "dtype", ""))
    return Mapped(kind, columns, y, labels, measured)


def _kind(feature: Any) -> str:
    """Return "picture", "text", "label", "number" or what else the feature is called."""
    what = type(feature).__name__
    if what == "Image":
        return "picture"
    if what == "ClassLabel":
        return "label"
    dtype = str(getattr(feature, "dtype", ""))
    if what == "Value" and dtype in ("string", "large_string"):
        return "text"
    return "number" if what == "Value" and dtype.startswith(("int", "uint", "float", "bool")) else what


def _example(kinds: dict[str, str]) -> str:
    """Return the column that is the example; "" for a table, all of whose columns are."""
    pictures = [c for c, k in kinds.items() if k == "picture"]
    texts = [c for c, k in kinds.items() if k == "text"]
    named = [c for c in texts if c.lower() in TEXTS]
    alone = texts if len(texts) == 1 and len(kinds) == 1 else []
    return next(iter([*pictures, *named, *alone]), "")


def dataset_of(name: str, rows: dict[str, list[tuple[Any, Any]]], columns: Mapped, size: int = 0) -> Dataset:
    """Return the data set that examples and answers make.

    Args:
        name: what it is called.
        rows: pairs of x and y by part, or all of them as the part "all".
        columns: what they are.
        size: height and width that pictures are brought to; by default their own, or 64 where they differ.

    Raises:
        HubError: there are no rows, or one has no answer.
    """
    pairs = [pair for part in rows.values() for pair in part]
    if not pairs:
        raise HubError(f"{name} has no labelled rows")
    x = _examples([a for a, _ in pairs], columns, size)
    y, labels, task = _answers([b for _, b in pairs], columns, x, name)
    if "all" in rows:
        contents = [
            str(a).encode() if columns.kind != "picture" else x[i].tobytes() for i, (a, _) in enumerate(pairs)
        ]
        splits, told = parted(contents, y if task == "classes" else None), HASHED
    else:
        edges = np.cumsum([0, *map(len, rows.values())])
        splits = {part: np.arange(edges[i], edges[i + 1]) for i, part in enumerate(rows)}
        told = "as published"
    page = name.removeprefix("hf:").partition("?")[0].partition(":")[0]
    card = Card(
        title=name,
        about=f"One example is the column {', '.join(columns.x)}"
        + (f"; its answer is {columns.y}." if columns.y else "."),
        task=task,
        size=f"{len(pairs):,} examples",
        splits=told,
        source="the Hugging Face hub",
        url=f"https://huggingface.co/datasets/{page}",
        licence="see its page",
        problems=("rung has not looked at this data set: read its page before you trust a score.",),
    )
    features = columns.x if columns.kind == "columns" else ()
    plain = x.dtype == object or x.dtype.names
    return Dataset(name, x, y, labels, features, card, splits, () if plain else x.shape[1:])


def _examples(values: list[Any], columns: Mapped, size: int) -> np.ndarray:
    if columns.kind == "picture":
        from PIL import ImageOps

        mode = "L" if all(p.mode in ("L", "1") for p in values) else "RGB"
        sizes = {p.size for p in values}
        side = (size, size) if size else next(iter(sizes)) if len(sizes) == 1 else (64, 64)
        return np.stack([np.asarray(ImageOps.fit(p.convert(mode), side)) for p in values])
    if columns.kind == "text":
        texts = np.empty(len(values), dtype=object)
        texts[:] = ["" if v is None else v for v in values]
        return texts
    made = {}
    for name in columns.x:
        held = [row[name] for row in values]
        if any(isinstance(v, str) for v in held):
            made[name] = np.array(["" if v is None else v for v in held], dtype=np.str_)
        else:
            made[name] = np.array([np.nan if v is None else v for v in held], dtype=np.float64)
    if all(c.dtype.kind == "f" for c in made.values()):
        return np.stack(list(made.values()), axis=1)
    table = np.empty(len(values), dtype=[(n, c.dtype) for n, c in made.items()])
    for name, column in made.items():
        table[name] = column
    return table


def _answers(
    values: list[Any], columns: Mapped, x: np.ndarray, name: str
) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Return the answers, what the classes are called, and the task."""
    if not columns.y:
        return x.copy(), (), "itself"
    gap = next((i for i, v in enumerate(values) if v is None), None)
    if gap is not None:
        raise HubError(f"{name}: row {gap} has no answer in {columns.y!r}")
    if columns.labels:
        return np.array(values, dtype=np.int64), columns.labels, "classes"
    if columns.measured:
        return np.array(values, dtype=np.float64), (), "number"
    found = sorted(set(values))
    numbers = {v: i for i, v in enumerate(found)}
    return np.array([numbers[v] for v in values], dtype=np.int64), tuple(map(str, found)), "classes"
