"""A project is passed by a whole training that beats its baselines, and by nothing less."""

import json
import os
from pathlib import Path

import pytest

from rung.learn import standing
from rung.learn.finished import finished


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def run(
    home: Path,
    name: str,
    score: float = 0.97,
    *,
    metric: str = "accuracy",
    limit=None,
    dry: bool = False,
    at=10.0,
):
    folder = home / "runs" / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"project": "digits", "data_limit": limit}))
    baselines = [{"value": 0.11}, {"value": 0.92}]
    result = {"metric": metric, "score": {"value": score}, "baselines": baselines, "dry_run": dry}
    (folder / "result.json").write_text(json.dumps(result))
    os.utime(folder / "result.json", (at, at))


def test_a_training_that_beats_every_baseline_passes_the_project(home):
    assert standing.standing()["digits"].state in ("open", "locked")
    run(home, "digits-1")
    now = standing.standing()["digits"]
    assert (now.state, now.passed_at) == ("passed", 10.0)
    assert finished()["digits"].best_baseline == 0.92


@pytest.mark.parametrize("less", [{"score": 0.92}, {"score": 0.5}, {"limit": 500}, {"dry": True}])
def test_less_than_that_does_not(home, less):
    run(home, "digits-1", **less)
    assert finished() == {}


def test_of_an_error_less_is_better(home):
    run(home, "digits-1", 0.05, metric="RMSE")
    run(home, "digits-2", 0.95, metric="RMSE", at=5.0)
    assert finished()["digits"].run == "digits-1"


def test_the_first_that_counts_is_kept_and_broken_folders_are_passed_over(home):
    run(home, "digits-2", at=20.0)
    run(home, "digits-1", at=10.0)
    run(home, "digits-0", at=1.0)
    (home / "runs" / "digits-0" / "result.json").write_text("{")
    (home / "runs" / "digits-2" / "config.json").write_text("[]")
    assert finished()["digits"].run == "digits-1"
