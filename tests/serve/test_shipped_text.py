"""Texts prepared by what travels with an export: the arrays that the recipe makes, or a plain refusal."""

import re
from pathlib import Path

import numpy as np
import pytest

import rung.data
from rung.projects.sentiment import app, recipe
from rung.serve.shipped import text, why_text
from rung.train.inputs import Inputs

SPEC = {"numbers": {"a": 4, "fine": 5, "film": 6, ".": 7}, "longest": 5}


@pytest.mark.parametrize(("name", "longest"), [("rt-polarity", 400), ("rt-polarity", 12), ("imdb", 400)])
def test_every_test_text_becomes_what_the_recipe_makes_of_it(name, longest):
    if rung.data.state(name) != "here":
        pytest.skip(f"{name} is not here")
    config = recipe.Config(data=name, vocabulary=2000, longest=longest)
    data = recipe.load(config, None if name == "rt-polarity" else 600)
    inputs: Inputs = recipe.prepare(config, data)
    spec = app.app(config, data, inputs).spec
    refused = 0
    for row in data.splits["test"]:
        (expected,) = inputs.take(np.array([row]))
        try:
            (x,) = text.prepare(str(data.x[row]), spec)
        except text.Refused:
            refused += 1
            assert set(expected) <= {0, 1}, "only what holds no known word is refused"
            continue
        assert x.dtype == expected.dtype
        np.testing.assert_array_equal(x[0], expected)
    assert refused <= len(data.splits["test"]) // 100


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "There is nothing written here yet."),
        (" \n\t ", "There is nothing written here yet."),
        (None, "This is no text."),
        (float("nan"), "This is no text."),
        ("film " * 10_000, "This text has 10,000 words and marks; at most 5,000 go."),
        ("x" * 200_000, "This text has 200,000 letters; at most 100,000 go."),
        ("🙂", r"Training saw none of these words \(🙂\): the network could only guess."),
        ("Ein guter Streifen!", r"Training saw none of these words \(ein, guter, streifen\)"),
        ("x" * 5000, r"Training saw none of these words \(xxxxxxxxxxxxxxxxxxxx...\)"),
    ],
)
def test_what_is_no_text_of_known_words_is_refused_in_plain_words(given, why):
    with pytest.raises(text.Refused, match=f"^{why}"):
        text.prepare(given, SPEC)


def test_what_is_unknown_or_left_out_is_told():
    assert text.remarks("A fine film.", SPEC) == []
    long = "a fine " * 4 + "🙂 Zzz" + "y" * 500
    cut, unknown = text.remarks(long, SPEC)
    assert cut == "Of its 10 words the first 3 and last 2 are read."
    assert unknown == f"Words it does not know, all alike to it: 🙂, zzz{'y' * 17}...."
    assert [number for _, number in text.read(long, SPEC)] == [4, 5, 4, 1, 1]


def test_it_travels_alone():
    code = Path(text.__file__).read_text(encoding="utf-8")
    assert re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE) == [
        "__future__",
        "re",
        "typing",
        "numpy",
    ]


def test_a_word_is_worth_what_its_class_loses_without_it():
    asked = []

    def run(arrays, outputs):
        (x,) = arrays
        asked.append(x.shape)
        chance = np.array([[(row == 5).sum() * 0.3 + (row == 7).sum() * -0.1 + 0.4] for row in x])
        return [np.hstack([1 - chance, chance])]

    worth = why_text.why(run, np.array([[4, 5, 6, 7]], np.int32), 1)
    np.testing.assert_allclose(worth, [0, 0.3, 0, -0.1], atol=1e-9)
    assert asked == [(1, 4), (4, 3)], "left out, and the rest closes up"
    assert why_text.why(run, np.array([[5]], np.int32), 1).tolist() == [0]
    long = why_text.why(run, np.full((1, 100), 5, np.int32), 1)
    assert len(long) == 100
    assert max(rows for rows, _ in asked) == 32, "memory does not grow with the text"
    assert why_text.told(0.004) == ""
    assert why_text.told(-0.126) == "-13"
    assert max(map(abs, why_text.shades(worth))) == 1
    assert max(map(abs, why_text.shades(np.array([0.001])))) < 0.2, "what is worth nothing is not coloured"
