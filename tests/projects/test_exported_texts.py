"""Exports of the projects of words and films, started and queried as a stranger would: without rung."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import numpy as np
import pytest
import torch
from test_exported_apps import ask as asked_by
from test_exported_apps import started

import rung.data
from rung import cli
from rung.projects.command import main
from rung.projects.exporting import subject_of
from rung.projects.movies import recipe as movies
from rung.projects.next_word.writing import write
from rung.projects.project import load
from rung.projects.sentiment import recipe as sentiment
from rung.train.record import find_run

pytestmark = pytest.mark.slow

RUNS = {
    "cnn": ("rt-polarity", ["sentiment", "--data-limit", "600", "--epochs", "1"]),
    "bilstm": ("rt-polarity", ["sentiment", "--data-limit", "600", "--epochs", "1", "--model", "bilstm"]),
    "transformer": (
        "rt-polarity",
        ["sentiment", "--data-limit", "600", "--epochs", "1", "--model", "transformer"],
    ),
    "next": ("tinyshakespeare", ["next-word", "--data-limit", "200", "--epochs", "1", "--order", "2"]),
    "films": ("movielens-small", ["movies", "--data-limit", "6000", "--epochs", "1"]),
    "scratch": (
        "movielens-small",
        ["movies", "--data-limit", "6000", "--epochs", "1", "--engine", "scratch"],
    ),
    "neural": ("movielens-small", ["movies", "--data-limit", "6000", "--epochs", "1", "--model", "neural"]),
}
ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
from gradio_client import Client
client = Client(sys.argv[1], verbose=False)
answers = []
for words in json.loads(sys.stdin.read()):
    job = client.submit(*words, api_name="/answer")
    try:
        job.result()
        answers.append(job.outputs()[-1])  # the last: with its explanation
    except Exception as error:
        answers.append(str(error))
print(json.dumps(answers))
"""
LONG = "film " * 10_000


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        patch.setattr(sentiment, "extras", lambda *_: [])
        patch.setattr(sentiment, "baselines", lambda *given: _first(given))
        patch.setattr(movies, "extras", lambda *_: [])
        for name, (data, words) in RUNS.items():
            if rung.data.state(data) == "here":
                assert main([*words, "--track", "none", "--name", name]) == 0
        yield folder


def _first(given, baselines=sentiment.baselines):
    return baselines(*given)[:1]


@pytest.fixture(autouse=True)
def offline(home, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(home))
    monkeypatch.setenv("RUNG_OFFLINE", "1")


def subject(name):
    if rung.data.state(RUNS[name][0]) != "here":
        pytest.skip(f"{RUNS[name][0]} is not here")
    run = find_run(name)
    return subject_of(load(run.config["project"]), run, run.result, lambda _: None)


def exported(name, to, folder, capsys):
    of = subject(name)
    assert cli.main(["export", name, "--to", to, "--out", str(folder), "--json"]) == 0
    return of, json.loads(capsys.readouterr().out)


