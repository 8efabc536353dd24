"""A run's folder, whose code trains, and options from a dataclass."""

import multiprocessing
from dataclasses import dataclass

import numpy as np
import pytest

from rung.scratch import ops
from rung.scratch.errors import RungError, UnknownNameError
from rung.scratch.function import Function, current
from rung.scratch.tensor import Tensor, apply
from rung.train.options import OptionError, describe, option, parse
from rung.train.parts import Part, PartError, using, whose
from rung.train.record import RunError, find_run, new_run, runs


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def begun(name, started, project="digits"):
    run = new_run(project, name)
    run.write("config.json", {"project": project, "started": started})
    return run


def test_a_run_is_found_again_newest_first():
    assert runs() == []
    begun("old", 1), begun("new", 3), begun("other", 2, "else")
    assert [r.name for r in runs()] == ["new", "other", "old"]
    assert [r.name for r in runs("digits")] == ["new", "old"]
    assert find_run("old").config["started"] == 1
    with pytest.raises(UnknownNameError, match='did you mean "other"'):
        find_run("othr")


def test_two_runs_of_the_same_second_get_two_folders():
    first, second = new_run("digits"), new_run("digits")
    assert first.folder != second.folder
    assert second.folder.is_dir()


def test_names_that_are_taken_or_no_names_are_refused():
    new_run("digits", "mine")
    with pytest.raises(RunError, match=r"a run mine already(.|\n)*--resume mine"):
        new_run("digits", "mine")
    for name in ("", "a/b", "..", "a:b", "a b", "--x"):
        with pytest.raises(RunError, match="cannot be called"):
            new_run("digits", name)


def test_the_curve_survives_a_line_cut_in_two():
    run = begun("r", 1)
    assert run.metrics() == []
    for step in (1, 2, 3):
        run.log({"step": step})
    with open(run.folder / "metrics.jsonl", "a") as file:
        file.write('{"step": 4, "lo')
    assert [line["step"] for line in run.metrics()] == [1, 2, 3]
    run.forget_after(2)
    run.log({"step": 3})
    assert (run.folder / "metrics.jsonl").read_text() == '{"step": 1}\n{"step": 2}\n{"step": 3}\n'


def _train_and_wait(folder, ready, done):
    from rung.train.record import Run

    with Run(folder).training():
        ready.set()
        done.wait()


def test_the_state_is_what_is_so_even_after_a_kill():
    run = begun("r", 1)
    assert run.state == "stopped"
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=_train_and_wait, args=(run.folder, ready, done))
    process.start()
    ready.wait()
    assert run.state == "running"
    with pytest.raises(RunError, match="trained by another process"), run.training():
        pass
    process.kill()
    process.join()
    assert run.state == "stopped"
    run.write("fault.json", {"message": "x"})
    assert run.state == "failed"
    run.write("result.json", {})
    assert run.state == "finished"


def test_training_takes_an_old_wish_to_stop_away():
    run = begun("r", 1)
    run.ask_to_stop()
    assert run.asked_to_stop()
    with run.training():
        assert not run.asked_to_stop()
        assert run.state == "running"


# Whose code.

PARTS = (Part(ops.activation.ReLU, "ReLU", "relu-lesson"), Part(ops.linear.Linear, "Linear", "linear-lesson"))


class MyReLU(Function):
    def forward(self, x):
        self.open = x > 0
        return np.maximum(x, 0)

    def backward(self, g):
        return g * self.open[:, :1000] @ np.eye(3)  # passes its check on 3 columns, and no others


def test_parts_are_told_apart_and_put_back():
    usual = current(ops.activation.ReLU)
    assert [p["whose"] for p in whose(PARTS, {ops.activation.ReLU: MyReLU})] == ["yours", "library"]
    with using(PARTS, {ops.activation.ReLU: MyReLU, int: float}):
        assert current(ops.activation.ReLU) is MyReLU
        assert current(int) is int  # not a part of this project
    assert current(ops.activation.ReLU) is usual


def test_a_fault_in_the_learners_part_is_theirs_with_its_line():
    usual = current(ops.activation.ReLU)
    x = Tensor(np.ones((2, 4)), requires_grad=True)
    with (
        pytest.raises(PartError) as error,
        using(PARTS, {ops.activation.ReLU: MyReLU}),
    ):
        apply(ops.activation.ReLU, x).sum().backward()
    line = MyReLU.backward.__code__.co_firstlineno + 1
    assert f"your ReLU failed: {__file__}, line {line}, in backward: ValueError" in str(error.value)
    assert "rung check relu-lesson" in str(error.value)
    assert current(ops.activation.ReLU) is usual


class Flat(Function):
    def forward(self, x):
        return x.ravel()

    def backward(self, g):
        return g, g


def test_what_a_part_returns_is_suspected_when_the_library_fails_on_it():
    x = Tensor(np.ones((2, 4)), requires_grad=True)
    parts = {ops.activation.ReLU: Flat}
    with (
        pytest.raises(
            PartError, match=r"on your parts \(ReLU\), though not in their code: GradientError: Flat"
        ),
        using(PARTS, parts),
    ):
        apply(ops.activation.ReLU, x).sum().backward()


def test_faults_that_are_not_of_computing_stay_what_they_are():
    with pytest.raises(RunError), using(PARTS, {ops.activation.ReLU: MyReLU}):
        raise RunError("no disk")
    with pytest.raises(ZeroDivisionError), using(PARTS, {}):
        1 / 0  # noqa: B018


# Options.


@dataclass
class First:
    lr: float = option(0.1, "learning rate")
    hidden: tuple[int, ...] = option((4, 2), "widths")


@dataclass
class Second:
    dry_run: bool = option(False, "try")
    limit: int | None = option(None, "examples")
    resume: str | bool | None = option(None, "go on")


def test_options_fill_both_dataclasses():
    first, second = parse(
        ["--dry-run", "--lr", "1e-2", "--hidden=8,8", "--limit", "9", "--resume"], First, Second
    )
    assert first == First(0.01, (8, 8))
    assert second == Second(True, 9, True)
    assert parse(["--resume", "x", "--dry-run=false"], First, Second)[1] == Second(False, None, "x")
    assert parse(["--resume", "--lr", "2"], First, Second) == [First(2.0), Second(resume=True)]
    assert parse([], First, Second) == [First(), Second()]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rl", "1"], r"no option --rl(.|\n)*did you mean --lr\?"),
        (["fast"], "'fast' is not an option"),
        (["--lr"], "--lr stands without its value"),
        (["--lr", "fast"], "--lr cannot be 'fast'"),
        (["--hidden", "a,b"], r"--hidden cannot be 'a,b'(.|\n)*256,128"),
        (["--limit", "1.5"], "--limit cannot be '1.5'"),
        (["--dry-run=maybe"], "--dry-run cannot be 'maybe'"),
    ],
)
def test_wrong_options_are_refused_with_advice(words, message):
    with pytest.raises(OptionError, match=message):
        parse(words, First, Second)


def test_the_help_names_every_option_and_default():
    assert describe(First, Second).splitlines() == [
        "  --lr 0.1                learning rate",
        "  --hidden 4,2            widths",
        "  --dry-run               try",
        "  --limit                 examples",
        "  --resume                go on",
    ]


def test_errors_are_rungs():
    assert all(issubclass(e, RungError) for e in (OptionError, PartError, RunError))
