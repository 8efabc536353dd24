"""A few examples of a data set to look at: rows of words, or a sheet of pictures."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rung.data.dataset import Dataset
from rung.data.places import home

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE, LINE, ACROSS = 128, 14, 6  # pixels of a picture's longer side and of a line of text; pictures in a row
LONGEST = 60  # characters of a value that are shown
_COLOURS = (
    "#e6194b",
    "#3cb44b",
    "#4363d8",
    "#f58231",
    "#911eb4",
    "#42d4f4",
    "#f032e6",
    "#bfef45",
    "#469990",
    "#9a6324",
    "#808000",
    "#a9a9a9",
)


def chosen(data: Dataset, count: int) -> np.ndarray:
    """Return the row numbers of `count` examples of the first part, always the same, each class in turn."""
    rows = next(iter(data.splits.values()), np.arange(len(data)))
    rows = np.random.default_rng(0).permutation(rows)
    if data.card.task == "classes":
        turn = np.empty(len(rows), dtype=np.int64)
        for label in np.unique(data.y[rows]):
            of_class = np.flatnonzero(data.y[rows] == label)
            turn[of_class] = np.arange(len(of_class))
        rows = rows[np.argsort(turn, kind="stable")]
    return rows[:count]


def sample_rows(data: Dataset, count: int = 5) -> tuple[list[str], list[list[str]]]:
    """Return the heads and cells of some examples: each column and the answer, in words.

    Args:
        data: any data set.
        count: how many examples.
    """
    heads = list(data.x.dtype.names or (data.features if data.x.dtype != object else ()))[:8] or ["example"]
    cells = []
    for i in chosen(data, count):
        if data.x.dtype.names:
            values = [_told(data.x[i][name]) for name in heads]
        else:
            values = [_told(v) for v in data.x[i][: len(heads)]] if data.features else [_told(data.x[i])]
        cells.append([*values, answer(data, int(i))])
    return [*heads, "answer"], cells


def answer(data: Dataset, row: int) -> str:
    """Return the answer of one example in words."""
    value = data.y[row]
    if data.card.task == "classes":
        return data.names[int(value)] if data.names else _told(value)
    if data.card.task == "boxes":
        kinds, counts = np.unique(value[:, 0], return_counts=True)
        return ", ".join(f"{n} {data.names[int(k)]}" for k, n in zip(kinds, counts, strict=True))
    if data.card.task in ("mask", "itself"):
        return ""
    return _told(value)


def _told(value: object) -> str:
    """Return a value in few characters."""
    if isinstance(value, float | np.floating):
        return "missing" if np.isnan(value) else f"{value:g}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}" if value.size > 8 else np.array2string(value, precision=3)
    text = " | ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    text = " ".join(text.split()) or "missing"
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def has_pictures(data: Dataset) -> bool:
    """Tell whether the examples can be drawn."""
    if data.kind == "objects":
        return isinstance(data.x[0], np.ndarray) and data.x[0].ndim >= 2
    return data.kind == "pictures"


def write_sheet(data: Dataset, path: Path | None = None, count: int = 24) -> Path:
    """Draw some examples with their answers into one PNG file, and return its path.

    Boxes are drawn around what they hold; a mask colours what it covers.

    Args:
        data: a data set whose examples can be drawn.
        path: the file; $RUNG_HOME/cache/samples/NAME.png if left out. It is written whole or not at all.
        count: how many examples, at most.
    """
    from PIL import Image, ImageDraw

    rows = chosen(data, count)
    down = -(-len(rows) // ACROSS)
    sheet = Image.new("RGB", (min(ACROSS, len(rows)) * (SIDE + 6), down * (SIDE + LINE + 6)), "white")
    draw = ImageDraw.Draw(sheet)
    for place, i in enumerate(rows):
        left, top = place % ACROSS * (SIDE + 6) + 3, place // ACROSS * (SIDE + LINE + 6) + 3
        one = _thumbnail(data, int(i))
        sheet.paste(one, (left + (SIDE - one.width) // 2, top + (SIDE - one.height) // 2))
        words = answer(data, int(i)).encode("latin-1", "replace").decode("latin-1")
        draw.text((left, top + SIDE), words[:21], fill="black")
    path = path or home() / "cache" / "samples" / (re.sub(r"[^\w.-]+", "-", data.name) + ".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        sheet.save(part, format="PNG")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _thumbnail(data: Dataset, row: int) -> Image:
    """Return one example as a picture whose longer side is SIDE."""
    from PIL import Image, ImageDraw

    pixels = data.x[row] if data.kind == "objects" else data.images[row]
    while pixels.ndim > 3:  # several pictures, one beside the other
        pixels = np.concatenate(list(pixels), axis=1)
    if pixels.dtype != np.uint8:
        pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    picture = Image.fromarray(pixels).convert("RGB")
    if data.card.task == "mask":
        colours = np.array([Image.new("RGB", (1, 1), c).getpixel((0, 0)) for c in _COLOURS], dtype=np.uint8)
        picture = Image.blend(picture, Image.fromarray(colours[data.y[row] % len(colours)]), 0.5)
    if data.card.task == "boxes":
        draw = ImageDraw.Draw(picture)
        for kind, *edges in data.y[row].tolist():
            draw.rectangle(edges, outline=_COLOURS[kind % len(_COLOURS)], width=max(2, picture.width // 160))
    scale = SIDE / max(picture.size)
    way = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BICUBIC
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), way)
