"""Pictures out of files and zip files: decoded with Pillow, as bytes (height, width, 3)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from rung.data.errors import CorruptDataError

if TYPE_CHECKING:
    from PIL.Image import Image


def unzipped(data: bytes, what: str) -> dict[str, bytes]:
    """Return the files in a zip file by their names, in memory: nothing is written anywhere.

    Args:
        data: the zip file's contents.
        what: what errors call it.

    Raises:
        CorruptDataError: it is cut short, or a file in it is damaged; the message names that one.
    """
    name = ""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = {}
            for info in archive.infolist():
                if not info.is_dir():
                    name = info.filename
                    found[name] = archive.read(info)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise CorruptDataError(
            f"{what} is not a whole zip file" + (f" (at {name})" if name else "") + f": {error}",
            rule=f"It has {len(data):,} bytes.",
            fix="remove it, and get it again",
        ) from None


def picture(data: bytes, what: str, mode: str = "RGB") -> np.ndarray:
    """Return a JPEG, PNG or WebP picture as bytes (height, width, 3), or (height, width) in mode "L".

    Args:
        data: the file's contents.
        what: what errors call it.
        mode: "RGB" for colours; "L" for one number a pixel, such as a grey value or a class.

    Raises:
        CorruptDataError: it is no picture, or is cut short; the message names it.

    Cost: about 10 ms a megapixel.
    """
    return np.array(_opened(data, what, mode))


def centre_crop(data: bytes, what: str, side: int) -> np.ndarray:
    """Return the middle of a picture as bytes (side, side, 3); its short side is scaled to `side` first.

    Args:
        data: the file's contents.
        what: what errors call it.
        side: height and width of what is kept, in pixels.

    Raises:
        CorruptDataError: it is no picture, or is cut short.
    """
    from PIL import ImageOps

    return np.array(ImageOps.fit(_opened(data, what, "RGB"), (side, side), method=_bicubic()))


def _bicubic() -> int:
    from PIL.Image import Resampling

    return Resampling.BICUBIC


def _opened(data: bytes, what: str, mode: str) -> Image:
    from PIL import Image

    try:
        return Image.open(io.BytesIO(data)).convert(mode)
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's own for what it cannot read
        raise CorruptDataError(
            f"{what} is not a whole picture: {error}", rule=f"It has {len(data):,} bytes."
        ) from None


def stacked(pictures: Iterable[np.ndarray], count: int, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Return pictures of one size as one array of bytes (count, *shape), decoding one at a time.

    Args:
        pictures: the pictures, in their order.
        count: how many they are.
        shape: the shape of each, (height, width, 3) or (height, width).
        what: what errors call where they come from.

    Raises:
        CorruptDataError: one has another size, or there are fewer.
    """
    made = np.empty((count, *shape), dtype=np.uint8)
    given = -1
    for given, one in enumerate(pictures):
        if one.shape != shape:
            raise CorruptDataError(
                f"{what}: picture {given} has the shape {one.shape}", rule=f"Every one has {shape}."
            )
        made[given] = one
    if given + 1 != count:
        raise CorruptDataError(f"{what}: {given + 1} pictures", rule=f"It has {count}.")
    return made


def listed(items: Iterable[object]) -> np.ndarray:
    """Return things of any size as an object array (n,), such as pictures or boxes; never a deeper array."""
    held = list(items)
    made = np.empty(len(held), dtype=object)
    for i, item in enumerate(held):  # one by one: NumPy would join those of one size
        made[i] = item
    return made
