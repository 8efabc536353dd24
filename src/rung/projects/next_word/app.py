"""What a person gives to a network that guesses the next word: the beginning of a text."""

from __future__ import annotations

from typing import Any

import numpy as np

from rung.data import Dataset
from rung.projects.next_word.text import END, LINE
from rung.projects.next_word.writing import REACH
from rung.serve.facts import App, Network
from rung.serve.words import word_files
from rung.train.inputs import Inputs


def app(config: Any, data: Dataset, inputs: Inputs) -> App:
    """Say how a beginning becomes the network's input, as `Vocabulary.encode` in text.py does it.

    The recipe asks for the surprise at every token of a passage; who writes wants one word's probabilities.
    """
    vocabulary = inputs.fitted[0].words.vocabulary
    numbers = {word: i for i, word in enumerate(vocabulary) if i > END} | {LINE: END}

    def windows(model: Any) -> Any:
        rows = inputs.take(inputs.splits["test"][:1000])
        return np.asarray(rows)[:, :REACH]

    return App(
        kind="writing",
        spec={"numbers": numbers, "reach": REACH},
        takes=f"the numbers of the last tokens of a text, {REACH} at most: words and marks in small "
        f"letters, {END} for the end of a line, 1 for every word outside of the vocabulary; "
        "the answer is the next one",
        limits=(
            f"It has read {data.card.title} alone, and knows no other language, time or theme.",
            f"It reads the last {REACH} words and nothing before them: a story has no thread, a person no "
            "memory.",
            f"It knows {len(numbers) - 1:,} words and marks; every other is one unknown word, which it never "
            "writes.",
            "It says what is likely, not what is true.",
        ),
        files=word_files(),
        failures="Where it is surprised most",
        network=Network(next_scores, windows, classes=True),
        length=True,
    )


def next_scores(model: Any, tokens: Any) -> Any:
    """Return the scores of the token that comes next: tokens (B, T) gives (B, V)."""
    return model.next_scores(tokens)
