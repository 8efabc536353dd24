"""Ranking: of all films that a person has not seen, do the ten on top hold those they went on to like?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rung.train.score import percentiles, resamples


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of every ranker, the same for all.

    Every film that training knows and the person has not rated is a candidate: no hundred drawn ones, whose
    scores can turn the order of two rankers round (krichene2020sampled).

    Attributes:
        users: whom is recommended to, (u,).
        seen: who rated what before the test part, (users, items) bool; item 0 is no film and counts as seen.
        liked: for each of `users` the films they liked in the test part, and which a ranker can know.
        counts: how many they liked in all, films without a past included: nobody can recommend those, and
            they count as missed.
    """

    users: np.ndarray
    seen: np.ndarray
    liked: list[np.ndarray]
    counts: np.ndarray


def ask(
    seen: np.ndarray, user: np.ndarray, item: np.ndarray, rating: np.ndarray, least: float = 4.0
) -> Question:
    """Make the question of a test part: who liked what; people who liked nothing there are left out.

    Args:
        seen: who rated what before, (users, items) bool.
        user: of each test rating (n,); 0 is nobody that training knows, who is left out.
        item: of each test rating (n,); 0 is a film without a past.
        rating: (n,).
        least: what counts as liked.
    """
    good = (rating >= least) & (user > 0)
    users = np.unique(user[good])
    films = [item[good & (user == u)] for u in users]
    seen = seen.copy()
    seen[:, 0] = True
    return Question(users, seen, [f[f > 0] for f in films], np.array([len(f) for f in films], dtype=int))


def top(scores: np.ndarray, seen: np.ndarray, k: int = 10) -> np.ndarray:
    """Return the k best unseen films of each user, best first, (u, k); of equal ones the lower number first.

    Args:
        scores: (u, items).
        seen: (u, items) bool.
        k: how many; -1 stands where a user has fewer unseen films.
    """
    masked = np.where(seen, -np.inf, scores)
    best = np.argsort(-masked, axis=1, kind="stable")[:, :k]
    return np.where(np.take_along_axis(masked, best, axis=1) == -np.inf, -1, best)


def metrics(best: np.ndarray, question: Question) -> tuple[np.ndarray, np.ndarray]:
    """Return recall@k and NDCG@k of each user, (u,) each, for the k films on top of each one's list.

        recall@k = liked films on the list / liked films
        NDCG@k   = sum over liked films on the list of 1 / log2(1 + place), over the most that is possible

    Source: jarvelin2002cumulated.
    """
    k = best.shape[1]
    worth = 1 / np.log2(np.arange(2, k + 2))
    hits = np.array([np.isin(row, liked) for row, liked in zip(best, question.liked, strict=True)])
    hits = hits.reshape(len(best), k)
    most = np.concatenate([[0], np.cumsum(worth)])[np.minimum(question.counts, k)]
    return hits.sum(1) / question.counts, (hits * worth).sum(1) / most


def interval(each: np.ndarray, against: np.ndarray | None = None) -> tuple[float, float]:
    """Return the 95 % bootstrap interval over users of a mean, or of a mean difference to `against`."""
    each = each if against is None else each - against
    return percentiles(each[resamples(len(each))].mean(axis=1))
