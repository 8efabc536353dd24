"""Project digits from its command line: trained, stopped, killed, continued, and on the learner's parts."""

import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

import rung.projects
from rung.projects.command import main
from rung.projects.digits import recipe
from rung.projects.project import ProjectError, read
from rung.scratch import ops
from rung.scratch.errors import UnknownNameError
from rung.scratch.function import Function
from rung.scratch.optim import SGD
from rung.train.backend import backend_of
from rung.train.options import OptionError
from rung.train.record import find_run, runs

QUICK = ["digits", "--data", "mnist5k", "--data-limit", "600", "--hidden", "32", "--batch", "16", "--plain"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    monkeypatch.delenv("RUNG_DATA", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One training, looked at from several sides."""
    before = {k: os.environ.get(k) for k in ("RUNG_HOME", "RUNG_OFFLINE")}
    os.environ |= {"RUNG_HOME": str(tmp_path_factory.mktemp("home")), "RUNG_OFFLINE": "1"}
    try:
        assert main([*QUICK, "--epochs", "6", "--name", "one"]) == 0
        return find_run("one")
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})


def test_the_score_beats_chance_and_agrees_with_everything_beside_it(trained):
    result = trained.result
    counts = np.array(result["confusion"])
    assert counts.sum() == result["leakage"]["test"] == 120
    assert result["score"]["value"] == pytest.approx(np.trace(counts) / 120)
    assert result["score"]["low"] < result["score"]["value"] < result["score"]["high"]
    assert result["score"]["value"] > 0.7
    assert [b["name"] for b in result["baselines"]] == [
        "always the most frequent class",
        "logistic regression",
    ]
    assert result["wrong"] == 120 - np.trace(counts)
    assert len(result["mistakes"]) == min(40, result["wrong"])
    for mistake in result["mistakes"]:
        assert counts[mistake["truth"], mistake["answer"]] > 0
    sure = [m["sure"] for m in result["mistakes"]]
    assert sure == sorted(sure, reverse=True)


def test_the_folder_holds_everything(trained):
    names = {f.name for f in trained.folder.iterdir()}
    assert {
        "config.json",
        "metrics.jsonl",
        "checkpoint.safetensors",
        "model.safetensors",
        "result.json",
        "failures.png",
        "confusion.png",
        "tiles.png",
        "MODEL_CARD.md",
    } <= names
    assert not [n for n in names if n.startswith(".")]
    card = (trained.folder / "MODEL_CARD.md").read_text()
    assert f"{trained.result['score']['value']:.2%}" in card
    assert "logistic regression" in card
    assert "CC BY-SA 3.0" in card
    config = trained.config
    assert config["config"]["data"] == "mnist5k"
    examples = config["examples"]
    assert examples["train"] + examples["validation"] == 480
    assert examples["test"] == 120
    assert config["steps"] == trained.metrics()[-1]["step"] == 6 * config["steps_per_epoch"]


def test_pytorch_gives_the_same_answers_with_the_saved_weights(trained):
    import torch
    from safetensors.torch import load_file

    weights = load_file(trained.folder / "model.safetensors")
    model = torch.nn.Sequential(torch.nn.Linear(784, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    model.load_state_dict({k.removeprefix("layers."): v for k, v in weights.items()})
    x, y = rung.data.load("mnist5k", 600).split("test")
    with torch.no_grad():
        right = (model(torch.from_numpy(x)).argmax(1).numpy() == y).mean()
    assert right == pytest.approx(trained.result["score"]["value"])


def curve(run):
    return [{k: v for k, v in line.items() if k not in ("seconds", "rate", "left")} for line in run.metrics()]


def test_the_same_seed_gives_the_same_curve(trained, home):
    main([*QUICK, "--epochs", "6", "--name", "again"])
    main([*QUICK, "--epochs", "6", "--name", "other", "--seed", "1"])
    assert curve(find_run("again")) == curve(trained)
    assert curve(find_run("other")) != curve(trained)


def process(*words, **more):
    """Start `rung train` in a process of its own, its lines coming out of a pipe one by one."""
    code = "import sys; from rung.projects.command import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **more,
    )


def read_epochs(running, count):
    """Read lines until `count` epochs have been told of."""
    for line in running.stdout:
        count -= line.startswith("epoch")
        if count == 0:
            return


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_killed_at_random_points_and_resumed_it_ends_like_an_unbroken_one(home):
    long = [w for w in [*QUICK, "--epochs", "60"] if w != "--plain"]  # what is drawn is drawn again too
    assert main([*long, "--name", "whole"]) == 0
    rng = np.random.default_rng(7)
    words = [*long, "--name", "broken"]
    kills = 0
    for _ in range(3):
        running = process(*words)
        read_epochs(running, int(rng.integers(3, 15)))
        running.kill()
        running.wait()
        running.stdout.close()
        run = find_run("broken")
        kills += run.state == "stopped"
        words = ["digits", "--resume", "broken"]
    assert kills == 3
    assert 0 < len(run.metrics()) < len(find_run("whole").metrics())
    assert main(["digits", "--resume"]) == 0
    whole, broken = find_run("whole"), find_run("broken")
    assert curve(broken) == curve(whole)
    one, two = ((r.folder / "model.safetensors").read_bytes() for r in (whole, broken))
    assert one == two
    assert broken.result["confusion"] == whole.result["confusion"]


@pytest.mark.skipif(os.name == "nt", reason="a signal cannot be sent to one process there")
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(home):
    running = process(*QUICK, "--epochs", "100000", "--name", "long")
    read_epochs(running, 2)
    running.send_signal(signal.SIGINT)
    rest = running.stdout.read()
    running.stdout.close()
    assert running.wait() == 1
    assert "stopped; to go on: rung train digits --resume long" in rest
    assert "Traceback" not in rest
    run = find_run("long")
    assert run.state == "stopped"
    assert (run.folder / "checkpoint.safetensors").is_file()


def test_a_wish_from_outside_stops_it(home):
    running = process(*QUICK, "--epochs", "100000", "--name", "long")
    read_epochs(running, 1)
    find_run("long").ask_to_stop()
    rest = running.stdout.read()
    running.stdout.close()
    assert running.wait() == 1
    assert "stopped" in rest


def test_a_dry_run_does_everything_and_says_that_it_means_nothing(home, capsys):
    assert main(["digits", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "A dry run on a few examples: its score means nothing." in out
    assert "data: MNIST, 5,000 digits  (" in out  # what "auto" came to
    run = runs()[0]
    assert run.result["dry_run"]
    assert len([line for line in run.metrics() if "epoch" in line]) == 1
    assert "A dry run" in (run.folder / "MODEL_CARD.md").read_text()


def test_the_report_fits_80_columns(home, capsys):
    main(["digits", "--dry-run"])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80 and str(home) not in line] == []


@pytest.mark.slow
def test_seeds_give_an_interval_over_trainings(home, capsys):
    assert main([*QUICK, "--epochs", "2", "--seeds", "3", "--seed", "5", "--name", "s", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    values = [s["score"] for s in result["seeds"]]
    assert [s["seed"] for s in result["seeds"]] == [5, 6, 7]
    assert result["score"]["value"] == pytest.approx(np.mean(values))
    assert result["score"]["of"] == "3 seeds and 120 test examples"
    main([*QUICK, "--epochs", "2", "--seed", "6", "--name", "six"])
    assert find_run("six").result["score"]["value"] == values[1]


# The learner's parts.


class MyReLU(Function):
    def forward(self, x):
        self.open = x > 0
        return np.where(self.open, x, 0)

    def backward(self, g):
        return g * self.open


class MySGD(SGD):
    steps = 0

    def step(self):
        type(self).steps += 1
        for group in self.param_groups:
            for p in group["params"]:
                p.data -= group["lr"] * p.grad


class BrokenReLU(MyReLU):
    def forward(self, x):
        return self.help(x)

    def help(self, x):
        raise ValueError("no idea")


def test_mine_runs_on_the_learners_parts_and_says_whose_is_what(home, capsys):
    MySGD.steps = 0
    parts = {ops.activation.ReLU: MyReLU, SGD: MySGD}
    assert main([*QUICK, "--epochs", "2", "--mine", "--name", "m"], parts) == 0
    out = capsys.readouterr().out
    assert MySGD.steps == find_run("m").metrics()[-1]["step"]
    assert re.search(r"ReLU +yours", out)
    assert re.search(r"Linear +library +\(yours once you have passed forward-propagation\)", out)
    told = {p["part"]: p["whose"] for p in find_run("m").result["parts"]}
    assert [part for part, whose in told.items() if whose == "yours"] == ["ReLU", "SGD"]
    main([*QUICK, "--epochs", "2", "--name", "l"], parts)
    assert {p["whose"] for p in find_run("l").result["parts"]} == {"library"}
    assert curve(find_run("m")) == curve(find_run("l"))  # their parts compute the same


def test_pytorch_refuses_parts_that_it_would_not_use(home, capsys):
    words = [*QUICK, "--engine", "pytorch", "--mine"]
    assert main(words, {ops.activation.ReLU: MyReLU}) == 2
    assert "your ReLU would not be used" in capsys.readouterr().err
    assert main([*words, "--epochs", "1"], {}) == 0  # there is nothing to replace, and nothing is lost


class StopsOnce(MySGD):
    stop_at = 0

    def step(self):
        super().step()
        if type(self).steps == type(self).stop_at:
            find_run("h").ask_to_stop()


def test_a_run_goes_on_with_the_code_it_was_begun_with(home, capsys):
    StopsOnce.steps, StopsOnce.stop_at = 0, 40
    words = [*QUICK, "--epochs", "5"]
    assert main([*words, "--mine", "--name", "h"], {SGD: StopsOnce}) == 1
    assert 40 <= StopsOnce.steps < find_run("h").config["steps"]
    assert main(["digits", "--resume", "h"]) == 2  # the part is not at hand
    assert "h was begun with your own SGD" in capsys.readouterr().err
    parts = {SGD: StopsOnce, ops.activation.ReLU: MyReLU}
    assert main(["digits", "--resume", "h"], parts) == 2  # one more than it was begun with
    assert "h was begun with the library's ReLU" in capsys.readouterr().err
    assert main(["digits", "--resume", "h"], {SGD: StopsOnce}) == 0
    assert StopsOnce.steps == find_run("h").config["steps"]
    main([*words, "--name", "l"])
    assert curve(find_run("h")) == curve(find_run("l"))


def test_a_part_that_fails_is_named_with_its_line(home, capsys):
    assert main([*QUICK, "--epochs", "1", "--mine", "--name", "b"], {ops.activation.ReLU: BrokenReLU}) == 2
    err = capsys.readouterr().err
    line = BrokenReLU.help.__code__.co_firstlineno + 1
    assert f"your ReLU failed: {__file__}, line {line}, in help: ValueError: no idea" in err
    assert find_run("b").state == "failed"
    assert "your ReLU failed" in find_run("b").read("fault.json")["message"]


# Three networks, two engines.


def losses(engine, model, steps):
    """Return the loss of each of the first steps, as the loop computes it."""
    config = recipe.Config(data="mnist5k", model=model, engine=engine, hidden=(32,))
    inputs = recipe.prepare(config, rung.data.load("mnist5k", 600))
    net = recipe.build(config, inputs)
    optimizer, rate = recipe.optimizer(config, net), recipe.rate(config, 500)
    batch_of = inputs.batch_of(backend_of(net), seed=0)
    found = []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate(step)
        x, y = batch_of(np.random.default_rng(step).integers(0, 480, 64), step)
        optimizer.zero_grad()
        loss = recipe.loss(net, x, y)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


@pytest.mark.parametrize("model", ["mlp", pytest.param("lenet", marks=pytest.mark.slow)])
def test_both_engines_give_the_same_curve(model):
    scratch, pytorch = (losses(engine, model, 50) for engine in ("scratch", "pytorch"))
    assert scratch[-1] < scratch[0]
    np.testing.assert_allclose(scratch, pytorch, rtol=1e-3, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "engine"), [("lenet", "scratch"), ("lenet", "pytorch"), ("cnn", "pytorch")]
)
def test_every_network_learns_from_its_command(home, model, engine):
    words = ["digits", "--data", "mnist5k", "--data-limit", "1500", "--batch", "16", "--epochs", "3"]
    assert main([*words, "--lr", "0.1", "--model", model, "--engine", engine, "--name", "n"]) == 0
    result = find_run("n").result
    assert result["backend"] == engine
    assert result["score"]["value"] > 0.6
    assert result["baselines"][0]["difference"]["better"]


def test_the_digits_are_moved_in_training_alone():
    inputs = recipe.prepare(recipe.Config(data="mnist5k"), rung.data.load("mnist5k", 600))
    still = recipe.prepare(recipe.Config(data="mnist5k", plain=True), rung.data.load("mnist5k", 600))
    few, rng = np.arange(20), np.random.default_rng(0)
    assert inputs.x.dtype == np.uint8
    assert not np.array_equal(inputs.take(few, rng), inputs.take(few))
    np.testing.assert_array_equal(still.take(few, rng), inputs.take(few))
    np.testing.assert_allclose(inputs.take(few), rung.data.load("mnist5k", 600).x[few], atol=1e-7)


def test_lenet_says_what_pictures_it_reads():
    data = rung.data.load("digits8")  # 8 x 8 pixels
    config = recipe.Config(model="lenet")
    with pytest.raises(OptionError, match="pictures of 8 x 8"):
        recipe.build(config, recipe.prepare(config, data))


def test_the_rate_rises_to_its_highest_and_falls_to_almost_nothing():
    rate = recipe.rate(recipe.Config(), 1000)
    rates = [rate(step) for step in range(1000)]
    assert max(rates) == rates[99] == 0.5
    assert rates[0] == pytest.approx(0.005)
    assert 0 < rates[-1] < 0.001
    assert recipe.rate(recipe.Config(), 1)(0) == 0.5


# What is refused.


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["digts"], 'did you mean "digits"'),
        (["digits", "--epoch", "3"], "did you mean --epochs?"),
        (["digits", "--lr", "-1"], "--lr is -1.0"),
        (["digits", "--data", "cats"], "It must be auto, mnist or mnist5k"),
        (["digits", "--data", "mnist"], "RUNG_OFFLINE is set"),
        (["digits", "--resume"], "no run of digits was broken off"),
        (["digits", "--resume", "nothing"], "there is no run 'nothing'"),
        (["digits", "--resume", "--epochs", "3"], "--resume with --epochs"),
        (["digits", "--seeds", "0"], "--seeds is 0"),
        (["digits", "--model", "gpt"], "It must be mlp, lenet or cnn"),
        (["digits", "--model", "cnn"], "--engine pytorch, or --model lenet"),
        (["digits", "--lr", "1e9", "--data-limit", "300"], "smaller learning rate"),
    ],
)
def test_faults_are_told_in_one_message(words, message, capsys):
    with np.errstate(all="ignore"):
        assert main(words) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert [r.state for r in runs()] == (["failed"] if "learning rate" in message else [])


def test_a_run_that_never_began_leaves_no_folder(home):
    assert main(["digits", "--data", "mnist", "--name", "n"]) == 2
    assert list((home / "runs").iterdir()) == []


def test_a_finished_run_is_not_resumed(home, capsys):
    main(["digits", "--dry-run", "--name", "d"])
    assert main(["digits", "--resume", "d"]) == 2
    assert "d has finished" in capsys.readouterr().err


def test_help_names_every_setting(capsys):
    assert main(["digits", "--help"]) == 0
    out = capsys.readouterr().out
    for flag in ("--epochs 12", "--lr 0.5", "--hidden 256,128", "--mine", "--resume", "--dry-run"):
        assert flag in out
    assert main(["--help"]) == 0
    all_projects = capsys.readouterr().out
    assert "digits" in all_projects
    assert max(map(len, (out + all_projects).splitlines())) <= 80


# The folder of a project.


def test_projects_are_found_by_their_folders():
    assert "digits" in rung.projects.slugs()
    project = rung.projects.load("digits")
    assert project.expected["mnist5k"][0] < project.expected["mnist5k"][1]
    assert {p.lesson for p in project.recipe.PARTS} <= set(project.lessons)
    with pytest.raises(UnknownNameError, match="there is no project 'cats'"):
        rung.projects.load("cats")


def test_a_wrong_project_toml_is_refused(tmp_path):
    (tmp_path / "project.toml").write_text('title = "x"\n')
    with pytest.raises(ProjectError, match="missing"):
        read(tmp_path)
    good = (rung.projects.load("digits").folder / "project.toml").read_text()
    (tmp_path / "project.toml").write_text('colour = "red"\n' + good)
    with pytest.raises(ProjectError, match="colour"):
        read(tmp_path)


@pytest.mark.slow
def test_the_expected_score_is_reached(home):
    assert main(["digits", "--data", "mnist5k", "--name", "full"]) == 0
    low, high = rung.projects.load("digits").expected["mnist5k"]
    assert low <= find_run("full").result["score"]["value"] <= high
