"""Values as a learner can read them: short, in four significant digits, within a line."""

from __future__ import annotations

from typing import Any

import numpy as np

WIDTH = 72


class Labelled:
    """Something shown by a label of its own, as a stand-in for an object of the learner's process is."""

    _label: str


def show(value: Any, digits: int = 4, width: int = WIDTH) -> str:
    """Return `value` in one or a few short lines.

    Example:
        >>> show(([1.0, 0.33333333], True))
        '([1, 0.3333], True)'
    """
    try:
        text = _text(value, digits)
    except (ValueError, RecursionError, OverflowError):
        return f"a {type(value).__name__} too large to show"
    if isinstance(value, np.ndarray) and ("\n" in text or len(text) > width):
        return _array(value, digits, width)
    return text if len(text) <= 4 * width else text[: 4 * width - 4] + " ..."


def short(value: Any, width: int = 28) -> str:
    """Return `value` in at most about `width` characters, for use as an argument of a shown call."""
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"array{value.shape}".replace(",)", ")")
    text = show(value)
    return text if len(text) <= width else _trimmed(value, text, width)


def _trimmed(value: Any, text: str, width: int) -> str:
    if isinstance(value, np.ndarray):
        return f"array{value.shape}".replace(",)", ")")
    close = {"[": "]", "(": ")", "{": "}", "'": "'"}.get(text[0], "")
    return text[: width - 4] + "..." + close


def number(x: Any, digits: int = 4) -> str:
    """Return one number in `digits` significant digits.

    Example:
        >>> number(0.30000000000000004), number(2.0), number(1e-12)
        ('0.3', '2', '1e-12')
    """
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    if isinstance(x, (int, np.integer)):
        return str(int(x)) if abs(int(x)) < 10**40 else f"an int of {int(x).bit_length()} bits"
    if isinstance(x, (complex, np.complexfloating)):
        return f"{number(x.real, digits)}{'+' if x.imag >= 0 else '-'}{number(abs(x.imag), digits)}j"
    plain = float(x) + 0.0  # turns -0.0 into 0.0
    return f"{plain:.{digits}g}"


def _text(value: Any, digits: int) -> str:
    match value:
        case Labelled():
            return value._label
        case np.ndarray():
            if value.dtype.kind not in "biufc":
                return repr(value.tolist())
            if value.ndim == 0:
                return number(value[()], digits)
            if value.size > 200:
                return f"array of shape {value.shape}"
            return "[" + ", ".join(_text(row, digits) for row in value) + "]"
        case bool() | np.bool_() | int() | float() | complex() | np.number():
            return number(value, digits)
        case list():
            return (
                "[" + ", ".join(_text(v, digits) for v in value[:20]) + (", ...]" if len(value) > 20 else "]")
            )
        case tuple():
            inside = ", ".join(_text(v, digits) for v in value[:20])
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        case dict():
            inside = ", ".join(f"{_text(k, digits)}: {_text(v, digits)}" for k, v in list(value.items())[:20])
            return "{" + inside + (", ...}" if len(value) > 20 else "}")
        case type():
            return value.__name__
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value)
    return text if len(text) < 200 else text[:196] + " ..."


def _array(value: np.ndarray, digits: int, width: int) -> str:
    """Return an array too wide for one line: its shape and its first rows."""
    head = f"array of shape {value.shape}"
    if value.dtype.kind not in "biufc" or value.size == 0:
        return head
    rows = value.reshape(-1, value.shape[-1]) if value.ndim > 1 else value[None]
    lines = []
    for row in rows[:3]:
        cells = [number(v, digits) for v in row[:6]]
        lines.append("[" + ", ".join(cells) + (", ...]" if row.size > 6 else "]"))
    if len(rows) > 3:
        lines.append("...")
    return "\n".join([head, *(line[: width - 2] for line in lines)])


def compare(actual: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> tuple[str, str, str]:
    """Return (actual, expected, where), shown with digits enough to differ."""
    for digits in (4, 8, 17):
        a, e = show(actual, digits), show(expected, digits)
        if a != e:
            break
    where = ""
    if actual.ndim and actual.size > 6:
        first = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = ", ".join(map(str, first))
        for digits in (4, 8, 17):
            left, right = number(actual[first], digits), number(expected[first], digits)
            if left != right:
                break
        where = f"{int(wrong.sum())} of {wrong.size} entries differ"
        where += f"; the first at [{place}]: {left}, expected {right}"
    return a, e, where
