"""A run's app is started, asked and ended; made anew when the run was; and says what stands in the way."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from rung.projects.command import main
from rung.projects.exporting import needs_app, subject_of
from rung.projects.project import load
from rung.projects.serving import App, app_folder, free_port, start, start_dashboard
from rung.serve.errors import ExportError
from rung.serve.facts import Examples
from rung.serve.space import space_files
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


def test_an_app_that_an_older_rung_wrote_is_made_anew(home):
    weights = home / "runs" / "done" / "model.safetensors"
    folder = app_folder(find_run("done"), lambda text: None)
    os.utime(weights, (1000, 1000))
    os.utime(folder / "export.json", (2000, 2000))  # after the weights, before the files of this rung
    said = []
    app_folder(find_run("done"), said.append)
    assert said


def test_a_taken_port_is_passed_over():
    first = free_port()
    with socket.socket() as held:
        held.bind(("127.0.0.1", first))
        held.listen()
        assert free_port() > first


def test_a_run_without_an_app_says_what_is_possible(home):
    run = find_run("done")
    facts = replace(subject_of(load("digits"), run, run.result, lambda said: None).facts, app=None)
    for refuse in (lambda: needs_app(facts, "docker"), lambda: space_files(facts, b"", "", Examples())):
        with pytest.raises(ExportError) as error:
            refuse()
        assert "rung export done --to onnx" in str(error.value.fix)


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


@pytest.mark.slow
def test_it_ends_with_whoever_started_it_even_if_that_was_killed(home):
    folder = app_folder(find_run("done"), lambda said: None)
    code = (
        "import sys, time; from pathlib import Path; from rung.projects.serving import start; "
        "app = start(Path(sys.argv[1])); app.wait(); print(app.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(1200):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            break
        if state == "Z":  # ended; nobody is left to ask how
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        pytest.fail("the app outlived whoever started it")
