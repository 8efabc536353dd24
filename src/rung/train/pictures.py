"""Pictures of a result: the worst mistakes with what was said and what is right, and the confusion matrix."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rung.train.checkpoint import write_whole

_PAPER, _INK, _QUIET, _BAD = (255, 255, 255), (26, 28, 33), (107, 114, 128), (178, 60, 23)


def failures(
    path: Path, images: Sequence[np.ndarray], mistakes: Sequence[dict[str, Any]], names: Sequence[str]
) -> None:
    """Draw the mistakes as a sheet, ten a row, the surest first.

    Args:
        path: the PNG to write.
        images: the picture of each mistake; see `as_picture`.
        mistakes: from `rung.train.score.worst`.
        names: what each class is called.
    """
    from PIL import Image, ImageDraw, ImageFont

    tile, columns, edge = 84, 10, 12
    width, height = tile + edge, tile + 40
    rows = max(1, -(-len(mistakes) // columns))
    sheet = Image.new("RGB", (columns * width + edge, rows * height + edge), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    for i, (image, mistake) in enumerate(zip(images, mistakes, strict=True)):
        left, top = edge + i % columns * width, edge + i // columns * height
        picture = Image.fromarray(as_picture(image))
        picture = picture.resize((tile, tile), Image.Resampling.NEAREST)
        sheet.paste(picture, (left, top))
        draw.rectangle((left, top, left + tile - 1, top + tile - 1), outline=(214, 217, 222))
        draw.text((left, top + tile + 2), f"is {names[mistake['truth']]}", _INK, font)
        said = f"said {names[mistake['answer']]}, {mistake['sure']:.0%}"
        draw.text((left, top + tile + 17), said, _BAD, font)
    if not mistakes:
        draw.text((edge, edge), "no mistakes", _QUIET, font)
    _save(path, sheet)


def tiles(path: Path, images: Sequence[np.ndarray], shape: tuple[int, ...]) -> None:
    """Write pictures of one shape side by side, without words: a page cuts them out."""
    from PIL import Image

    chosen = [as_picture(image) for image in images] or [as_picture(np.zeros(shape))]
    _save(path, Image.fromarray(np.concatenate(chosen, axis=1)))


def as_picture(image: np.ndarray) -> np.ndarray:
    """Return bytes to show: colours as they are; ink from 0 (paper) to 1, of one colour, as dark on light."""
    if image.dtype == np.uint8:
        return image
    ink: np.ndarray = 255 - np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return ink


def confusion_matrix(path: Path, counts: np.ndarray, names: Sequence[str]) -> None:
    """Draw how often each class (row) was taken for each (column); mistakes are coloured by their number.

    The diagonal stays uncoloured: it is so much larger that every mistake beside it would look alike.
    """
    from PIL import Image, ImageDraw, ImageFont

    n, font = len(counts), ImageFont.load_default(size=14)
    cell, label = 44, max(64, 24 + max(round(font.getlength(name)) for name in names))
    cell = max(cell, 10 + max(round(font.getlength(name)) for name in names)) if n <= 12 else cell
    sheet = Image.new("RGB", (label + n * cell + 12, label + n * cell + 12), _PAPER)
    draw = ImageDraw.Draw(sheet)
    most = max(1, int((counts - np.diag(np.diag(counts))).max()))
    draw.text((12, 8), "said", _QUIET, font)
    draw.text((12, label - 20), "is", _QUIET, font)
    for i in range(n):
        draw.text((label + i * cell + cell / 2, label - 14), names[i], _INK, font, anchor="mm")
        draw.text((label - 8, label + i * cell + cell / 2), names[i], _INK, font, anchor="rm")
        for j in range(n):
            left, top, count = label + j * cell, label + i * cell, int(counts[i, j])
            share = 0.0 if i == j else (count / most) ** 0.5
            fill = tuple(round(p + (b - p) * share) for p, b in zip(_PAPER, _BAD, strict=True))
            draw.rectangle((left, top, left + cell - 1, top + cell - 1), fill=fill, outline=(226, 229, 234))
            ink = _PAPER if share > 0.6 else _INK if count else (190, 194, 200)
            draw.text((left + cell / 2, top + cell / 2), str(count), ink, font, anchor="mm")
    _save(path, sheet)


def _save(path: Path, sheet: Any) -> None:
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    write_whole(path, buffer.getvalue())
