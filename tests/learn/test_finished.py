"""A project is passed by a whole training that beats its baselines, and by nothing less."""

import json
import os
from pathlib import Path

import pytest

from rung.learn import standing
from rung.learn.finished import finished
from rung.projects import load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def run(
    home: Path,
    name: str,
    score: float = 0.97,
    *,
    higher: bool = True,
    project: str = "digits",
    data: str = "my own",
    limit=None,
    dry: bool = False,
    at=10.0,
):
    folder = home / "runs" / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"project": project, "data_limit": limit}))
    baselines = [{"value": 0.11}, {"value": 0.92}]
    result = {
        "higher": higher,
        "score": {"value": score},
        "baselines": baselines,
        "dry_run": dry,
        "data": data,
    }
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
    run(home, "digits-1", 0.05, higher=False)
    run(home, "digits-2", 0.95, higher=False, at=5.0)
    assert finished()["digits"].run == "digits-1"


def test_the_first_that_counts_is_kept_and_broken_folders_are_passed_over(home):
    run(home, "digits-2", at=20.0)
    run(home, "digits-1", at=10.0)
    run(home, "digits-0", at=1.0)
    (home / "runs" / "digits-0" / "result.json").write_text("{")
    (home / "runs" / "digits-2" / "config.json").write_text("[]")
    assert finished()["digits"].run == "digits-1"


def test_where_a_network_is_known_to_lose_a_training_counts_that_comes_out_as_expected(home):
    expected = load("churn").expected["telco-churn"]
    run(home, "churn-1", expected[0] - 0.01, project="churn", data="telco-churn")
    assert finished() == {}
    run(home, "churn-2", sum(expected) / 2, project="churn", data="telco-churn")
    assert finished()["churn"].run == "churn-2"
    assert finished()["churn"].best_baseline == 0.92
