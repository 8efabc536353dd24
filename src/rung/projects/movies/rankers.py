"""Rankers: scores of all films for all people, from who rated what; the ratings themselves are not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung.train.loop import Training, fit

# Of the vectors that are trained; found on the validation part of movielens-small, like all settings here.
DIM, RATE, DECAY = 64, 0.01, 0.1


def popularity(seen: np.ndarray) -> np.ndarray:
    """Recommend what most people rated: scores (users, items), the same for everybody."""
    return np.broadcast_to(seen.sum(0), seen.shape).astype(np.float32)


def knn(seen: np.ndarray, k: int = 200, shrinkage: float = 20.0) -> np.ndarray:
    """Recommend what is like the films a person rated: scores (users, items).

    Two films are alike if the same people rated both: the cosine of their columns, shrunk where few did. Each
    film listens to the k others that are most like it.

    Source: sarwar2001.
    """
    rated = seen.astype(np.float32)
    both = rated.T @ rated  # (items, items)
    length = np.sqrt(np.diag(both)) + 1e-6
    like = both / (length[:, None] * length) * (both / (both + shrinkage))
    np.fill_diagonal(like, 0)
    if len(like) > k:
        edge = np.partition(like, -k, axis=1)[:, -k, None]
        like[like < edge] = 0
    scores: np.ndarray = rated @ like.T
    return scores


def ease(seen: np.ndarray, penalty: float = 300.0) -> np.ndarray:
    """Recommend by the best linear model from films to films that may not look at the film itself.

        B = I - P diag(1 / diag(P))      P = (X^T X + penalty I)^-1      scores = X B

    P is as large as the films are many, but by Woodbury's identity the inverse is of users by users.

    Source: steck2019ease.
    """
    x = seen.astype(np.float64)
    inner = np.linalg.inv(x @ x.T + penalty * np.eye(len(x)))  # (users, users)
    p = (np.eye(x.shape[1]) - x.T @ (inner @ x)) / penalty  # (items, items)
    scores: np.ndarray = x - (x @ p) / np.diag(p)
    return scores.astype(np.float32)


def softmax(seen: np.ndarray, seed: int = 0, epochs: int = 40) -> Any:
    """Train vectors to score the films that a person rated above all others at once.

        sum over people and their films of -log softmax(scores of all films)[film], over the ratings

    With a few thousand films this costs little, and nothing need be drawn; with millions one draws some
    ("sampled softmax"). A step takes some people with all their films.

    Args:
        seen: who rated what, (users, items) bool.
        seed: decides vectors and order.
        epochs: how often to go through the people.

    Returns:
        a `rung.models.matrix_factorization.MatrixFactorization`, whose scores `factor_scores` gives.

    Cost: 10 seconds for 610 people and 5,400 films on one core.

    Source: liang2018vae, the multinomial likelihood.
    """
    import torch

    from rung.models.matrix_factorization import MatrixFactorization

    torch.manual_seed(seed)
    people, known = np.flatnonzero(seen.any(1)), torch.from_numpy(seen)
    users, items = seen.shape
    model = MatrixFactorization(users, items, DIM)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)

    def batch_of(rows: np.ndarray, step: int) -> tuple[Any, Any]:
        who = torch.from_numpy(people[rows])
        return who, known[who].float()

    def loss(model: Any, who: Any, films: Any) -> Any:
        scores = model.user(who) @ model.item.weight.T + model.item_bias.weight.T  # (B, items)
        return -(scores.log_softmax(1) * films).sum() / films.sum()

    fit(Training(model, optimizer, batch_of, loss, len(people), epochs, batch=64, seed=seed))
    return model.eval()


def factor_scores(model: Any) -> np.ndarray:
    """Return a ranking model's scores, (users, items)."""
    user, item = (t.weight.detach().numpy() for t in (model.user, model.item))
    scores: np.ndarray = user @ item.T + model.item_bias.weight.detach().numpy().T
    return scores


def all_pairs(
    ask: Callable[[tuple[np.ndarray, np.ndarray]], np.ndarray], users: int, items: int
) -> np.ndarray:
    """Ask a rating model for every pair of user and film: (users, items)."""
    every = np.arange(items)
    return np.stack([ask((np.full(items, u), every)) for u in range(users)]).reshape(users, items)
