"""Sanity checks: does a map change when what the model has learned is taken from it?

Adebayo and others found maps that look convincing and do not: of a network with random weights they are the
same, so they show the picture and not the model. The paper has a second check, to train the model anew on
shuffled labels; it costs a training and is not here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rung.explain.attribution.calls import calls
from rung.explain.attribution.methods import attribute
from rung.explain.attribution.point import chosen
from rung.explain.subject import Subject
from rung.scratch.errors import SettingError, did_you_mean

ORDERS = ("cascading", "independent")


@dataclass(frozen=True)
class Randomised:
    """What became of the maps when a layer lost its weights.

    Attributes:
        layer: the layer that was randomised last; "" is the model's own parameters.
        map: the maps now, like those of an `Attribution`.
        correlation: of each example, Spearman's rank correlation of the sizes of its map now and before (N,).
    """

    layer: str
    map: np.ndarray
    correlation: np.ndarray


@dataclass(frozen=True)
class SanityCheck:
    """How far maps follow what the model has learned.

    Attributes:
        method: whose maps.
        order: "cascading" or "independent".
        map: of the model as it is.
        steps: from the top layer down.
    """

    method: str
    order: str
    map: np.ndarray
    steps: tuple[Randomised, ...]

    @property
    def correlations(self) -> dict[str, float]:
        """The mean over the examples, by layer: near 1, the map has not noticed."""
        return {step.layer: float(step.correlation.mean()) for step in self.steps}


def sanity_check(
    subject: Subject,
    x: Any,
    target: Any = None,
    method: str | Callable[[Subject, Any, np.ndarray], np.ndarray] = "saliency",
    order: str = "cascading",
    layer: str | None = None,
    seed: int = 0,
    **settings: Any,
) -> SanityCheck:
    """Randomise a copy of the model layer by layer, from the top down, and compare its maps with the model's.

    Cascading: layers stay random, until all are; nothing learned is left then, and a map that is still the
    same cannot have shown it. Independent: one layer at a time, the others as they were learned.

    A layer's new weights are normal, each array with the mean and spread that it had, so that what passes
    through keeps its size.

    Args:
        subject: the model; a copy is randomised, it itself is not touched.
        x: its input.
        target: whose score; None: what the model answers, with its own weights.
        method: a key of `METHODS`, or a function of (subject, x, weights of the answers) that makes maps.
        order: "cascading" or "independent".
        layer: passed to the method.
        seed: draws the weights.
        settings: of the method.

    Raises:
        SettingError: there is no such order.

    Cost: the method once for each layer with parameters, and once more; a copy of the model.

    Source: adebayo2018, section 3.

    Example:
        >>> from rung.scratch import nn
        >>> model = nn.Sequential(nn.Linear(8, 16, rng=0), nn.ReLU(), nn.Linear(16, 3, rng=1))
        >>> x = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
        >>> list(sanity_check(Subject(model), x, method="saliency").correlations)
        ['2', '0']
    """
    if order not in ORDERS:
        raise SettingError(
            f"order={order!r}", rule=f"It is {' or '.join(ORDERS)}.", fix=did_you_mean(order, ORDERS)
        )
    weights = chosen(target, subject.ask(x))

    def maps(of: Subject) -> np.ndarray:
        if callable(method):
            return np.asarray(method(of, x, weights))
        return attribute(of, x, weights, method, layer, **settings).map

    before = maps(subject)
    steps = []
    for name, changed in randomised(subject, x, order, seed):
        now = maps(changed)
        pairs = zip(before, now, strict=True)
        steps.append(Randomised(name, now, np.array([rank_correlation(a, b) for a, b in pairs])))
    called = getattr(method, "__name__", "map") if callable(method) else method
    return SanityCheck(called, order, before, tuple(steps))


def randomised(
    subject: Subject, x: Any, order: str = "cascading", seed: int = 0
) -> Iterator[tuple[str, Subject]]:
    """Yield each layer that has parameters, from the top down, and the model with it randomised.

    Of "cascading" it is the same copy every time, with one layer more; look at it before asking for the next.

    Args:
        subject: the model; it is not touched.
        x: an input: the order of the layers is that in which they pass it on.
        order: "cascading" or "independent".
        seed: draws the weights.
    """
    rng, copied = np.random.default_rng(seed), copy.deepcopy(subject.model)
    learned = {name: np.array(subject.engine.array(p)) for name, p in subject.model.named_parameters()}
    for layer, names in reversed(_owned(subject, x).items()):
        if order == "independent":
            _fill(subject, copied, learned)
        drawn = {n: rng.normal(learned[n].mean(), learned[n].std(), learned[n].shape) for n in names}
        _fill(subject, copied, drawn)
        yield layer, replace(subject, model=copied)


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's correlation of |a| and |b| where not both are 0; 0 if one is the same everywhere.

    The paper takes all places. But black pixels times any gradient are 0, whatever the weights: of a digit
    they are four places in five, and alone would make every such pair of maps agree at 0.99.

    Args:
        a, b: maps of one shape.

    Source: adebayo2018, section 3; its section 5 on the product with the input.

    Example:
        >>> rank_correlation(np.array([1.0, -2.0, 3.0]), np.array([0.1, 0.4, 0.9]))
        1.0
    """
    from scipy.stats import rankdata

    sizes = [np.abs(m).ravel() for m in (a, b)]
    alive = np.any([size > 1e-6 * size.max() for size in sizes], axis=0)  # below that it is rounding
    if not alive.any():
        return 0.0
    one, other = (rankdata(size[alive]) for size in sizes)
    one, other = one - one.mean(), other - other.mean()
    size = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / size) if size else 0.0


def edges(subject: Subject, x: Any, weights: np.ndarray) -> np.ndarray:
    """Draw a picture's edges (N, H, W): the counterexample, a map that never asks the model.

    Args:
        subject: is not asked.
        x: pictures (N, C, H, W).
        weights: are not looked at.

    Source: adebayo2018, section 1: an edge detector passes for an explanation.
    """
    grey = np.pad(np.asarray(x).mean(axis=1), ((0, 0), (1, 1), (1, 1)), mode="edge")
    down, right = grey[:, 2:, 1:-1] - grey[:, :-2, 1:-1], grey[:, 1:-1, 2:] - grey[:, 1:-1, :-2]
    drawn: np.ndarray = np.hypot(down, right)
    return drawn


def _owned(subject: Subject, x: Any) -> dict[str, list[str]]:
    """Return the parameters of every layer that is come by, in that order.

    A layer whose parameters others use without calling it (as in attention) counts with what it is in.
    """
    order = list(dict.fromkeys(call.layer for call in calls(subject, x)))
    owned: dict[str, list[str]] = {layer: [] for layer in order}
    for name, _ in subject.model.named_parameters():
        owner = name.rpartition(".")[0]
        while owner not in owned:
            owner = owner.rpartition(".")[0]
        owned[owner].append(name)
    return {layer: names for layer, names in owned.items() if names}


def _fill(subject: Subject, model: Any, arrays: dict[str, np.ndarray]) -> None:
    for name, p in model.named_parameters():
        if name in arrays:
            fresh = subject.engine.tensor(arrays[name].astype(subject.engine.array(p).dtype))
            p.data[...] = fresh.data
