"""Maps made visible: colours over a grey picture, and words with their share behind them.

Orange speaks for the answer, blue against it, as everywhere in `colors`: a pair that no common colour
blindness confuses. 0 has no colour at all. Plain text tells the sign by marks.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from rung.explain.colors import png
from rung.explain.sheet import HIGH, LOW, Sheet

FOR = (212, 95, 18)  # orange, #d45f12
AGAINST = (28, 109, 179)  # blue, #1c6db3
DARK, LIGHT = 40, 220  # a picture's black and white: short of both ends, so that colour shows on either
BEHIND = 0.55  # most opaque colour behind a word: text stays readable, on a light page and on a dark one
MARKS = 3  # most marks beside a word in plain text


def strengths(values: np.ndarray, most: float | None = None) -> np.ndarray:
    """Return a map from -1 to 1, 0 staying 0; what is not finite becomes 0.

    Args:
        values: a map.
        most: what 1 stands for, so that several maps share a scale; None: the largest size in this one.

    Example:
        >>> strengths(np.array([2.0, 0.0, -4.0])).tolist()
        [0.5, 0.0, -1.0]
    """
    values = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    most = float(np.abs(values).max(initial=0.0)) if most is None else most
    scaled: np.ndarray = np.clip(values / most, -1, 1) if most > 0 else np.zeros_like(values)
    return scaled


def overlaid(values: np.ndarray, picture: np.ndarray | None = None, most: float | None = None) -> np.ndarray:
    """Colour a picture by a map: grey where the map is 0, orange for, blue against.

    Args:
        values: a map (h, w).
        picture: (h, w), (1, h, w) or (3, h, w), of any scale, shown from its least to its greatest number;
            None: even grey.
        most: what full colour stands for; None: the map's largest size.

    Returns:
        (h, w, 3) bytes.

    Source: wong2011: blue and orange stay apart.

    Example:
        >>> overlaid(np.array([[0.0, 1.0, -1.0]])).tolist()
        [[[128, 128, 128], [212, 95, 18], [28, 109, 179]]]
    """
    share = strengths(values, most)[:, :, None]
    grey = (
        np.full(share.shape, 128.0) if picture is None else DARK + (LIGHT - DARK) * _grey(picture)[:, :, None]
    )
    colour = np.where(share > 0, np.array(FOR, np.float64), np.array(AGAINST, np.float64))
    mixed: np.ndarray = grey * (1 - np.abs(share)) + colour * np.abs(share)
    pixels: np.ndarray = np.rint(mixed).astype(np.uint8)
    return pixels


def overlay_png(
    values: np.ndarray, picture: np.ndarray | None = None, most: float | None = None, side: int = 224
) -> bytes:
    r"""Return `overlaid` as a PNG file, each place drawn as a square of whole pixels.

    Args:
        values: a map (h, w).
        picture: what lies under it, see `overlaid`.
        most: what full colour stands for; None: the map's largest size.
        side: the longer side of the PNG in pixels, about; never smaller than the map.

    Example:
        >>> overlay_png(np.eye(4))[:4]
        b'\x89PNG'
    """
    pixels = overlaid(values, picture, most)
    return png(pixels, max(1, side // max(pixels.shape[:2])))


def words_html(words: Sequence[str], values: np.ndarray, most: float | None = None) -> str:
    """Return words as HTML, a colour behind each: orange for, blue against, none for 0.

    The colour is see-through and the text keeps the page's own, so it can be read on light pages and on
    dark ones. A pointer on a word shows its number.

    Args:
        words: what was read; any text, it is escaped.
        values: one number a word.
        most: what the strongest colour stands for; None: the largest size here.

    Example:
        >>> words_html(["a", "<b>"], np.array([0.0, 2.0]))
        '<span title="+0">a</span> <span title="+2" style="background:rgba(212,95,18,0.55)">&lt;b&gt;</span>'
    """
    spans = []
    for word, value, share in zip(words, values, strengths(values, most), strict=True):
        opaque, colour = round(BEHIND * abs(float(share)), 2), FOR if share > 0 else AGAINST
        rgb = ",".join(map(str, colour))
        style = f' style="background:rgba({rgb},{opaque:g})"' if opaque else ""
        spans.append(f'<span title="{value:+.3g}"{style}>{html.escape(word)}</span>')
    return " ".join(spans)


def words_svg(words: Sequence[str], values: np.ndarray, wide: int = 560) -> str:
    """Return the same words as SVG, broken into lines: what `words_html` shows, to be saved as a picture.

    Args:
        words: what was read.
        values: one number a word.
        wide: pixels of a line, about.
    """
    letter, line, x, y = 7.9, 26, 8.0, 24.0
    placed = []
    for word, value, share in zip(words, values, strengths(values), strict=True):
        long = letter * max(1, len(word)) + 6
        if x > 8 and x + long > wide - 8:
            x, y = 8.0, y + line
        placed.append((x, y, long, word, float(value), float(share)))
        x += long + 4
    sheet = Sheet(wide, y + 14, " ".join(words))
    for left, base, long, word, value, share in placed:
        fill = HIGH if share > 0 else LOW
        told = f"{word}: {value:+.3g}"
        sheet.rect(left, base - 15, long, 20, fill=fill, opacity=BEHIND * abs(share), title=told)
        sheet.text(left + 3, base, word)
    return sheet.svg()


def words_text(words: Sequence[str], values: np.ndarray, most: float | None = None) -> str:
    """Return words as plain text, with up to three + or - behind those that speak for or against.

    Args:
        words: what was read; characters that a terminal would obey are taken out.
        values: one number a word.
        most: what three marks stand for; None: the largest size here.

    Example:
        >>> words_text(["not", "a", "bad", "film"], np.array([0.9, 0.0, -0.5, 0.1]))
        'not+++ a bad-- film'
    """
    told = []
    for word, share in zip(words, strengths(values, most), strict=True):
        marks = round(MARKS * abs(float(share)))
        plain = "".join(c for c in word if c.isprintable())
        told.append(plain + ("+" if share > 0 else "-") * marks)
    return " ".join(told)


def _grey(picture: np.ndarray) -> np.ndarray:
    """Return a picture's brightness from 0 to 1: (h, w)."""
    picture = np.asarray(picture, np.float64)
    if picture.ndim == 3:  # how bright red, green and blue look
        weights = (
            np.array([0.299, 0.587, 0.114]) if len(picture) == 3 else np.full(len(picture), 1 / len(picture))
        )
        picture = np.tensordot(weights, picture, axes=1)
    least, span = picture.min(), np.ptp(picture)
    grey: np.ndarray = (picture - least) / span if span else np.full(picture.shape, 0.5)
    return grey
