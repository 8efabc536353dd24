"""What every layer makes of the same examples, as histograms at several moments of the training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rung.explain.overtime import BINS, Histories, History, bins_of, edges_of
from rung.explain.subject import Subject
from rung.explain.units import units
from rung.explain.units_picture import LayerUnits
from rung.explain.weights import standing
from rung.scratch.errors import SettingError


def units_over_time(
    subject: Subject,
    snapshots: Mapping[int, Mapping[str, np.ndarray]],
    x: Any,
    progress: Callable[[int, int], None] | None = None,
) -> Histories:
    """Return the histograms of what every layer makes of a batch, at each snapshot.

    A layer that comes later only, or only at some moments, is left out. The model is left as it was.

    Args:
        subject: the model.
        snapshots: weights and running statistics by name, by step.
        x: a batch of what it takes; the same for all.
        progress: called with how many passes are done, and of how many.

    Raises:
        SettingError: there is no snapshot.

    Cost: two passes forward a snapshot: the first finds the scales, the second counts.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(1, 1, rng=0), nn.ReLU())
        >>> kept = {s: {"0.weight": np.full((1, 1), s, np.float32)} for s in (-1, 1)}
        >>> found = units_over_time(Subject(model), kept, np.ones((4, 1), np.float32))
        >>> [each.layer for each in found.layers], found.layers[1].zeros.tolist()
        (['0', '1'], [1.0, 0.0])
    """
    if not snapshots:
        raise SettingError("histograms over time: there are no snapshots.", rule="At least one moment.")
    passes, edges = list[dict[str, LayerUnits]](), dict[str, np.ndarray]()
    total = 2 * len(snapshots)
    with standing(subject.model) as put_in:
        for turn in range(2):
            for kept in snapshots.values():
                put_in(kept)
                found = units(subject, x, bins=BINS, edges=edges or None)
                passes.append({each.layer: each for each in found.layers})
                if progress:
                    progress(len(passes), total)
            if turn == 0:
                layers = [name for name in passes[0] if all(name in each for each in passes)]
                for name in layers:
                    edges[name] = _edges([each[name] for each in passes])
    counted = passes[len(snapshots) :]
    histories = [_history(name, [each[name] for each in counted]) for name in layers]
    return Histories(tuple(snapshots), tuple(histories), "activations", found.of)


def _edges(each: list[LayerUnits]) -> np.ndarray:
    means, stds = np.array([e.mean for e in each]), np.array([e.std for e in each])
    low, high = min(e.low for e in each), max(e.high for e in each)
    return edges_of(low, high, means, stds, bins_of(int(each[0].counts.sum())))


def _history(name: str, each: list[LayerUnits]) -> History:
    mean, std, zeros = (np.array([getattr(e, what) for e in each]) for what in ("mean", "std", "zeros"))
    return History(name, each[0].edges, np.stack([e.counts for e in each]), mean, std, zeros)
