"""Gradient times input: what every number gives to the score, were the model the straight line it is here."""

from __future__ import annotations

from typing import Any

from rung.explain.attribution.point import point
from rung.explain.attribution.result import Attribution
from rung.explain.subject import Subject


def gradient_times_input(
    subject: Subject, x: Any, target: Any = None, layer: str | None = None
) -> Attribution:
    """Return x * dS/dx: for and against, number by number.

        map = sum over channels of x * dS/dx

    Of a linear model without bias these parts add up to the score. Of a deep one they do not, and a number
    that is 0 gets 0 whatever it means: black pixels of a black-and-white picture never show.

    Args:
        subject: the model.
        x: floats, words, or a table's floats and categories; see `point`.
        target: whose score; None: the answer's own.
        layer: by what this layer made; None: by the input.

    Raises:
        AttributionError: the input has no real numbers, or the target is none of the answers.
        UnknownLayerError: the model has no such layer.

    Cost: one pass forward and back.

    Source: shrikumar2016.
    """
    at = point(subject, x, target, layer)
    parts = at.z * at.slope(at.z)
    return at.found("gradient-times-input", at.per_place(parts), parts)
