"""Numbers as pictures: blue below zero, white, orange above; colour-blind readers tell them apart too."""

from __future__ import annotations

import io

import numpy as np

_BELOW, _ZERO, _ABOVE = np.array([[28, 109, 179], [250, 248, 244], [212, 95, 18]], dtype=np.float64)


def colored(values: np.ndarray, limit: float | None = None) -> np.ndarray:
    """Return a picture of numbers, (h, w, 4) bytes: red, green, blue and how solid.

    Args:
        values: (h, w); NaN stays see-through.
        limit: the size of a number that has the full colour; None for the largest there is.

    Example:
        >>> colored(np.array([[-1.0, 0.0, 2.0]])).tolist()
        [[[139, 178, 212, 255], [250, 248, 244, 255], [212, 95, 18, 255]]]
    """
    largest = np.nanmax(np.abs(values), initial=0.0) if limit is None else limit
    share = np.clip(np.nan_to_num(values / largest if largest else np.zeros_like(values)), -1, 1)[..., None]
    end = np.where(share < 0, _BELOW, _ABOVE)
    rgb = _ZERO + np.abs(share) * (end - _ZERO)
    solid = np.where(np.isnan(values), 0, 255)[..., None]
    return np.concatenate([np.rint(rgb), solid], axis=-1).astype(np.uint8)


def png(pixels: np.ndarray, scale: int | tuple[int, int] = 1) -> bytes:
    """Return a picture as PNG.

    Args:
        pixels: (h, w) of grey, (h, w, 3) or (h, w, 4), bytes.
        scale: how many times as large each pixel is to be, its edges kept sharp; or as high and as wide.
    """
    from PIL import Image

    high, wide = scale if isinstance(scale, tuple) else (scale, scale)
    large = np.repeat(np.repeat(pixels, high, axis=0), wide, axis=1)
    file = io.BytesIO()
    Image.fromarray(large).save(file, "PNG")
    return file.getvalue()


def tiled(pictures: np.ndarray, columns: int | None = None, gap: int = 1) -> np.ndarray:
    """Lay pictures of one size side by side, in rows; what is between and left over is NaN.

    Args:
        pictures: (n, h, w).
        columns: in a row; None for about as many as there are rows, seen as a square.
        gap: pixels between two.

    Returns:
        (rows (h + gap) - gap, columns (w + gap) - gap).
    """
    n, h, w = pictures.shape
    columns = columns or max(1, round((n * h / w) ** 0.5))
    rows = -(-n // columns)
    sheet = np.full((rows * (h + gap), columns * (w + gap)), np.nan)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (h + gap), i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = picture
    return sheet[: rows * (h + gap) - gap, : columns * (w + gap) - gap]
