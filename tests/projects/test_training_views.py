"""The views of a training are of the run: its rows, its weights, its loss; and say what cannot be had."""

import json
import shutil
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from safetensors.numpy import load_file

from rung.projects.command import main
from rung.projects.looking import Looking
from rung.projects.rate_command import search_words
from rung.projects.training_views import GROUPS, TrainingViewError, scenes
from rung.projects.watching import Watched
from rung.train.inputs import predict
from rung.train.record import Run, find_run

MOONS = ["boundary", "--epochs", "8", "--hidden", "6", "--track", "none"]
CNN = ["digits", "--data", "mnist5k", "--data-limit", "300", "--model", "cnn", "--engine", "pytorch"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        assert main([*MOONS, "--name", "moons"]) == 0
        assert main([*CNN, "--epochs", "1", "--track", "none", "--name", "cnn"]) == 0
        yield folder


def computed(name):
    run = find_run(name)
    looking = Looking(run)
    return {scene.name: scene.make(looking) for scene in scenes(run)}


def has_all_views(name, more=()):
    found = computed(name)
    always = {"gradient", "ratio", "surface", "weights-over-time", "activations-over-time"}
    assert set(found) == always | set(more)
    for view in found.values():
        ET.fromstring(view.file("svg"))
        assert len(view.caption) > 100
        assert view.file("npy").startswith(b"\x93NUMPY")
        head, *rows = view.file("csv").decode().splitlines()
        assert "," in head
        assert rows


def test_both_engines_have_their_views_with_picture_caption_and_data(home, monkeypatch):
    monkeypatch.setattr("rung.projects.training_views.GRID", 5)
    has_all_views("moons", ["boundary"])
    has_all_views("cnn")


@pytest.mark.slow
@pytest.mark.parametrize("model", ["transformer", "bilstm"])
def test_networks_that_read_words_have_them_too(home, monkeypatch, model):
    monkeypatch.setattr("rung.projects.training_views.GRID", 5)
    own = home / "own.csv"
    texts = [("a fine film", "for"), ("a dull film", "against")]
    own.write_text("text,answer\n" + "".join(f"{t} {i},{a}\n" for i in range(40) for t, a in texts))
    words = ["sentiment", "--data", str(own), "--batch", "16", "--epochs", "1", "--track", "none"]
    assert main([*words, "--model", model, "--name", model]) == 0
    has_all_views(model)


def test_the_groups_are_in_their_order_and_what_asks_the_network_says_so(home):
    found = scenes(find_run("moons"))
    places = [list(GROUPS).index(scene.group) for scene in found]
    assert places == sorted(places)
    assert {s.name for s in found if s.asks} == {"boundary", "surface", "activations-over-time"}
    for scene in found:
        if scene.asks:
            with pytest.raises(TrainingViewError, match="asks the trained network"):
                scene.make(None)


def test_the_surface_is_of_the_training_loss_and_ends_at_the_run(home, monkeypatch):
    monkeypatch.setattr("rung.projects.training_views.GRID", 5)
    looking = Looking(find_run("moons"))
    (scene,) = (s for s in scenes(looking.run) if s.name == "surface")
    view = scene.make(looking)
    inputs, backend = looking.restored.inputs, looking.restored.backend
    rows = inputs.splits["train"]
    rows = rows[np.linspace(0, len(rows) - 1, 200).round().astype(int)]
    scores = predict(backend, looking.restored.model, inputs, rows).astype(np.float64)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -logs[np.arange(200), inputs.y[rows]].mean()
    assert f"The cross is the present weights, {loss:.3g}" in view.caption
    moments = sorted(Watched(looking.run).weights)
    assert f"{len(moments) - 1} snapshots and the present weights" in view.caption


def test_the_boundary_at_the_end_is_what_the_network_answers(home):
    looking = Looking(find_run("moons"))
    (scene,) = (s for s in scenes(looking.run) if s.name == "boundary")
    view = scene.make(looking)
    inputs = looking.restored.inputs
    rows = inputs.splits["train"]
    answers = predict(looking.restored.backend, looking.restored.model, inputs, rows).argmax(axis=1)
    right = (answers == inputs.y[rows]).mean()
    assert f"{right:.0%} at the end" in view.caption
    assert view.numbers().shape == (len(Watched(looking.run).weights), 46, 46, 2)
    words = view.draw()
    assert ">x<" in words
    assert ">upper moon<" in words


def test_nothing_of_the_model_is_changed_by_looking(home, monkeypatch):
    monkeypatch.setattr("rung.projects.training_views.GRID", 3)
    looking = Looking(find_run("cnn"))
    for scene in scenes(looking.run):
        scene.make(looking)
    for name, array in load_file(looking.run.folder / "model.safetensors").items():
        now = looking.restored.model.state_dict()[name].numpy()
        np.testing.assert_array_equal(now, array)
    assert not looking.restored.model.training


def test_a_run_that_was_stopped_shows_what_needs_no_network(home):
    stopped = shutil.copytree(find_run("cnn").folder, home / "runs" / "stopped")
    for file in ("model.safetensors", "result.json"):
        (stopped / file).unlink()
    found = scenes(Run(stopped))
    assert [s.name for s in found] == ["gradient", "ratio", "weights-over-time"]
    (stopped / "watch" / "weights-00000000.safetensors").write_bytes(b"not whole")
    assert 0 not in Watched(Run(stopped)).weights
    shutil.rmtree(stopped)


def test_a_run_without_a_watch_says_why(home):
    assert main([*MOONS, "--hidden", "4", "--epochs", "1", "--no-watch", "--name", "private"]) == 0
    run = find_run("private")
    assert scenes(run) == []
    assert "--no-watch" in Watched(run).missing
    assert Watched(find_run("moons")).missing == ""


def test_the_range_test_of_a_run_is_the_one_with_its_settings(home, capsys):
    run = find_run("moons")
    assert search_words(run) == "rung train boundary --find-rate --hidden 6"
    assert "rate-test" not in [s.name for s in scenes(run)]
    assert main(["boundary", "--find-rate"]) == 0, "of another network"
    assert "rate-test" not in [s.name for s in scenes(run)]
    assert main(search_words(run).split()[2:]) == 0
    (scene,) = (s for s in scenes(run) if s.name == "rate-test")
    view = scene.make(None)
    assert "trained with 0.01 at its highest" in view.caption
    assert len(view.numbers()[0]) > 20
    capsys.readouterr()
    assert search_words(find_run("cnn")) == (
        "rung train digits --find-rate --data mnist5k --model cnn --engine pytorch --data-limit 300"
    )


def test_the_terminal_writes_all_of_it_into_a_folder(home, tmp_path, monkeypatch, capsys):
    from rung.cli import main as rung

    monkeypatch.setattr("rung.projects.training_views.GRID", 3)
    assert rung(["look", "moons", "--training", "--out", str(tmp_path / "seen"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "boundary" in told["views"]
    page = (tmp_path / "seen" / "index.html").read_text()
    for name, caption in told["views"].items():
        assert {f"{name}.{form}" for form in ("svg", "csv", "npy")} <= {
            path.name for path in (tmp_path / "seen").iterdir()
        }
        assert caption[:60].replace("'", "&#x27;") in page
    assert rung(["look", "private", "--training", "--out", str(tmp_path / "none")]) == 2
    assert "--no-watch" in capsys.readouterr().err
