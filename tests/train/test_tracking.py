"""Tracking: what a tracker is told is what the run's folder holds; a tracker that fails ends nothing."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from rung.projects.command import main
from rung.train.record import find_run
from rung.train.tracking import Careful, TrackingError, tracker

QUICK = ["digits", "--data", "mnist5k", "--data-limit", "300", "--hidden", "8", "--epochs", "2"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    return tmp_path


def told(home):
    with closing(sqlite3.connect(home / "trackio" / "digits.db")) as db:
        return db.execute("SELECT run_name, step FROM metrics ORDER BY id").fetchall()


def run_in_a_process(words):
    """trackio keeps its folder from its import on, so that each home needs a process."""
    code = "import sys; from rung.projects.command import main; sys.exit(main(sys.argv[1:]))"
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_trackio_has_the_curve_and_the_score_on_this_machine(home):
    done = run_in_a_process([*QUICK, "--name", "a"])
    assert done.returncode == 0, done.stderr
    assert "Trackio" not in done.stdout, "its own words do not stand between ours"
    steps = [line["step"] for line in find_run("a").metrics()]
    assert told(home) == [("a", step) for step in [*steps, steps[-1]]]


@pytest.mark.slow
def test_a_run_that_goes_on_is_told_once(home):
    done = run_in_a_process([*QUICK, "--name", "b", "--track", "none"])
    assert done.returncode == 0, done.stderr
    assert not (home / "trackio").exists()
    run = find_run("b")
    lines = run.metrics()
    code = (
        "import sys, json; from rung.train.record import find_run; from rung.train.tracking import Trackio;"
        "run = find_run('b'); lines = run.metrics();"
        "run.forget_after(lines[0]['step']); Trackio(run).end(None);"
        "[run.log(line) for line in lines[1:]]; Trackio(run).end(run.result)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    steps = [line["step"] for line in lines]
    assert [step for _, step in told(home)] == [*steps, steps[-1]]


def test_tensorboard_gets_event_files(home):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert main([*QUICK, "--name", "c", "--track", "tensorboard"]) == 0
    run = find_run("c")
    events = EventAccumulator(str(run.folder / "tensorboard"))
    events.Reload()
    lines = run.metrics()
    assert [(e.step, pytest.approx(e.value)) for e in events.Scalars("loss")] == [
        (line["step"], line["loss"]) for line in lines
    ]
    assert events.Scalars("test accuracy")[0].value == pytest.approx(run.result["score"]["value"])


def test_a_tracker_that_is_not_installed_is_said_before_anything_is_trained(home, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)  # as where it is not installed
    assert main([*QUICK, "--name", "d", "--track", "wandb"]) == 2
    assert "pip install wandb" in capsys.readouterr().err
    assert find_run("d").metrics() == []
    with pytest.raises(TrackingError):
        tracker("wandb", find_run("d"), print)
    assert main([*QUICK, "--track", "mlflow"]) == 2
    assert "It must be trackio, wandb, tensorboard, none" in capsys.readouterr().err


def test_a_tracker_that_fails_is_told_of_once_and_the_training_goes_on():
    class Full:
        def log(self, line):
            raise OSError("no space left on device")

        def end(self, result):
            raise AssertionError("it is told no more")

    said = []
    careful = Careful(Full(), said.append)
    careful.log({"step": 1})
    careful.log({"step": 2})
    careful.end(None)
    assert said == ["Full failed and is told no more (OSError: no space left on device); the run goes on"]
