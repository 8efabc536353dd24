"""What a person gives to a network that foretells stars: films they liked."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.data import Dataset
from rung.projects.movies.recommend import OFTEN
from rung.serve.facts import App, Network
from rung.train.backend import backend_of
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App | None:
    """Say how films that somebody liked become recommendations, by a network that does not know this person.

    The dot model is exported as what it says to a vector and a bias, so that a new person can have their own.
    None where hardly a film has enough ratings to be recommended, as in a dry run.
    """
    counts = np.bincount(inputs.x[1][inputs.splits["train"]], minlength=inputs.about["items"])
    kept = [i for i in np.argsort(-counts, kind="stable").tolist() if i and counts[i] >= OFTEN]
    if len(kept) < 20:
        return None
    kept.sort(key=lambda i: inputs.about["films"][i].casefold())
    spec: dict[str, Any] = {
        "titles": [inputs.about["films"][i] for i in kept],
        "numbers": kept,
        "ratings": [int(counts[i]) for i in kept],
    }
    if config.model == "dot":
        spec |= {"way": "vector", "dim": config.dim, "penalty": config.penalty}
        how = (
            "Somebody new gets the vector that training would have found for them, had the films' vectors "
            "stood still: a ridge regression on the films they picked. Five stars stand for a film that was "
            "liked, one star for one that was not; nobody said so many."
        )
        network = Network(stars_of_all, lambda model: people_of(model, inputs))
        takes = (
            f"a person: a vector of {config.dim} numbers (x0) and their bias (x1); the answer is the stars "
            f"foretold to each of {inputs.about['items']:,} films; number 0 is all that hardly anybody rated"
        )
    else:
        spec |= {"way": "people", "users": inputs.about["users"]}
        how = (
            "A network has no formula for somebody new. So the 20 people it knows are asked who are "
            "foretold to like the picked films most above their own average: these people are near you in "
            "their stars, and in nothing else."
        )
        network = None
        takes = "the number of a person (x0) and of a film (x1), as in training; the answer is stars"
    return App(
        kind="films",
        spec=spec,
        takes=takes,
        limits=(
            how,
            "It was trained to foretell stars, not what people choose to see: asked to recommend, it names "
            "films that a few loved, and in the test it did worse than a list of the most rated films "
            "(see the table in the run's report).",
            f"Only films with {OFTEN} ratings or more in {data.card.title} can be picked or recommended: "
            f"{len(kept):,} of {inputs.about['items'] - 1:,}. It knows no genre and nothing newer.",
        ),
        network=network,
    )


def stars_of_all(model: Any, person: tuple[Any, Any]) -> Any:
    """Return the stars that people give to every film: vectors (B, d) and biases (B, 1) give (B, films)."""
    vector, bias = person
    return vector @ model.item.weight.T + bias + (model.item_bias.weight + model.mean).T


def people_of(model: Any, inputs: Inputs) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors and biases of the people in the test part, who are held-out examples of a person."""
    weights = backend_of(model).weights(model)
    users = np.unique(inputs.x[0][inputs.splits["test"]])[:1000]
    return weights["user.weight"][users], weights["user_bias.weight"][users]
