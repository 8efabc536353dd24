"""Lines of equal height through a grid of values, by marching squares."""

from __future__ import annotations

import numpy as np

Segment = tuple[tuple[float, float], tuple[float, float]]


def contour(values: np.ndarray, level: float) -> list[Segment]:
    """Return the pieces of the line along which a surface has this height.

    Each cell of the grid is crossed where a side's ends lie on either side of the level, linearly between
    them; of a saddle, the mean of its corners says which sides belong together. Cells with a corner that is
    no finite number have no line.

    Args:
        values: (rows, columns).
        level: the height.

    Returns:
        pieces from (column, row) to (column, row).

    Example:
        >>> contour(np.array([[0.0, 2.0], [0.0, 2.0]]), 1.0)
        [((0.5, 0.0), (0.5, 1.0))]
    """
    found: list[Segment] = []
    above = values >= level
    ends = np.stack([above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1]])
    crossed = ends.any(axis=0) & ~ends.all(axis=0)
    for i, j in np.argwhere(crossed):
        places = ((j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1))  # around the cell
        heights = [float(values[row, column]) for column, row in places]
        if not np.isfinite(heights).all():
            continue
        points = []
        for here in range(4):
            there = (here + 1) % 4
            a, b = heights[here], heights[there]
            if (a >= level) != (b >= level):
                share = (level - a) / (b - a)
                (x0, y0), (x1, y1) = places[here], places[there]
                points.append((float(x0 + share * (x1 - x0)), float(y0 + share * (y1 - y0))))
        if len(points) == 2:
            pairs = [(0, 1)]
        else:  # a saddle
            pairs = (
                [(0, 1), (2, 3)] if (np.mean(heights) >= level) == (heights[0] >= level) else [(3, 0), (1, 2)]
            )
        found += [(points[a], points[b]) for a, b in pairs]
    return found
