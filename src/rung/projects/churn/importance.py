"""Permutation importance: how much worse is the model when one column of the test part is shuffled?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rung.train.finding import Finding
from rung.train.score import percentiles
from rung.train.tasks.classes import auc


def importance(
    chance: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    truth: np.ndarray,
    groups: Mapping[str, Sequence[int]],
    draws: int = 40,
    seed: int = 0,
) -> dict[str, tuple[float, float, float]]:
    """Shuffle each column of the table among the test rows, and see what the ROC AUC loses.

    In every draw other rows are drawn (with replacement) and the column is shuffled anew, so that the
    interval holds both the luck of the shuffle and that of the test part.

    Args:
        chance: the model: prepared rows (n, d) to probabilities of class 1 (n,).
        x: prepared test rows (n, d).
        truth: 0 or 1 (n,).
        groups: by column of the table, the columns of x that stand for it; they are shuffled together.
        draws: how often.
        seed: decides the shuffles.

    Returns:
        by column the mean loss, and the middle 95 % of the draws; the most important first.

    Cost: draws * len(groups) passes over x.

    Source: breiman2001, fisher2019.
    """
    rng = np.random.default_rng(seed)
    whole = chance(x)
    found: dict[str, tuple[float, float, float]] = {}
    for name, columns in groups.items():
        lost = np.zeros(draws)
        for i in range(draws):
            shuffled = x.copy()
            shuffled[:, columns] = x[rng.permutation(len(x))][:, columns]
            rows = rng.integers(0, len(x), len(x))
            lost[i] = auc(whole[rows], truth[rows]) - auc(chance(shuffled)[rows], truth[rows])
        found[name] = (float(lost.mean()), *percentiles(lost))
    return dict(sorted(found.items(), key=lambda item: -item[1][0]))


def importance_finding(
    chance: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    truth: np.ndarray,
    groups: Mapping[str, Sequence[int]],
) -> Finding:
    """Tell which columns the model's ranking rests on; arguments as of `importance`."""
    rows = [
        (name, loss, f"{low:.4f} to {high:.4f}", "yes" if low > 0 else "not shown")
        for name, (loss, low, high) in importance(chance, x, truth, groups).items()
    ]
    return Finding(
        "Which columns matter",
        "ROC AUC lost when one column of the test part is shuffled. It tells what this model uses, and not "
        "what makes customers leave. Columns that say the same share their importance, and each may look "
        "idle: total_charges is about tenure times monthly_charges.",
        ("column", "AUC lost", "95 %", "above 0"),
        rows,
    )
