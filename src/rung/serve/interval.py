"""How far from the truth an answer that is a number may be, as held-out rows tell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def interval(off: np.ndarray, share: float = 0.9) -> dict[str, Any] | None:
    """Return how far from the truth a share of the answers is, so that it holds for the next row too.

    The next row is as likely as any to be the furthest off, so of n rows the ceil((n + 1) share)-th distance
    is taken: whatever the errors look like, the next answer is that near with a probability of at least
    `share` (split conformal prediction; Lei and others, 2018).

    Args:
        off: answers less truths of held-out rows (n,).
        share: of the answers.

    Returns:
        `share`, `half` (the distance) and `of` (n); None where there are too few rows to say.

    Example:
        >>> interval(np.arange(-9.0, 10.0))
        {'share': 0.9, 'half': 9.0, 'of': 19}
    """
    place = math.ceil((len(off) + 1) * share)
    if place > len(off):
        return None
    return {"share": share, "half": float(np.sort(np.abs(off))[place - 1]), "of": len(off)}
