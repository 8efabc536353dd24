"""The threshold by cost: who gets an offer, when a missed customer costs more than a wasted offer?"""

from __future__ import annotations

import numpy as np

from rung.projects.churn.calibrate import Answers, best_temperature, probability
from rung.train.finding import Finding
from rung.train.score import percentiles, resamples


def costs(offered: np.ndarray, left: np.ndarray, missed: float, offer: float) -> np.ndarray:
    """Return what each customer costs (n,), beyond what had to be.

    A customer who leaves without an offer costs `missed`; one who gets an offer and would have stayed costs
    `offer`; the others cost nothing. `missed` is therefore net: what a customer is worth, times the share
    whom an offer keeps, less the offer.
    """
    return np.where(left == 1, missed * ~offered, offer * offered)


def cheapest_threshold(p: np.ndarray, left: np.ndarray, missed: float, offer: float) -> float:
    """Return the probability from which on offers cost least, on these customers.

    Args:
        p: how likely each is to leave (n,).
        left: 1 for those who did (n,).
        missed: the cost of a customer who leaves without an offer.
        offer: the cost of an offer to one who stays.

    Returns:
        a threshold: offer where p >= it; infinity where no offer at all is cheapest.

    Cost: one sorting.
    """
    order = np.argsort(-p, kind="stable")
    # from no offer at all, each further offer saves a leaving customer or wastes an offer
    step = np.where(left[order] == 1, -missed, offer)
    total = np.concatenate([[0.0], np.cumsum(step)])
    ends = np.concatenate([[True], np.diff(p[order]) != 0, [True]])  # equal p get an offer together
    best = int(np.flatnonzero(ends)[total[ends].argmin()])
    return float(p[order][best - 1]) if best else float("inf")


def by_theory(missed: float, offer: float) -> float:
    """Return the threshold for true probabilities: offer where p * missed > (1 - p) * offer.

    Source: elkan2001.

    Example:
        >>> by_theory(missed=500, offer=100)
        0.16666666666666666
    """
    return offer / (offer + missed)


def cost_finding(validation: Answers, test: Answers, missed: float, offer: float) -> Finding:
    """Compare ways to choose who gets an offer by what they cost on the test part.

    Args:
        validation: scores and truth, on which thresholds are chosen.
        test: scores and truth, on which they are judged.
        missed, offer: what the two mistakes cost.
    """
    temperature = best_temperature(*validation)
    chosen = cheapest_threshold(probability(validation[0]), validation[1], missed, offer)
    theory = by_theory(missed, offer)
    p, left = probability(test[0]), test[1]
    calm = probability(test[0], temperature)
    ways = {
        "none": np.zeros(len(p), dtype=bool),
        "all": np.ones(len(p), dtype=bool),
        "p >= 0.5": p >= 0.5,
        f"chosen: p >= {chosen:.3f}": p >= chosen,
        f"theory: p >= {theory:.3f}": p >= theory,
        "theory, temperature": calm >= theory,
    }
    draws = resamples(len(left))
    cost = {name: costs(offered, left, missed, offer) for name, offered in ways.items()}
    blind = min(("none", "all"), key=lambda name: float(cost[name].mean()))
    rows = []
    for name, offered in ways.items():
        saved = 1000 * (cost[blind] - cost[name])
        low, high = percentiles(saved[draws].mean(axis=1))
        rows.append(
            (
                name,
                _thousands(offered.mean()),
                _thousands(((left == 1) & ~offered).mean()),
                f"{1000 * cost[name].mean():,.0f}",
                "" if name == blind else f"{saved.mean():,.0f} ({low:,.0f} to {high:,.0f})",
            )
        )
    return Finding(
        "Who should get an offer?",
        f"Each line is for 1,000 customers. A customer missed costs {missed:,.0f} (--missed-cost), an offer "
        f"to one who would have stayed {offer:,.0f} (--offer-cost). The saving is against an offer to "
        f"{blind}, the better of the two choices that need no model, with its 95 % interval over the "
        f"{len(left):,} test customers. One threshold is the cheapest of all on the {len(validation[1]):,} "
        "validation customers; the other is theory's, which needs no data but probabilities that are true.",
        ("offer to", "offers", "missed", "cost", "saving"),
        rows,
    )


def _thousands(share: float) -> int:
    return round(1000 * float(share))
