"""`rung sweep`: what it prints, refuses and goes on with; killed for good; two workers; pictures."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import rung.projects.digits.recipe as digits
from rung import cli
from rung.projects.sweeping import sweep
from rung.train.options import parse
from rung.train.sweep.journal import rows
from rung.train.sweep.pictures import importance, parallel
from rung.train.sweep.space import Choices, Range
from rung.train.sweep.store import find_sweep

QUICK = ["digits", "--data", "mnist5k", "--data-limit", "300", "--hidden", "8", "--epochs", "2"]
SPACE = ["--space", "lr=0.05..1:log,batch=16|32"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a sweep of three trials in it."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        patch.setenv("OMP_NUM_THREADS", "1")
        patch.setenv("COLUMNS", "80")
        assert cli.main(["sweep", *QUICK, *SPACE, "--name", "one", "--trials", "3"]) == 0
        yield folder


def out(capsys, *words, status=0):
    capsys.readouterr()
    assert cli.main(["sweep", *words]) == status
    return capsys.readouterr()


def test_a_sweep_that_is_done_is_told_again_within_80_columns(home, capsys):
    told = out(capsys, "digits", "--name", "one").out
    found = json.loads((home / "sweeps" / "one" / "result.json").read_text())
    lines = told.splitlines()
    assert all(len(line) <= 80 or line.startswith(("  rung train", "Pictures", "/")) for line in lines)
    assert f"  {found['command']}" in lines
    assert "3 of 3 trials" in told
    assert "optimistic" in told
    assert "parallel.svg" in told


def test_the_command_it_ends_with_is_one_that_rung_train_takes(home):
    found = json.loads((home / "sweeps" / "one" / "result.json").read_text())
    words = found["command"].split()
    assert words[:3] == ["rung", "train", "digits"]
    (config,) = parse(words[3:], digits.Config)
    best = found["best"]["settings"]
    assert (config.lr, config.batch, config.hidden) == (best["lr"], best["batch"], (8,))
    assert config.epochs == digits.Config().epochs, "a short search, a whole training"


def test_json_is_all_that_is_printed(home, capsys):
    told = out(capsys, "digits", "--name", "one", "--json")
    found = json.loads(told.out)
    assert found["best"]["score"] == max(t["score"] for t in found["trials"] if t["state"] == "complete")
    assert (found["state"], found["asked"], len(found["trials"])) == ("finished", 3, 3)
    assert "3 trials by tpe" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["digits", "--name", "one", "--epochs", "3"], "another --epochs"),
        (["digits", "--name", "one", "--space", "lr=0.1..1"], "another --space"),
        (["digits", "--name", "one", "--sampler", "grid"], "another --sampler"),
        (["digits", "--name", "one", "--clip", "1"], "another --clip"),
        (["churn", "--name", "one"], "one is a sweep of digits"),
        (["digits", "--trails", "3"], "did you mean --trials?"),
        (["digits", "--worker", "2"], "did you mean --workers?"),
        (["digits", "--data", "nowhere.csv"], "nowhere.csv"),
        (["digits", "--trials", "0"], "at least 1"),
        (["digits", "--workers", "0"], "at least 1"),
        (["digits", "--prune", "medain"], 'did you mean "median"?'),
        (["digits", "--sampler", "tpa"], 'did you mean "tpe"?'),
        (["digits", "--space", "rl=0.1..1"], "did you mean lr?"),
        (["digits", "--lr", "0.1", "--space", "lr=0.1..1"], "leave out --lr"),
        (["digitz"], "digits"),
    ],
)
def test_what_cannot_be_is_refused_with_a_suggestion_and_leaves_nothing(home, capsys, words, said):
    before = {f.name for f in (home / "sweeps").iterdir()}
    assert said in out(capsys, *words, status=2).err
    assert {f.name for f in (home / "sweeps").iterdir()} == before


def test_the_words_it_was_begun_with_go_on_with_it(home, capsys):
    told = out(capsys, *QUICK, *SPACE, "--name", "one", "--trials", "3").out
    assert "3 of 3 trials" in told


def test_no_trial_is_taken_back(home, capsys):
    assert "3 of 3 trials" in out(capsys, "digits", "--name", "one", "--trials", "2").out


def test_help_lists_the_options(capsys):
    told = out(capsys, "digits", "--help").out
    assert "--trials" in told
    assert "--lr" in told
    assert "digits" in out(capsys, "--help").out
    assert "digits" in out(capsys, status=2).out


def test_it_runs_on_the_learners_parts(home, monkeypatch):
    from rung.scratch.ops import ReLU

    calls = []

    class Mine(ReLU):
        def forward(self, x):
            calls.append(1)
            return super().forward(x)

    words = [*QUICK, "--space", "lr=0.05..1:log", "--name", "mine", "--trials", "1", "--mine"]
    told = sweep(words, lambda: {ReLU: Mine})
    assert calls
    assert told.found["best"]["settings"] == {"lr": digits.Config().lr}, "the project's own settings first"
    assert told.found["command"].startswith("rung train digits --mine ")
    with pytest.raises(Exception, match="another ReLU: yours, now library"):
        sweep(["digits", "--name", "mine"], dict)


def test_a_grid_of_the_learners_runs_on_it(home, tmp_path, monkeypatch):
    """From a file named as one types it, which is found again from elsewhere."""
    (tmp_path / "mine.py").write_text(
        "import itertools\n"
        "def grid_search(space, trials, rng):\n"
        "    points = list(itertools.product(*(s.levels(2) for s in space.values())))\n"
        "    return dict(zip(space, points[len(trials)])) if len(trials) < len(points) else None\n"
    )
    monkeypatch.chdir(tmp_path)
    words = [*QUICK[:-1], "1", *SPACE, "--name", "own", "--trials", "9", "--sampler", "mine.py:grid_search"]
    told = sweep(words)
    assert told.ended
    tried = [t["settings"] for t in told.found["trials"]]
    assert tried == [{"lr": lr, "batch": batch} for lr in (0.05, 1.0) for batch in (16, 32)]
    monkeypatch.chdir("/")
    assert sweep(["digits", "--name", "own"]).ended


# -- processes -----------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from rung import cli
from rung.train.sweep.objective import EachEpoch
plain, left = EachEpoch.after_epoch, [int(sys.argv[1])]
def after_epoch(self, t):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, t)
EachEpoch.after_epoch = after_epoch
cli.main(["sweep", *sys.argv[2:]])
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_killed_for_good_in_the_middle_of_a_trial_it_goes_on_to_the_same_end(home):
    words = [*QUICK, *SPACE, "--trials", "5", "--sampler", "random", "--prune", "none"]
    whole = sweep([*words, "--name", "whole"])
    for epoch in (1, 6):  # in the first trial, and in the third
        name = f"killed{epoch}"
        child = subprocess.run(
            [sys.executable, "-c", KILLED, str(epoch), *words, "--name", name],
            capture_output=True,
            check=False,
        )
        assert child.returncode == -signal.SIGKILL, child.stderr
        assert find_sweep(name).run.state == "stopped"
        told = sweep(["digits", "--name", name])
        assert told.ended
        broken = [t for t in told.found["trials"] if t["state"] == "broken"]
        assert len(broken) == 1
        done = [t for t in told.found["trials"] if t["state"] != "broken"]
        assert [t["settings"] for t in done] == [t["settings"] for t in whole.found["trials"]]
        # the two processes may have other numbers of threads, and so other last bits
        scores = [t["score"] for t in whole.found["trials"]]
        assert [t["score"] for t in done] == pytest.approx(scores, abs=0.2)


@pytest.mark.slow
def test_two_workers_share_the_trials_and_do_none_twice(home):
    words = [*QUICK, *SPACE, "--trials", "8", "--sampler", "random"]
    child = subprocess.run(
        [sys.executable, "-m", "rung", "sweep", *words, "--workers", "2", "--name", "two", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    found = json.loads(child.stdout)
    assert [t["number"] for t in found["trials"]] == list(range(8))
    tried = [t["settings"] for t in found["trials"]]
    assert len({str(s) for s in tried}) == 8
    assert all(t["state"] in ("complete", "pruned") for t in found["trials"])
    alone = sweep([*words, "--name", "alone"]).found
    assert tried == [t["settings"] for t in alone["trials"]]
    for one, other in zip(found["trials"], alone["trials"], strict=True):
        if one["state"] == other["state"] == "complete":
            assert one["score"] == pytest.approx(other["score"], abs=0.2)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_a_worker_that_is_killed_leaves_its_trial_to_the_other(home, tmp_path):
    """The one that draws the second trial dies of it, once."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pathlib, signal, sys\n"
        "if 'RUNG_SWEEP_WORKER' in os.environ:\n"
        "    from rung.train.sweep import objective\n"
        "    plain, flag = objective.Objective.attempt, pathlib.Path(__file__).with_name('died')\n"
        "    def attempt(self, settings, run, *rest):\n"
        "        if run.name == '1' and not flag.exists():\n"
        "            flag.touch()\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return plain(self, settings, run, *rest)\n"
        "    objective.Objective.attempt = attempt\n"
    )
    words = [*QUICK, *SPACE, "--trials", "5", "--sampler", "random", "--prune", "none"]
    child = subprocess.run(
        [sys.executable, "-m", "rung", "sweep", *words, "--workers", "2", "--name", "widow"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "died").exists()
    found = rows(find_sweep("widow"))
    states = [t["state"] for t in found]
    assert child.returncode == 0, child.stderr
    assert states.count("broken") == 1
    assert states.count("complete") == 5
    assert found[1]["state"] == "broken"
    assert found[1]["settings"] in [t["settings"] for t in found if t["state"] == "complete"]


# -- pictures ------------------------------------------------------------------------------------------------


def test_the_pictures_are_whole_and_bring_light_and_dark(home):
    svg = (home / "sweeps" / "one" / "parallel.svg").read_text()
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme:dark" in svg
    assert root.get("aria-label")


def found(scores, importance=None, higher=True):
    trials = [
        {
            "number": i,
            "state": "complete" if score is not None else "pruned",
            "score": score,
            "settings": {"lr": 0.1, "hidden": (8,) if i % 2 else (16, 8)},
        }
        for i, score in enumerate(scores)
    ]
    return {
        "trials": trials,
        "metric": "a < b",
        "unit": "share",
        "higher": higher,
        "importance": importance or {},
    }


def test_a_line_for_each_complete_trial_the_best_one_strong():
    space = {"lr": Range(0.01, 1, log=True), "hidden": Choices(((8,), (16, 8)))}
    picture = parallel(found([0.5, 0.9, None, 0.7]), space, width=340)
    lines = [m for m in picture.marks if "fill: none" in m]
    assert len(lines) == 3
    assert ["--accent" in line for line in lines] == [False, False, True]
    root = ElementTree.fromstring(picture.svg())
    words = [t.text for t in root.iter() if t.tag.endswith("text")]
    assert {"lr", "hidden", "a < b", "0.01", "16x8", "50.00%", "90.00%"} <= set(words)
    assert "hidden 8" in picture.summary
    low = parallel(found([0.5, 0.9], higher=False), space)
    assert "50.00%" in low.summary
    assert parallel(found([0.5]), space) is None
    assert parallel(found([0.5, 0.5]), space) is not None, "equal scores have their axis, too"


def test_many_axes_make_the_picture_wider_and_many_choices_name_their_ends():
    space = {f"s{i}": Choices(tuple(range(20))) for i in range(9)}
    told = found([0.1, 0.2])
    for trial in told["trials"]:
        trial["settings"] = dict.fromkeys(space, 3)
    picture = parallel(told, space, width=340)
    assert picture.width > 9 * 60
    long = {"a_setting_of_a_long_name": space["s0"], "another_with_a_long_name": space["s1"]}
    for trial in told["trials"]:
        trial["settings"] |= dict.fromkeys(long, 3)
    assert parallel(told, long, width=340).width > 2 * 150
    assert picture.svg().count(">19<") == 9
    assert ">7<" not in picture.svg()


def test_importance_is_a_bar_a_setting():
    picture = importance(found([0.1], {"lr": 0.75, "hidden": 0.25}))
    ElementTree.fromstring(picture.svg("a title & more"))
    assert picture.svg().count("<rect") == 2
    assert "lr 75%, hidden 25%" in picture.summary
    assert importance(found([0.1])) is None
