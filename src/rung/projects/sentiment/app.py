"""What a person gives to a network that reads reviews: a text."""

from __future__ import annotations

from typing import Any

from rung.data import Dataset
from rung.projects.sentiment.texts import Rows
from rung.serve.facts import App
from rung.serve.words import word_files
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how a text becomes the network's input, as `prepare` in recipe.py does it."""
    (rows,) = (fitted for fitted in inputs.fitted if isinstance(fitted, Rows))
    numbers = {word: i for i, word in enumerate(rows.words.vocabulary) if i > 3}
    reviews = data.card.title if data.name in ("rt-polarity", "imdb", "sst2") else ""
    return App(
        kind="text",
        spec={"numbers": numbers, "longest": rows.longest},
        takes=f"one text in English, in small letters, as numbers of the {len(numbers):,} words and marks "
        f"that training saw most (1 for all others, 0 behind the end), {rows.longest} at most",
        limits=(
            f"It has read {reviews} alone: of other things, other times and other languages it knows nothing."
            if reviews
            else f"It has read {data.card.title} alone, and knows nothing of other texts.",
            "Irony escapes it, and so does a quarrel between two halves of a sentence: it weighs words and "
            "short runs of words.",
            f"Words outside its {len(numbers):,} are one and the same unknown word to it.",
        ),
        files=word_files(),
        length=True,
    )
