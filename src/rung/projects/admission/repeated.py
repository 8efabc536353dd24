"""Repeated cross-validation: scores on many splits, and what a difference between two models is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from rung.data import Dataset
from rung.train.finding import Finding
from rung.train.tasks import Task
from rung.train.tuned import parted


@dataclass(frozen=True)
class Repeated:
    """What repeated cross-validation came to.

    Attributes:
        metric: what a score is.
        higher: whether more is better.
        scores: by model its score on each held-out fold (repeats * folds,); the folds are the same for all.
        share: rows held out over rows trained on.
        told: the scheme in words.
    """

    metric: str
    higher: bool
    scores: dict[str, np.ndarray]
    share: float
    told: str


@dataclass(frozen=True)
class Interval:
    """A mean over folds, its 95 % interval, and the probability of one so far from 0 if the truth were 0."""

    value: float
    low: float
    high: float
    p: float


def repeated(
    data: Dataset,
    methods: Mapping[str, Callable[[Dataset], np.ndarray]],
    task: Task,
    repeats: int,
    folds: int,
    seed: int = 0,
) -> Repeated:
    """Hold out each fold once, `repeats` times with other folds; every model sees the same rows.

    Args:
        data: all its rows are used, those of the test part too: nothing is chosen by what comes out.
        methods: by name, what learns from the part "train" of a data set and answers its part "test".
        task: how answers are scored.
        repeats: how often the rows are cut anew.
        folds: parts of a cut.
        seed: decides the cuts.

    Cost: repeats * folds trainings of every method.
    """
    used = np.sort(np.concatenate(list(data.splits.values())))
    scores: dict[str, list[float]] = {name: [] for name in methods}
    for repeat in range(repeats):
        for part in parted(data.y[used], folds, seed=seed + repeat):
            held_out = used[part]
            fold = replace(data, splits={"train": np.setdiff1d(used, held_out), "test": held_out})
            for name, method in methods.items():
                scores[name].append(task.value(method(fold), data.y[held_out]))
    return Repeated(
        task.metric,
        task.higher,
        {name: np.array(values) for name, values in scores.items()},
        1 / (folds - 1),
        f"{repeats} x {folds} folds of {len(used):,} rows",
    )


def corrected(values: np.ndarray, share: float) -> Interval:
    """Return the mean of scores, or of differences of scores, of overlapping trainings, with its interval.

    The folds share most of their training rows, so that their scores are less independent than they look.
    The plain t-test divides the variance by the number of folds and finds differences where there are none;
    the corrected one adds the share of held-out to training rows: variance * (1 / n + share).

    Args:
        values: one a fold (n,).
        share: rows held out over rows trained on; 0 gives the plain t-test.

    Source: nadeau2003.

    Example:
        >>> values = np.array([0.1, 0.3, 0.2, 0.4])
        >>> round(corrected(values, share=0).p, 3), round(corrected(values, share=1 / 3).p, 3)
        (0.03, 0.085)
    """
    from scipy.special import stdtr, stdtrit

    n, mean = len(values), float(values.mean())
    spread = math.sqrt(float(values.var(ddof=1)) * (1 / n + share))
    if spread == 0:
        return Interval(mean, mean, mean, 1.0 if mean == 0 else 0.0)
    reach = float(stdtrit(n - 1, 0.975)) * spread
    return Interval(mean, mean - reach, mean + reach, 2 * float(stdtr(n - 1, -abs(mean) / spread)))


def scores_finding(found: Repeated) -> Finding:
    """Tell the mean score of every model, with its interval."""
    rows = []
    for name, values in found.scores.items():
        interval = corrected(values, found.share)
        rows.append((name, interval.value, f"{interval.low:.4f} to {interval.high:.4f}"))
    return Finding(
        "By repeated cross-validation",
        f"{found.told}: every model is trained anew on each, its settings chosen within the fold where it "
        "has any (the network's are the run's). In the last line but one, trees learn what ridge leaves: "
        "where that gains nothing, they find no bend in these rows that a straight line would miss. The "
        "intervals are those of the corrected resampled t-test.",
        ("model", found.metric, "95 %"),
        rows,
    )


def differences_finding(found: Repeated, ours: str) -> Finding:
    """Compare one model with every other, fold by fold."""
    rows = []
    for name, values in found.scores.items():
        if name == ours:
            continue
        apart = found.scores[ours] - values
        interval, plain = corrected(apart, found.share), corrected(apart, 0.0)
        rows.append(
            (
                name,
                f"{interval.value:+.4f} ({interval.low:+.4f} to {interval.high:+.4f})",
                f"{interval.p:.2g}",
                f"{plain.p:.2g}",
                verdict(interval, found.higher),
            )
        )
    return Finding(
        "Is the network better?",
        f"The network's {found.metric} less the other's, fold by fold: "
        f"{'more' if found.higher else 'less'} is better. p is the corrected test's: folds share training "
        "rows, so the plain t-test beside it is far too sure of itself (Nadeau and Bengio, 2003).",
        ("against", "difference (95 %)", "p", "plain p", "network"),
        rows,
    )


def verdict(interval: Interval, higher: bool) -> str:
    """Return "better" or "worse" where the interval leaves out 0, else "unclear".

    Example:
        >>> verdict(Interval(-0.2, -0.3, -0.1, 0.01), higher=False)
        'better'
    """
    if interval.low <= 0 <= interval.high:
        return "unclear"
    return "better" if (interval.value > 0) == higher else "worse"