def post(base, body):
    try:
        request = urllib.request.Request(f"{base}/predict", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def ask(base, given):
    return asked_by(base, given, ASK)


def softmax(scores):
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", RUNS)
def test_the_onnx_file_answers_as_the_run_and_explains_itself(tmp_path, capsys, name):
    import onnxruntime as ort

    of, told = exported(name, "onnx", tmp_path / "out", capsys)
    assert told["check"]["relative"] < 1e-4
    assert told["check"]["same"] in (None, told["check"]["examples"])
    session = ort.InferenceSession(str(tmp_path / "out" / "model.onnx"), providers=["CPUExecutionProvider"])
    few = [part[:2] for part in (of.x if isinstance(of.x, tuple) else (of.x,))]
    names = [entry.name for entry in session.get_inputs()]
    scores = session.run(["scores"], dict(zip(names, few, strict=True)))[0]
    np.testing.assert_allclose(scores, of.expected[:2], rtol=1e-3, atol=1e-4)
    about = session.get_modelmeta().custom_metadata_map
    assert about["run"] == name
    assert about["input"] == of.facts.app.takes


SOURCE = """
import json, sys
sys.modules["rung"] = sys.modules["safetensors"] = None  # neither can be imported
sys.path.insert(0, sys.argv[1])
import numpy, torch
kept = numpy.load(sys.argv[2])
x = tuple(torch.from_numpy(kept[name]) for name in sorted(kept.files))
x = x if len(x) > 1 else x[0]
with torch.inference_mode():
    exec(open(sys.argv[1] + "/README.md").read().split("```python")[1].split("```")[0])
print(json.dumps(scores.tolist()))
"""


@pytest.mark.parametrize("name", RUNS)
def test_the_source_and_the_weights_run_with_torch_alone_as_the_card_says(tmp_path, capsys, name):
    of, told = exported(name, "torch", tmp_path / "out", capsys)
    assert told["files"] == ["README.md", "model.py", "model.safetensors"]
    assert told["check"]["relative"] < 1e-4
    np.savez(tmp_path / "x.npz", *[p[:4] for p in (of.x if isinstance(of.x, tuple) else (of.x,))])
    words = [sys.executable, "-I", "-c", SOURCE, str(tmp_path / "out"), str(tmp_path / "x.npz")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(json.loads(done.stdout), of.expected[:4], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["cnn", "next", "films"])
def test_the_card_tells_what_the_run_is(tmp_path, capsys, name):
    of, told = exported(name, "card", tmp_path / "out", capsys)
    assert told["files"] == ["README.md"]
    card = (tmp_path / "out" / "README.md").read_text()
    assert of.facts.data_title in card
    tasks = {"cnn": "text-classification", "next": "text-generation", "films": "tabular-regression"}
    assert f'pipeline_tag: "{tasks[name]}"' in card


@pytest.mark.parametrize("name", ["cnn", "bilstm", "transformer"])
def test_the_server_of_sentiment_answers_to_a_text(tmp_path, capsys, name):
    of, _ = exported(name, "docker", tmp_path / "docker", capsys)
    test = of.found.data.splits["test"]
    expected = softmax(of.expected)
    with started(tmp_path / "docker", "server.py") as base:
        for i in range(4):
            status, told = post(base, {"text": str(of.found.data.x[test[i]])})
            assert (status, told["run"]) == (200, name)
            assert list(told["probabilities"].values()) == pytest.approx(expected[i].tolist(), abs=1e-4)
        status, told = post(base, {"text": "the film zxqzxq"})
        assert (status, told["remarks"]) == (200, ["Words it does not know, all alike to it: zxqzxq."])
        for given, why in (
            ("", "There is nothing written here yet."),
            (LONG, "This text has 10,000 words and marks; at most 5,000 go."),
            (
                "qwrtz zxqzxq",
                "Training saw none of these words (qwrtz, zxqzxq): the network could only guess.",
            ),
            ("🙂", "Training saw none of these words (🙂): the network could only guess."),
            ("z" * 9000, f"Training saw none of these words ({'z' * 20}...): the network could only guess."),
            (["a"], "This is no text."),
            (float("nan"), "This is no text."),
        ):
            assert post(base, {"text": given}) == (422, {"error": why})
        assert post(base, {"words": "a"}) == (422, {"error": 'The question is {"text": ...}.'})


def test_the_space_of_sentiment_weighs_the_words(tmp_path, capsys):
    of, _ = exported("cnn", "space", tmp_path / "space", capsys)
    text = str(of.found.data.x[of.found.data.splits["test"][0]])
    with started(tmp_path / "space", "app.py") as base:
        answer, empty, long, emoji = ask(base, [[text], ["  "], [LONG], ["🙂"]])
        page = urllib.request.urlopen(base, timeout=60).read().decode()
    label, took, _, why = answer
    said = {entry["label"]: entry["confidence"] for entry in label["confidences"]}
    assert said == pytest.approx(
        dict(zip(of.facts.classes, softmax(of.expected)[0].tolist(), strict=True)), abs=1e-3
    )
    assert took.endswith(" ms")
    assert f"Why {label['label']}?" in why
    assert "leave one word out" in why
    assert "There is nothing written here yet." in empty
    assert "at most 5,000 go" in long
    assert "Training saw none of these words" in emoji
    assert "Sentiment" in page


def test_the_server_of_next_word_guesses_and_goes_on(tmp_path, capsys):
    of, _ = exported("next", "docker", tmp_path / "docker", capsys)
    words = of.found.inputs.fitted[0]
    beginning = "What, ho! Who is\nthere, my lord"
    tokens = words.encode(beginning)
    with torch.inference_mode():
        expected = of.found.model(torch.tensor([tokens]))[0, -1].double().softmax(0).numpy()
    asked = {"text": beginning, "words": 15, "temperature": 0.7, "seed": 4}
    with started(tmp_path / "docker", "server.py") as base:
        status, told = post(base, {"text": asked})
        assert status == 200
        for word, chance in told["probabilities"].items():
            number = 3 if word == "(end of the line)" else words.words.vocabulary.index(word)
            assert chance == pytest.approx(expected[number], abs=1e-4)
        ids = write(of.found.model, tokens, 15, (0, 1, 2), np.random.default_rng(4), 0.7)
        assert told["continuation"] == words.decode(ids)
        assert post(base, {"text": asked})[1]["continuation"] == told["continuation"]
        assert "continuation" not in post(base, {"text": beginning})[1]
        for given, why in (
            ("", "There is nothing written here yet."),
            (LONG, "This text has 10,000 words and marks; at most 5,000 go."),
            ("🙂", "Training saw none of these words (🙂): the network could only guess."),
            ({"text": "to be", "words": 1000}, "It writes 0 to 200 words, not 1,000."),
            ({"text": "to be", "temperature": 0}, "The temperature is from 0.1 to 2, not 0."),
            (
                {"text": "to be", "temperature": float("nan")},
                "The temperature is from 0.1 to 2, not nan.",
            ),
            ({"text": "to be", "seed": "x"}, "How many words, the temperature and the seed are numbers."),
            (
                {"text": "to be", "top": 1},
                'What may be said beside "text" is "words", "temperature" and "seed".',
            ),
        ):
            assert post(base, {"text": given}) == (422, {"error": why})


def test_the_space_of_next_word_writes(tmp_path, capsys):
    exported("next", "space", tmp_path / "space", capsys)
    with started(tmp_path / "space", "app.py") as base:
        first, again, refused = ask(base, [["my lord,", 10, 1, 5], ["my lord,", 10, 1, 5], ["", 10, 1, 5]])
    assert first[3] == again[3] != ""
    assert "Why " in first[4]
    assert "There is nothing written here yet." in refused


@pytest.mark.parametrize("name", ["films", "scratch", "neural"])
def test_the_server_of_movies_recommends(tmp_path, capsys, name):
    of, _ = exported(name, "docker", tmp_path / "docker", capsys)
    titles = of.facts.app.spec["titles"]
    with started(tmp_path / "docker", "server.py") as base:
        status, told = post(base, {"films": {"liked": titles[:3], "disliked": titles[5:6]}})
        assert (status, told["run"]) == (200, name)
        names = [one["film"] for one in told["recommended"]]
        assert len(set(names)) == 10
        assert not set(names) & {*titles[:3], titles[5]}
        assert list(told["alike"]) == titles[:3]
        for given, why in (
            ([], "Pick a film that you liked."),
            (["No such film at all, ever"], "There is no film 'No such film at all, ever' in the list."),
            (float("nan"), '"liked" is a list of titles.'),
        ):
            status, refused = post(base, {"films": given})
            assert status == 422
            assert refused["error"].startswith(why)


def test_the_space_of_movies_shows_what_is_owed_to_whom(tmp_path, capsys):
    of, _ = exported("films", "space", tmp_path / "space", capsys)
    titles = of.facts.app.spec["titles"]
    with started(tmp_path / "space", "app.py") as base:
        answer, refused = ask(base, [[titles[:2], []], [["No such film at all, ever"], []]])
    assert "For you" in answer[0]
    assert "also liked" in answer[0]
    assert "There is no film" in refused


@pytest.mark.parametrize("name", ["next", "films"])
def test_a_page_is_refused_with_what_there_is_instead(tmp_path, capsys, name):
    subject(name)
    assert cli.main(["export", name, "--to", "static", "--out", str(tmp_path / "out")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"rung serve {name}" in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["cnn", "bilstm", "transformer"])
def test_the_page_of_sentiment_is_written(tmp_path, capsys, name):
    _, told = exported(name, "static", tmp_path / "out", capsys)
    assert {"index.html", "model.js", "onnx.js", "prepare.js", "screen.js"} <= set(told["files"])
    text = (tmp_path / "out" / "run.js").read_text()
    held = json.loads(text.partition("const RUN = ")[2].rstrip(";\n"))
    assert [f["answer"] for f in held["failures"]] == [m["answer"] for m in find_run(name).result["mistakes"]]
    assert held["failures"][0]["given"].startswith(find_run(name).result["mistakes"][0]["shown"][:50])
