"""The learner's own data: a folder of pictures, a table, labelled texts or a running text."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from rung.data.dataset import Dataset
from rung.data.owncard import OwnDataError, own_card
from rung.data.ownpictures import own_pictures
from rung.data.owntable import own_table

SIZE = (64, 64)
OPTIONS = ("answer", "task", "size")


def is_own(name: str) -> bool:
    """Tell whether a name means a file or folder of the learner's and not a data set of rung's.

    Example:
        >>> is_own("iris"), is_own("flowers/"), is_own("people.csv?answer=job")
        (False, True, True)
    """
    path = name.partition("?")[0]
    return "/" in path or "\\" in path or path.endswith((".csv", ".tsv", ".txt")) or Path(path).is_dir()


def load_own(
    path: str | Path, like: Dataset | None = None, answer: str = "", size: int = 0, task: str = ""
) -> Dataset:
    """Load the learner's own data; what it is follows from the path.

    A folder holds pictures, one folder a class, or folders train and test of such folders. A .csv or .tsv
    file is a table with a header, or, if it has one column of strings beside the answer, labelled texts. A
    .txt file is a running text, to be predicted from itself. Options may stand behind the path, as in
    "people.csv?answer=job" or "flowers?size=32".

    Which examples are for testing follows from a hash of their content, so adding some later moves no other
    and copies stay on one side; of a running text the last fifth is. Files are read, never written.

    Args:
        path: the folder or file.
        like: a data set whose size of pictures, and whose colours or lack of them, and task to take.
        answer: which column of a table is the answer; the last if left out.
        size: height and width of the pictures, in pixels; 64 if left out.
        task: "classes" or "number": what a table's answer is, where the guess would be wrong.

    Raises:
        OwnDataError: something is missing, unlabelled, empty or unreadable; the message names file and line.
        TableError: a line of a table is not as the others; the message names file and line.
    """
    name = str(path)  # with its options: a run that goes on loads by this name what it loaded before
    place = Path(name).expanduser()
    bare, _, query = name.partition("?")
    if query and not Path(name).exists():
        options = dict(parse_qsl(query))
        strange = sorted(set(options) - set(OPTIONS))
        if strange or not options.get("size", "1").isdigit():
            raise OwnDataError(
                f"{name}: {strange[0] if strange else 'size=' + options['size']!r} is no option",
                rule=f"There are {', '.join(OPTIONS)}, as in people.csv?answer=job or flowers?size=32.",
            )
        answer, task = options.get("answer", answer), options.get("task", task)
        size, place = int(options.get("size", size)), Path(bare).expanduser()
    if task not in ("", "classes", "number"):
        raise OwnDataError(f"{name}: the task {task!r}", rule='A task is "classes" or "number".')
    if not place.exists():
        raise OwnDataError(f"there is no file or folder {place}", rule=f"This is {Path.cwd()}.")
    if place.is_dir():
        pictures = like is not None and len(like.shape) >= 2
        shape = like.shape if like is not None and pictures else (*SIZE, 3)
        sides = (size, size) if size else (shape[0], shape[1])
        return own_pictures(place, name, sides, colours=len(shape) == 3)
    try:
        kind = place.suffix.lower()
        if kind in (".csv", ".tsv"):
            expected = like.card.task if like is not None and like.card.task in ("classes", "number") else ""
            return own_table(place, name, answer, task or expected)
        if kind == ".txt":
            return _running_text(place, name)
    except (PermissionError, IsADirectoryError) as error:
        raise OwnDataError(f"{place} cannot be read: {error.strerror}") from None
    raise OwnDataError(
        f"{place} is of no kind that can be read",
        rule="Data of your own is a folder of pictures, a .csv or .tsv table, or a .txt text.",
    )


def _running_text(path: Path, name: str) -> Dataset:
    """Read a text; its examples are the paragraphs, or the lines where there are few of those."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise OwnDataError(
            f"{path}, line {line}: byte {data[error.start]:#04x} is not UTF-8",
            rule="Texts are read as UTF-8.",
            fix=f"iconv -f latin1 -t utf-8 {path}",
        ) from None
    pieces = text.split("\n\n")
    if len(pieces) < 10:
        pieces = text.split("\n")
    if len(pieces) < 2 or not text.strip():
        raise OwnDataError(
            f"{path} has {len(text):,} characters in {len(pieces)} line",
            rule="A text is parted between lines: training before, testing behind; so it has two or more.",
        )
    x = np.empty(len(pieces), dtype=object)
    x[:] = pieces
    ends = np.cumsum([len(piece) + 1 for piece in pieces])
    cut = int(np.clip(np.searchsorted(ends, 0.8 * ends[-1], side="right"), 1, len(pieces) - 1))
    card = own_card(
        str(path),
        "itself",
        f"{len(text):,} characters",
        "One running text.",
        "the first four fifths to train, the rest to test, so that no sentence is torn from its neighbours",
    )
    splits = {"train": np.arange(cut), "test": np.arange(cut, len(pieces))}
    return Dataset(name, x, x.copy(), (), (), card, splits)
