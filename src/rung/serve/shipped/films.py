"""Recommend films to somebody new: this file travels with the export and needs NumPy alone.

The network was trained on the stars of the people it knows; a person who picks some films is none of them.
Which of two ways makes them one is told in `input.json` beside this file, as `way`:

- "vector": the network is a sum and a product of vectors, so the best vector for a new person has a formula.
  It is what training would have found for them, had the films' vectors stood still: the minimum of the same
  loss, a ridge regression (Hoerl and Kennard, 1970; Koren and others, 2009).
- "people": the network has no formula. So the people it knows are asked, those who are foretold to like the
  picked films most above their own average, and what they are foretold to like besides is recommended.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LIKED, DISLIKED = 5.0, 1.0  # stars that a pick stands for
MOST = 50  # films that are picked
NEIGHBOURS = 20  # people who are asked
_AT_ONCE = 50_000  # pairs of person and film in a batch

Run = Callable[[Sequence[np.ndarray], Sequence[str]], list[np.ndarray]]


class Refused(ValueError):
    """The input is none that the network can be asked about; the message says why, in plain words."""


def prepare(given: Any, settings: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """Return the places of the picked films in the list, and the stars that each pick stands for.

    Args:
        given: {"liked": titles, "disliked": titles}, or titles that were liked.
        settings: `titles`, in the order of the list.

    Raises:
        Refused: nothing was picked, a film twice or too many, or there is no such film.
    """
    asked = given if isinstance(given, dict) else {"liked": given}
    if not set(asked) <= {"liked", "disliked"}:
        raise Refused('Films are given as "liked" and "disliked".')
    names: list[tuple[Any, float]] = []
    for kind, stars in (("liked", LIKED), ("disliked", DISLIKED)):
        titles = asked.get(kind) or []
        if not isinstance(titles, list) or not all(isinstance(title, str) for title in titles):
            raise Refused(f'"{kind}" is a list of titles.')
        names += [(title, stars) for title in titles]
    if not any(stars == LIKED for _, stars in names):
        raise Refused("Pick a film that you liked.")
    if len(names) > MOST:
        raise Refused(f"You picked {len(names):,} films; at most {MOST} go.")
    places = [_place(title, settings["titles"]) for title, _ in names]
    if len(set(places)) < len(places):
        raise Refused("A film was picked twice.")
    return np.array(places), np.array([stars for _, stars in names])


def _place(title: str, titles: Sequence[str]) -> int:
    if title in titles:
        return titles.index(title)
    near = difflib.get_close_matches(title[:80], titles, n=1, cutoff=0.5)
    parts = [t for t in titles if title.strip() and title.strip().casefold() in t.casefold()]
    hint = f" Did you mean {(parts or near)[0]!r}?" if parts or near else ""
    raise Refused(f"There is no film {title[:60]!r} in the list.{hint}")


@dataclass(frozen=True)
class Films:
    """What the network knows of the films in the list.

    Attributes:
        vectors: (films, d): of "vector" their own, of "people" how much above their average each person is
            foretold to like them.
        start: (films,): the stars foretold to nobody in particular; 0 for "people".
    """

    vectors: np.ndarray
    start: np.ndarray


def films(run: Run, settings: dict[str, Any]) -> Films:
    """Return what the network knows of the films, by asking it alone.

    Args:
        run: asks the network.
        settings: `way`; `numbers`, of the films in the list as the network counts them; `dim`, length of the
            vectors, or `users`, how many people it knows.

    Cost: d + 1 people at once, or every person about every film, once.
    """
    numbers = np.array(settings["numbers"])
    if settings["way"] == "vector":  # its answer is a straight line in the person: nobody, then each axis
        people = np.eye(settings["dim"] + 1, settings["dim"], k=-1, dtype=np.float32)
        answers = run([people, np.zeros((len(people), 1), np.float32)], ["scores"])[0].astype(np.float64)
        start = answers[0, numbers]
        return Films((answers[1:, numbers] - start).T, start)
    people = np.arange(1, settings["users"])  # person 0 is nobody
    pairs = np.repeat(people, len(numbers)), np.tile(numbers, len(people))
    stars = np.concatenate(
        [
            run([part[i : i + _AT_ONCE] for part in pairs], ["scores"])[0]
            for i in range(0, len(pairs[0]), _AT_ONCE)
        ]
    )
    table = stars.reshape(len(people), len(numbers)).astype(np.float64)
    return Films((table - table.mean(axis=1, keepdims=True)).T, np.zeros(len(numbers)))


def foretold(known: Films, places: np.ndarray, stars: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    """Return what a new person is foretold to think of every film, (films,): stars, or stars above average.

    Args:
        known: the films.
        places: those that were picked.
        stars: that each pick stands for.
        settings: `way`; of "vector" `penalty`, what a long vector costs at each rating, as in training.
    """
    picked = known.vectors[places]
    if settings["way"] == "people":
        sign = np.where(stars == LIKED, 1.0, -1.0)
        nearest = np.argsort(-(sign @ picked), kind="stable")[:NEIGHBOURS]
        mean: np.ndarray = known.vectors[:, nearest].mean(axis=1)
        return mean
    rows = np.hstack([picked, np.ones((len(places), 1))])  # the last number is the person's own kindness
    square = rows.T @ rows + settings["penalty"] * len(places) * np.eye(rows.shape[1])
    person = np.linalg.solve(square, rows.T @ (stars - known.start[places]))
    made: np.ndarray = known.start + known.vectors @ person[:-1] + person[-1]
    return made


@dataclass(frozen=True)
class Recommended:
    """A film for somebody.

    Attributes:
        place: in the list.
        stars: what the person is foretold to give it; above their average where `way` is "people".
        because: the place of the pick without which this would fall most; None where none makes it rise.
        worth: by how much it would.
    """

    place: int
    stars: float
    because: int | None
    worth: float


def recommended(
    known: Films, places: np.ndarray, stars: np.ndarray, settings: dict[str, Any], count: int = 10
) -> list[Recommended]:
    """Return the films with the most stars foretold, none of them picked, each with the pick it owes most.

    What a film owes a pick is found by leaving this one out: the person is made anew without it.
    """
    found = foretold(known, places, stars, settings)
    order = found.copy()
    order[places] = -np.inf
    best = np.argsort(-order, kind="stable")[: min(count, len(found) - len(places))]
    without = [
        found[best] - foretold(known, np.delete(places, i), np.delete(stars, i), settings)[best]
        for i in range(len(places) if len(places) > 1 else 0)
    ]
    made = []
    for k, place in enumerate(best):
        falls = [fall[k] for fall in without]
        most = int(np.argmax(falls)) if falls else 0
        owed = (int(places[most]), float(falls[most])) if falls and falls[most] > 0 else (None, 0.0)
        made.append(Recommended(int(place), float(found[place]), *owed))
    return made


def alike(known: Films, place: int, count: int = 5) -> list[int]:
    """Return the films that people who liked one also liked: whose vectors point the same way."""
    unit = known.vectors / np.maximum(np.linalg.norm(known.vectors, axis=1, keepdims=True), 1e-9)
    near = unit @ unit[place]
    near[place] = -np.inf
    return [int(i) for i in np.argsort(-near, kind="stable")[: min(count, len(near) - 1)]]
