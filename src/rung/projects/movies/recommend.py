"""Recommending with a trained model: its top ten beside those of rankers, and the films next to a film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rung.data import Dataset
from rung.projects.movies import rankers
from rung.projects.movies.ranking import Question, ask, interval, metrics, top
from rung.train.backend import backend_of
from rung.train.finding import Finding
from rung.train.inputs import Inputs

LIKED = 4.0  # stars
OFTEN = 10  # ratings; of a film with fewer the direction of its vector is mostly noise


def neighbours(film: int, vectors: np.ndarray, count: int = 4, among: np.ndarray | None = None) -> list[int]:
    """Return the films that people who liked a film also liked: those whose vectors point the same way.

    Args:
        film: its number.
        vectors: of all films, (films, d).
        count: how many, the nearest first.
        among: which films may be named, (films,) bool; all of them if left out.

    Example:
        >>> neighbours(1, np.array([[0, 0], [1, 0], [0, 1], [2, 1]]), count=1)
        [3]
    """
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    near = unit @ unit[film]
    allowed = np.ones(len(near), dtype=bool) if among is None else among.copy()
    allowed[film] = False
    near[~allowed] = -np.inf
    return [int(i) for i in np.argsort(-near, kind="stable")[: min(count, allowed.sum())]]


def findings(config: Any, data: Dataset, inputs: Inputs, model: Any) -> list[Finding]:
    """Return the ranking table, neighbours of famous films, and what a cold start costs.

    Args:
        config: settings of movies.
        data: the ratings.
        inputs: the same as ids.
        model: trained to predict ratings.
    """
    seen = {part: _seen(inputs, [part]) for part in ("train", "validation")}
    rows = inputs.splits["test"]
    question = ask(
        seen["train"] | seen["validation"], inputs.x[0][rows], inputs.x[1][rows], inputs.y[rows], LIKED
    )
    if not len(question.users) or inputs.about["items"] < 20:
        return []  # a few ratings, as in a dry run on data of one's own
    watched = rankers.softmax(seen["train"], config.seed)
    every = {
        "popularity": rankers.popularity(seen["train"]),
        "item-kNN, who rated": rankers.knn(seen["train"]),
        "EASE, linear": rankers.ease(seen["train"]),
        "vectors by softmax": rankers.factor_scores(watched),
        f"this model ({config.model})": rankers.all_pairs(
            _asker(model), inputs.about["users"], inputs.about["items"]
        ),
    }
    vectors = {
        "watched": watched.item.weight.detach().numpy(),
        "rated alike": backend_of(model).weights(model)["item.weight"],
    }
    return [
        ranked(every, question, seen["train"]),
        also_liked(inputs.about["liked"], inputs.about["films"], vectors, seen["train"].sum(0)),
        cold(inputs, model),
    ]


def also_liked(
    liked: Sequence[int], names: Sequence[str], vectors: dict[str, np.ndarray], counts: np.ndarray
) -> Finding:
    """Show the films next to some films, by each kind of vectors.

    Args:
        liked: whose neighbours are shown.
        names: of all films.
        vectors: by what they were trained on, (films, d) each.
        counts: training ratings of each film, (films,).
    """
    told = [
        f"{names[film]}, {kind}: {'; '.join(names[i] for i in neighbours(film, made, 4, counts >= OFTEN))}"
        for film in liked
        for kind, made in vectors.items()
    ]
    return Finding(
        "People who liked ... also liked",
        f"The nearest films with {OFTEN} training ratings or more. 'Watched' is by the vectors that were "
        "trained to rank (softmax): what the same people chose to see. 'Rated alike' is by those of the "
        "rating model: what the same people liked better than others did. Neither was shown a genre or a "
        "title. For other films: --liked 'Alien; Fargo'.",
        samples=told,
    )


def ranked(every: dict[str, np.ndarray], question: Question, train: np.ndarray) -> Finding:
    """Compare rankers on the same people and films."""
    lists = {
        name: top(scores[question.users], question.seen[question.users]) for name, scores in every.items()
    }
    each = {name: metrics(best, question) for name, best in lists.items()}
    ratings = train.sum(0)
    rows = []
    for name, (recall, ndcg) in each.items():
        low, high = interval(ndcg)
        less, more = interval(ndcg, each["popularity"][1])
        verdict = "" if name == "popularity" else "better" if less > 0 else "worse" if more < 0 else "same"
        usual = float(np.median(ratings[lists[name][lists[name] > 0]]))
        rows.append(
            [name, f"{recall.mean():.3f}", f"{ndcg.mean():.3f}", f"{low:.3f} to {high:.3f}", verdict, usual]
        )
    missed = 1 - sum(map(len, question.liked)) / question.counts.sum()
    return Finding(
        "Recommending ten films",
        f"For {len(question.users):,} people who gave {LIKED:g} stars or more in the test part: which of all "
        f"films they had not rated would they be shown, and did they go on to like those? The interval is of "
        f"NDCG@10, over people, as is the comparison with popularity, in pairs. 'Raters' is how many "
        f"training ratings the recommended films have. A model of ratings recommends what a few loved: "
        f"it was never told what people watch, only how they liked what they chose. {missed:.1%} of "
        f"the liked films have one training rating or none, cannot be recommended and count as missed.",
        ("ranker", "recall@10", "NDCG@10", "95 %", "vs popularity", "raters"),
        rows,
    )


def cold(inputs: Inputs, model: Any) -> Finding:
    """Show how the error depends on how much is known of a film."""
    rows = inputs.splits["test"]
    user, item = inputs.x[0][rows], inputs.x[1][rows]
    error = np.square(_asker(model)((user, item)) - inputs.y[rows])
    counts = _seen(inputs, ["train"]).sum(0)[item]
    counts[item == 0] = 0
    table = []
    for name, here in (
        ("0 or 1", counts == 0),
        ("2 to 9", (counts > 0) & (counts < 10)),
        ("10 to 49", (counts >= 10) & (counts < 50)),
        ("50 or more", counts >= 50),
    ):
        if here.any():
            table.append([name, f"{here.mean():.1%}", float(np.sqrt(error[here].mean()))])
    return Finding(
        "Cold start",
        "The error by how many training ratings the film has. Of a film with one or none nothing is known "
        "but that it is rare: it is predicted like the others of its kind.",
        ("ratings of the film", "test ratings", "RMSE"),
        table,
    )


def _seen(inputs: Inputs, parts: Sequence[str]) -> np.ndarray:
    """Return who rated what in some parts, (users, items) bool; user 0 and film 0 are nobody and none."""
    seen = np.zeros((inputs.about["users"], inputs.about["items"]), dtype=bool)
    for part in parts:
        rows = inputs.splits[part]
        seen[inputs.x[0][rows], inputs.x[1][rows]] = True
    seen[0], seen[:, 0] = False, False
    return seen


def _asker(model: Any) -> Any:
    """Return a function from (user ids, film ids) to predicted ratings."""
    backend = backend_of(model)

    def ask_for(x: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        with backend.quiet():
            return backend.array(model(*backend.inputs(x)))

    return ask_for
