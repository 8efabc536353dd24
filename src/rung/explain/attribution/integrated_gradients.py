"""Integrated gradients: the slope, gathered on the way from a baseline to the input."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.explain.attribution.point import point
from rung.explain.attribution.result import Attribution
from rung.explain.subject import Subject
from rung.scratch.errors import SettingError


def integrated_gradients(
    subject: Subject,
    x: Any,
    target: Any = None,
    layer: str | None = None,
    baseline: Any = 0.0,
    steps: int = 50,
) -> Attribution:
    """Part the difference S(x) - S(baseline) among the numbers of the input, without a rest.

        part_i = (x_i - b_i) * integral from 0 to 1 of dS/dx_i at b + a (x - b), da

    The parts add up to S(x) - S(b): the paper calls it completeness. Here the integral is a sum of `steps`
    slopes, each in the middle of its piece, so that something is left over: `gap` tells how much, in the
    unit of the score. If it is more than a few per cent of the difference, take more steps.

    The baseline is what "nothing" means, and the map depends on it: with a black baseline, black pixels get
    0. Words start from vectors of 0, as padding has in our models; a category's too, as the unseen has.

    Args:
        subject: the model.
        x: floats, words, or a table's floats and categories; see `point`.
        target: whose score; None: the answer's own.
        layer: by what this layer made; None: by the input.
        baseline: a number for all of it, or an input like x: a mean picture, a row of a table.
        steps: of the sum.

    Raises:
        SettingError: steps is below 1.
        AttributionError: the input has no real numbers, or the target is none of the answers.
        UnknownLayerError: the model has no such layer.

    Cost: `steps` passes forward and back, and one forward.

    Source: sundararajan2017, sections 3 and 5.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, 1, rng=1))
        >>> x = np.array([[2.0, -1.0]], np.float32)
        >>> found = integrated_gradients(Subject(model), x)
        >>> rise = Subject(model).ask(x) - Subject(model).ask(0 * x)
        >>> bool(abs(found.map.sum() - rise[0, 0]) < 1e-4), bool(abs(found.gap[0]) < 1e-4)
        (True, True)
    """
    if steps < 1:
        raise SettingError(f"steps={steps}", rule="The path has at least one step.")
    at = point(subject, x, target, layer)
    start = at.start(baseline)
    way = at.z - start
    slope = at.mean_slope(start + a * way for a in (np.arange(steps) + 0.5) / steps)
    parts = way * slope
    gap = parts.reshape(len(parts), -1).sum(axis=1) - (at.score(at.z) - at.score(start))
    return at.found("integrated-gradients", at.per_place(parts), parts, gap=gap)
