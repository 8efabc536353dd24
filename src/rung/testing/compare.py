"""How far two results are apart, as one number; and how far they may be."""

from __future__ import annotations

from typing import Any

import numpy as np

# The largest difference allowed, as a share of the reference's largest number. float64 must agree but for the
# last digits, which differ because sums are added up in another order; float32 has 7 digits.
TOLERANCE = {np.dtype(np.float64): 1e-10, np.dtype(np.float32): 2e-5}
DIFFERENCES_TOLERANCE = (
    2e-6  # central differences in float64: their own error is about 1e-9 of f over the step 1e-6
)
# A result that is 0 in mathematics comes out as rounding noise on both sides, such as the gradient of a sum
# through a normalisation. Noise has no digits to agree in, so nothing is judged by a finer scale than this.
SMALLEST_SCALE = 1e-3


def difference(actual: Any, expected: Any) -> float:
    """Return max |actual - expected| / max(|expected|, 1e-3); infinity where shape, nan or inf do not match.

    Example:
        >>> difference(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
        0.2
        >>> difference(np.zeros(3), np.zeros(4))
        inf
    """
    a, b = np.asarray(actual), np.asarray(expected)
    if a.shape != b.shape:
        return float("inf")
    if not b.size:
        return 0.0
    if b.dtype.kind not in "f":
        return 0.0 if np.array_equal(a, b) else float("inf")
    a, b = a.astype(np.float64), b.astype(np.float64)
    usual = np.isfinite(b)
    if not np.array_equal(a[~usual], b[~usual], equal_nan=True) or not np.isfinite(a[usual]).all():
        return float("inf")
    if not usual.any():
        return 0.0
    scale = max(np.abs(b[usual]).max(), SMALLEST_SCALE)
    return float(np.abs(a[usual] - b[usual]).max() / scale)


def describe(actual: Any, expected: Any) -> str:
    """Say in a line or two what came back and what was expected."""
    a, b = np.asarray(actual), np.asarray(expected)
    if a.shape != b.shape:
        return f"the shape is {a.shape}, expected {b.shape}"
    show = {"precision": 6, "threshold": 12, "edgeitems": 3}
    with np.printoptions(**show):  # type: ignore[arg-type]
        return f"got\n{a}\nexpected\n{b}\nlargest difference {difference(a, b):.3g}"
