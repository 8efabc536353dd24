"""Beginnings prepared and gone on with by what travels with an export, as the recipe does it; or refused."""

import numpy as np
import onnxruntime as ort
import pytest
import torch

import rung.data
from rung.models.lstm_language_model import LSTMLanguageModel
from rung.projects.next_word import app, recipe
from rung.projects.next_word.text import END, NEVER, Vocabulary
from rung.projects.next_word.writing import narrowed, write
from rung.serve.onnx_file import onnx_bytes
from rung.serve.shipped import writing

TEXTS = ["to be , or not to be :", "be not afraid , good lady .", "what , ho ! \n who is there ?"]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.fit(np.array(TEXTS, dtype=object), 40)


@pytest.fixture(scope="module")
def model(vocabulary):
    torch.manual_seed(0)
    made = LSTMLanguageModel(len(vocabulary), 8).eval()
    with torch.no_grad():
        made.embedding.weight.mul_(20)  # far from even chances
    return made


@pytest.fixture(scope="module")
def run(model):
    x = np.array([[4, 5, 6, 7]] * 3)
    session = ort.InferenceSession(
        onnx_bytes(model, x, {}, True, app.next_scores, length=True), providers=["CPUExecutionProvider"]
    )
    return lambda arrays, names: session.run(list(names), {"x": arrays[0]})


@pytest.fixture
def spec(vocabulary):
    numbers = {word: i for i, word in enumerate(vocabulary.words.vocabulary) if i > 3} | {"\n": END}
    return {"numbers": numbers, "reach": 64}


def test_every_test_passage_becomes_what_the_recipe_makes_of_it():
    if rung.data.state("tinyshakespeare") != "here":
        pytest.skip("tinyshakespeare is not here")
    config = recipe.Config(vocabulary=1500)
    data = recipe.load(config, 300)
    inputs = recipe.prepare(config, data)
    made = app.app(config, data, inputs)
    words = inputs.fitted[0]
    for row in [*data.splits["test"], *data.splits["validation"]]:
        (x,) = writing.prepare(data.x[row], made.spec)
        assert x.tolist() == [words.encode(data.x[row])[-64:]]
    shown = words.decode(inputs.y[data.splits["test"][0]])
    tokens = [words.words.vocabulary[i] if i != END else "\n" for i in inputs.y[data.splits["test"][0]]]
    assert writing.joined([t if t != "<unknown>" else "\ufffd" for t in tokens]) == shown


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
def test_it_writes_what_the_recipe_s_own_way_of_writing_writes(model, run, spec, temperature):
    start = [number for _, number in writing.read("to be , or", spec)]
    ours = list(writing.written(run, start, 30, temperature, 3, 64))
    theirs = write(model, start, 30, NEVER, np.random.default_rng(3), temperature)
    assert ours == theirs
    assert ours == list(writing.written(run, start, 30, temperature, 3, 64)), "the same seed, the same text"
    assert ours != list(writing.written(run, start, 30, temperature, 4, 64))
    assert not set(ours) & set(NEVER)


def test_a_temperature_narrows_as_in_the_recipe():
    p = np.array([0.5, 0.3, 0.2, 0.0])
    for heat in (0.1, 0.7, 1.0, 2.0):
        np.testing.assert_allclose(writing.narrowed(p, heat), narrowed(p, heat))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "There is nothing written here yet."),
        ("\n \n", "There is nothing written here yet."),
        (None, "This is no text."),
        ("be " * 10_000, "This text has 10,000 words and marks; at most 5,000 go."),
        ("🙂", r"Training saw none of these words \(🙂\)"),
        ("z" * 3000, r"Training saw none of these words \(zzzzzzzzzzzzzzzzzzzz...\)"),
    ],
)
def test_what_is_no_beginning_is_refused_in_plain_words(spec, given, why):
    with pytest.raises(writing.Refused, match=f"^{why}"):
        writing.prepare(given, spec)


def test_what_is_unknown_or_out_of_reach_is_told(spec):
    assert writing.remarks("to be", spec) == []
    assert writing.remarks("to be " * 40 + "zounds", spec) == [
        "Of its 81 words and ends of lines the last 64 are read.",
        "Words it does not know, all alike to it: zounds.",
    ]
