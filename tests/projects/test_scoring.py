"""`rung runs` and `rung score`: read again what was found, compare, and try a model on other examples."""

import json

import numpy as np
import pytest

from rung import cli
from rung.projects.command import main
from rung.train.record import find_run, new_run

QUICK = ["digits", "--data", "mnist5k", "--data-limit", "600", "--hidden", "16", "--epochs", "2"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        assert main([*QUICK, "--name", "one"]) == 0
        assert main([*QUICK, "--name", "two", "--lr", "0.2", "--clip", "1"]) == 0
        assert main(["digits", "--dry-run", "--name", "dry"]) == 0
        yield folder


def out(capsys, *words):
    assert cli.main(list(words)) == 0
    return capsys.readouterr().out


def test_runs_are_listed_filtered_and_sorted(home, capsys):
    told = out(capsys, "runs")
    assert told.index("dry") < told.index("two") < told.index("one"), "the newest first"
    rows = json.loads(out(capsys, "runs", "--json", "--sort", "score"))
    scores = [r["score"] for r in rows]
    assert scores == sorted(scores, reverse=True)
    assert json.loads(out(capsys, "runs", "--state", "running", "--json")) == []
    assert "No run is like that" in out(capsys, "runs", "--project", "churn")


def test_an_empty_home_says_how_to_begin(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert "rung train digits" in out(capsys, "runs")


def test_one_run_is_its_report_and_its_curve(home, capsys):
    told = out(capsys, "runs", "one")
    assert "logistic regression" in told
    assert "2 epochs" in told
    data = json.loads(out(capsys, "runs", "one", "--json"))
    assert data["result"] == find_run("one").result
    assert data["metrics"] == find_run("one").metrics()


def test_two_runs_are_laid_over_each_other_and_only_what_differs_is_told(home, capsys):
    told = out(capsys, "runs", "one", "two")
    assert "lr" in told
    assert "0.5" in told
    assert "0.2" in told
    assert "momentum" not in told
    assert "a  one" in told
    assert "b  two" in told
    assert "cannot be compared" not in told
    found = json.loads(out(capsys, "runs", "diff", "one", "two", "--json"))
    assert {"what": "lr", "one": 0.5, "two": 0.2} in found
    assert {"what": "clip", "one": None, "two": 1.0} in found
    assert "cannot be compared" in out(capsys, "runs", "diff", "one", "dry"), "other examples"
    assert "They were started alike" in out(capsys, "runs", "diff", "one", "one")


def test_a_score_is_read_not_made_again(home, capsys):
    assert json.loads(out(capsys, "score", "one", "--json"))["score"] == find_run("one").result["score"]


def test_a_run_that_has_not_ended_has_no_score(home, capsys):
    run = new_run("digits", "begun")
    run.write("config.json", find_run("one").config)
    assert cli.main(["score", "begun"]) == 2
    told = capsys.readouterr().err
    assert "the run begun has no score: it is stopped" in told
    assert "rung train digits --resume begun" in told
    (run.folder / "config.json").unlink()


def test_a_model_is_tried_on_other_examples_of_its_shape(home, tmp_path, capsys, monkeypatch):
    """MNIST's own files, made here from the test digits that mnist5k carries: only the name is another."""
    import struct

    import rung.data
    import rung.data.sets.mnist as mnist

    digits = rung.data.load("mnist5k")
    x = np.round(digits.split("test")[0][:300] * 255).astype(np.uint8).reshape(-1, 28, 28)
    y = digits.split("test")[1][:300].astype(np.uint8)
    files = dict.fromkeys(mnist.FILES)
    for name in files:
        array = x if "images" in name else y
        head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        files[name] = head + array.tobytes()
    monkeypatch.setattr(mnist, "read", lambda name, all_files, file: files[file])
    before = (find_run("one").folder / "result.json").read_bytes()
    told = json.loads(out(capsys, "score", "one", "--data", "mnist", "--json"))
    assert told["leakage"]["test"] == 600
    assert told["score"]["value"] > 0.5
    assert "tried on mnist" in told["about"]
    assert (find_run("one").folder / "result.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["score", "one", "--data", "mnist5k"], "is what one was trained and scored on"),
        (["score", "one", "--data", "iris"], "It must be auto, mnist or mnist5k"),
        (["score", "oen"], "there is no run 'oen'"),
        (["runs", "diff", "one"], "rung runs diff A B"),
    ],
)
def test_what_cannot_be_told_is_refused(home, capsys, words, message):
    assert cli.main(words) == 2
    assert message in capsys.readouterr().err
