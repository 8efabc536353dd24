"""A run's app is started, asked and ended; made anew when the run was; and says what stands in the way."""

import json
import os
import socket
import subprocess
import sys
import urllib.request

import pytest

from rung.errors import RungError
from rung.projects.command import main
from rung.projects.serving import App, app_folder, free_port, start, start_dashboard
from rung.serve.errors import ExportError
from rung.train.record import find_run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        words = ["digits", "--data", "mnist5k", "--data-limit", "400", "--hidden", "16", "--epochs", "1"]
        assert main([*words, "--track", "none", "--name", "done"]) == 0
        yield folder


@pytest.fixture(autouse=True)
def there(home, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(home))
    monkeypatch.setenv("RUNG_OFFLINE", "1")


def test_the_app_is_made_once_and_anew_when_the_weights_are_newer(home):
    said = []
    folder = app_folder(find_run("done"), said.append)
    assert (folder / "server.py").is_file()
    assert said
    said.clear()
    assert app_folder(find_run("done"), said.append) == folder
    assert said == []
    weights = home / "runs" / "done" / "model.safetensors"
    made = (folder / "export.json").stat().st_mtime
    os.utime(weights, (made + 5, made + 5))
    app_folder(find_run("done"), said.append)
    assert said


def test_a_taken_port_is_passed_over():
    first = free_port()
    with socket.socket() as held:
        held.bind(("127.0.0.1", first))
        held.listen()
        assert free_port() > first


def test_a_project_without_an_app_says_what_is_possible(home, tmp_path):
    rows = "".join(f"{i % 7},{i % 5},{(i % 7) / 7 + 0.01 * (i % 5)}\n" for i in range(80))
    (tmp_path / "own.csv").write_text("hours,age,answer\n" + rows, encoding="utf-8")
    words = ["--data", str(tmp_path / "own.csv"), "--epochs", "1", "--track", "none", "--name", "line"]
    assert main(["admission", *words]) == 0
    with pytest.raises(RungError, match="admission"):
        app_folder(find_run("line"), lambda said: None)


def test_an_app_that_ends_is_told_with_its_last_words(tmp_path):
    (tmp_path / "server.py").write_text("raise SystemExit('the network is gone')", encoding="utf-8")
    app = start(tmp_path)
    app.process.wait(timeout=60)
    with pytest.raises(ExportError, match="the network is gone"):
        app.wait()


def test_a_dashboard_without_runs_says_how_to_get_one(home):
    with pytest.raises(ExportError, match="no run has been told to trackio"):
        start_dashboard()


@pytest.mark.slow
def test_the_dashboard_of_trackio_shows_the_project(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    words = ["digits", "--data", "mnist5k", "--data-limit", "400", "--hidden", "16", "--epochs", "1"]
    # in a process of its own: trackio keeps the folder that it was first imported with
    subprocess.run([sys.executable, "-m", "rung", "train", *words, "--name", "told"], check=True)
    app = start_dashboard()
    try:
        app.wait()
        with urllib.request.urlopen(app.address) as page:
            assert b"Trackio" in page.read()
    finally:
        app.stop()


@pytest.mark.slow
def test_it_is_started_asked_and_ended(home):
    app: App = start(app_folder(find_run("done"), lambda said: None))
    try:
        app.wait()
        asked = json.dumps({"picture": [[0] * 28] * 28}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{app.address}/predict", asked)) as answer:
            told = json.loads(answer.read())
        assert sum(told["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert told["run"] == "done"
        with urllib.request.urlopen(app.address) as page:
            assert b"gradio" in page.read()
    finally:
        app.stop()
    assert app.process.returncode is not None
