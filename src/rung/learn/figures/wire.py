"""How Python values cross to the page: plain JSON for state, packed bytes for fields and pictures."""

from __future__ import annotations

import base64
import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rung.errors import RungError

Scene: TypeAlias = dict[str, Any]
COLORS = ("a", "b", "c", "d", "accent", "muted", "good", "bad")


class FigureError(RungError, ValueError):
    """A figure was described, or asked, in a way it cannot follow.

    A figure is state, controls and a `draw` function that turns the state into panels:

        Figure("line", draw, state={"w": 1.0}, controls=[Slider("w", "slope", -3, 3, 1.0)])

    Repair: the message names the figure and the argument. Keys of the state, of controls, of handles and of
    dragged points must be names that `state=` or a control declares; events must be keys of `on=`.
    """

    name = "figure"


def plain(value: Any, what: str = "state") -> Any:
    """Return `value` as plain Python: numbers, strings, booleans, None, lists and dicts of them.

    NumPy scalars and arrays become numbers and nested lists, tuples become lists.

    Args:
        value: what to convert.
        what: how the error names it.

    Raises:
        FigureError: something in `value` has no plain form, such as a model or a function.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item, what) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item, f"{what}[{key!r}]") for key, item in value.items()}
    raise FigureError(
        f"{what} is a {type(value).__name__}",
        rule="A figure's state holds numbers, strings, booleans, None, and lists and dicts of them.",
        fix="keep the numbers that describe the object, and build the object in draw",
    )


def number(value: Any, digits: int = 7) -> float | int | None:
    """Return one number for JSON, rounded to `digits` significant digits; nan and infinities become None."""
    if isinstance(value, bool | np.bool_):
        return int(value)
    if isinstance(value, int | np.integer):
        return int(value)
    value = float(value)
    if not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def numbers(values: Any, what: str) -> list[float | int | None]:
    """Return a 1-D sequence of numbers for JSON.

    Raises:
        FigureError: the values are not numbers, or not one-dimensional.
    """
    return [number(v) for v in array(values, what, ndim=1)]


def array(values: ArrayLike, what: str, ndim: int) -> NDArray[Any]:
    """Return `values` as a numeric array of `ndim` dimensions.

    Raises:
        FigureError: not numbers, or another number of dimensions.
    """
    try:
        out = np.asarray(values)
    except ValueError:
        out = np.empty(0, dtype=object)
    if out.dtype == object or out.dtype.kind not in "biuf":
        raise FigureError(f"{what} is not an array of numbers", rule=f"{what} takes numbers, {ndim}-D.")
    if out.ndim != ndim:
        raise FigureError(f"{what} has shape {out.shape}", rule=f"{what} is {ndim}-dimensional.")
    return out


def point(xy: Any, what: str) -> list[float | int | None]:
    """Return `xy` as [x, y].

    Raises:
        FigureError: not two numbers.
    """
    pair = array(xy, what, ndim=1)
    if len(pair) != 2:
        raise FigureError(f"{what} has {len(pair)} numbers", rule=f"{what} is one point, [x, y].")
    return [number(v, digits=12) for v in pair]


def points(xy: Any, what: str) -> list[list[float | int | None]]:
    """Return `xy` as [[x, y], ...]; an empty sequence is allowed.

    Raises:
        FigureError: not of shape (n, 2).
    """
    rows = np.asarray(xy) if np.size(xy) else np.empty((0, 2))
    rows = array(rows, what, ndim=2)
    if rows.shape[1] != 2:
        raise FigureError(f"{what} has shape {rows.shape}", rule=f"{what} has shape (n, 2): one row a point.")
    return [[number(a), number(b)] for a, b in rows]


def color(token: str, what: str) -> str:
    """Return `token` when it names a colour of the palette.

    Raises:
        FigureError: no such colour token.
    """
    if token not in COLORS:
        raise FigureError(f"{what}: no colour {token!r}", rule=f"Colours are {', '.join(COLORS)}.")
    return token


def packed(values: NDArray[Any]) -> Scene:
    """Return an array as base64 little-endian bytes: uint8 stays uint8, everything else becomes float32.

    Cost: 4/3 bytes a byte; about 1 ms for a million values.
    """
    if values.dtype == np.uint8:
        kind, data = "u1", np.ascontiguousarray(values)
    else:
        kind, data = "f4", np.ascontiguousarray(values, dtype="<f4")
    return {"kind": kind, "shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode("ascii")}


def limits(
    values: NDArray[Any], low: float | None, high: float | None, diverging: bool
) -> tuple[float, float]:
    """Return the values at the two ends of a colour scale; a diverging scale is symmetric about 0."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    least = float(finite.min()) if finite.size else 0.0
    most = float(finite.max()) if finite.size else 1.0
    if diverging:
        reach = max(abs(least), abs(most)) or 1.0
        least, most = -reach, reach
        if low is not None or high is not None:
            least = float(low) if low is not None else -float(high or 1.0)
            most = float(high) if high is not None else -least
    else:
        least = float(low) if low is not None else least
        most = float(high) if high is not None else most
    return (least, most) if most > least else (least, least + 1.0)
