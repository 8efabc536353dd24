"""One training on several processes is the same training; what ends one ends all, and nothing is lost."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest
from safetensors.numpy import load_file

import rung.projects
from rung.projects.command import main
from rung.scratch import nn
from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import SGD, SparseAdam
from rung.scratch.tensor import Tensor
from rung.train.backend import backend_of
from rung.train.callbacks import AverageGradients, ClipGradients, StopTogether
from rung.train.explain import explained
from rung.train.loop import Callback, Training, fit
from rung.train.processes import ALONE, ProcessError, Together, join, started_among
from rung.train.record import find_run
from rung.train.techniques import Techniques

RNG = np.random.default_rng(0)
X = RNG.normal(size=(33, 4)).astype(np.float32)  # batches of 8: the last one has a single row
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
WORDS = RNG.integers(0, 12, size=(33, 3))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


# -- quickly, with threads in the place of processes --------------------------------------------------------


class Meeting:
    """Where threads leave numbers and take those of all; between two meetings one of them runs at a time."""

    def __init__(self, world):
        self.barrier, self.left, self.baton = threading.Barrier(world, timeout=60), {}, threading.Lock()

    def all(self, rank, numbers):
        self.left[rank] = numbers.clone()
        self.baton.release()
        try:
            self.barrier.wait()
            found = [self.left[r] for r in sorted(self.left)]
            self.barrier.wait()
        finally:
            self.baton.acquire()
        return found


@dataclass(frozen=True)
class Threads(Together):
    """Threads of this process as if they were processes."""

    meeting: Meeting = field(default=None)

    def sum(self, numbers):
        numbers.copy_(sum(self.meeting.all(self.rank, numbers)))

    def same(self, numbers):
        numbers.copy_(self.meeting.all(self.rank, numbers)[0])


def at_once(world, work):
    """Run `work(together)` of every rank in a thread of its own; return what came of each."""
    meeting, found = Meeting(world), [None] * world

    def one(rank):
        with meeting.baton:
            try:
                found[rank] = work(Threads(rank, world, meeting=meeting))
            except Exception as error:
                found[rank] = error
                meeting.barrier.abort()

    threads = [threading.Thread(target=one, args=(rank,)) for rank in range(world)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def scratch(seed):
    model = MLP([4, 6, 2], rng=seed)
    loss = lambda model, x, y: F.cross_entropy(model(x), y)  # noqa: E731
    return model, SGD(list(model.parameters()), lr=0.3, momentum=0.9), loss, lambda r: (Tensor(X[r]), Y[r])


def pytorch(seed):
    import torch

    layers = [torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 2), torch.nn.Linear(2, 2)]
    model = torch.nn.Sequential(*layers).double()
    for i, p in enumerate(model.parameters()):
        p.data = torch.from_numpy(np.random.default_rng([seed, i]).normal(0, 0.5, p.shape))
    layers[-1].requires_grad_(False)  # frozen: has no gradient anywhere
    x, y = torch.from_numpy(X).double(), torch.from_numpy(Y)
    loss = lambda model, x, y: torch.nn.functional.cross_entropy(model(x), y)  # noqa: E731
    return model, torch.optim.AdamW(model.parameters(), lr=0.03), loss, lambda rows: (x[rows], y[rows])


def table_of_pytorch(seed):
    import torch

    table = torch.nn.Embedding(12, 2, sparse=True).double()
    table.weight.data = torch.from_numpy(np.random.default_rng(seed).normal(size=(12, 2)))
    words = torch.from_numpy(WORDS)
    loss = lambda model, x, y: (model(x).sum((1, 2)) - y).square().mean()  # noqa: E731
    answers = torch.from_numpy(Y)
    return (
        table,
        torch.optim.SparseAdam(list(table.parameters()), lr=0.1),
        loss,
        lambda rows: (words[rows], answers[rows]),
    )


def table_from_scratch(seed):
    table = nn.Embedding(12, 2, sparse=True, rng=seed)
    loss = lambda model, x, y: ((model(x).sum((1, 2)) - Tensor(y)) ** 2).mean()  # noqa: E731
    optimizer = SparseAdam(list(table.parameters()), lr=0.1)
    return table, optimizer, loss, lambda rows: (WORDS[rows], Y[rows].astype(np.float32))


class Losses(Callback):
    """Keeps what the loop tells of every step."""

    def __init__(self):
        self.seen = []

    def after_step(self, t):
        self.seen.append((t.loss, t.seen))


def trained(kind, together, callbacks=(), epochs=4, seed=3, batch=8):
    """Train alone or with the others; return the losses, and the weights at the end."""
    model, optimizer, loss, batch_of = kind(seed)
    t = Training(
        model,
        optimizer,
        lambda rows, step: batch_of(rows),
        loss,
        len(X),
        epochs,
        batch,
        seed,
        rank=together.rank,
        world=together.world,
    )
    losses = Losses()
    average = [AverageGradients(together)] * (together.world > 1)
    fit(t, [*average, *callbacks, losses, *[StopTogether(together)] * (together.world > 1)])
    weights = {name: array.copy() for name, array in backend_of(model).weights(model).items()}
    return losses.seen, weights


@pytest.mark.parametrize("world", [2, 3])
@pytest.mark.parametrize("kind", [scratch, pytorch, table_from_scratch, table_of_pytorch])
def test_the_curve_and_the_weights_are_those_of_one_process(kind, world):
    alone, own = trained(kind, ALONE)
    rtol = 1e-4 if kind in (scratch, table_from_scratch) else 1e-6  # float32 arrays, float64 tensors
    for found in at_once(world, lambda together: trained(kind, together)):
        losses, weights = found
        assert [seen for _, seen in losses] == [seen for _, seen in alone] == [8, 8, 8, 8, 1] * 4
        np.testing.assert_allclose([v for v, _ in losses], [v for v, _ in alone], rtol=rtol, atol=rtol)
        for name in own:
            np.testing.assert_allclose(weights[name], own[name], rtol=rtol, atol=rtol)


def test_all_processes_keep_the_same_weights_to_the_bit():
    (_, first), (_, second) = at_once(2, lambda together: trained(scratch, together))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_other_first_weights_are_replaced_by_the_first_ones():
    (_, first), (_, second) = at_once(2, lambda together: trained(scratch, together, seed=3 + together.rank))
    alike = [np.array_equal(first[name], second[name]) for name in first]
    assert all(alike)


def test_gradients_are_cut_by_the_length_they_have_together():
    _, own = trained(pytorch, ALONE, [ClipGradients(0.05)])
    (_, weights), _ = at_once(2, lambda together: trained(pytorch, together, [ClipGradients(0.05)]))
    for name in own:
        np.testing.assert_allclose(weights[name], own[name], rtol=1e-6, atol=1e-7)


def test_the_first_ones_wish_to_stop_stops_all_after_the_same_step():
    class StopAt(Callback):
        def after_step(self, t):
            t.stop = t.step == 3

    def work(together):
        return trained(scratch, together, [StopAt()] if together.first else [])

    assert [len(losses) for losses, _ in at_once(2, work)] == [3, 3]


def test_any_ones_wish_to_stop_is_known_to_all():
    def work(together):
        average, known = AverageGradients(together, wish=lambda: together.rank == 1), []

        class See(Callback):
            def after_step(self, t):
                known.append(average.wished)

        model, optimizer, loss, batch_of = scratch(0)
        whole = Training(model, optimizer, lambda rows, step: batch_of(rows), loss, 33, 1, 8)
        whole.rank, whole.world = together.rank, together.world
        fit(whole, [average, See()])
        return known

    assert at_once(2, work) == [[True] * 5, [True] * 5]


def test_processes_that_stand_at_other_steps_are_told_so():
    def work(together):
        model, optimizer, loss, batch_of = scratch(0)
        t = Training(
            model, optimizer, lambda rows, step: batch_of(rows), loss, 33, 2, 8, step=2 * together.rank
        )
        t.rank, t.world = together.rank, together.world
        fit(t, [AverageGradients(together)])

    error = at_once(2, work)[1]
    assert isinstance(error, ProcessError)
    assert error.message == "process 1 stands at step 2, the first one at step 0"


def test_words_and_numbers_of_the_first_reach_all():
    told = at_once(3, lambda together: (together.text("läuft" if together.first else ""), together.number(7)))
    assert told == [("läuft", 7)] * 3
    assert (ALONE.text("x"), ALONE.agree(True), ALONE.number(3)) == ("x", True, 3)


def test_without_torchrun_a_process_is_alone():
    assert started_among() == 1
    assert join() is ALONE
    assert not ALONE.left_behind


def test_a_process_whose_parent_is_gone_is_left_behind():
    assert not Together(0, 2, os.getppid()).left_behind
    assert Together(0, 2, os.getpid()).left_behind


def test_the_loop_is_explained_with_what_the_processes_add():
    text = explained(rung.projects.load("digits").recipe, Techniques(clip=1.0), procs=2)
    order = ["AverageGradients.after_backward", "ClipGradients.after_backward", "t.optimizer.step()"]
    order += ["Recorder.after_step", "StopTogether.after_step"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--procs", "0"], "--procs is 0"), (["--procs", "2", "--find-rate"], "--find-rate with --procs")],
)
def test_what_cannot_be_is_refused(words, message, capsys):
    assert main(["digits", *words]) == 2
    assert message in capsys.readouterr().err


# -- really -------------------------------------------------------------------------------------------------

# What rank 1 does to itself, or to who started it, after a certain step. It is there by the time that Python
# has started, so that the command under test is the one that people type.
SITE = """
import os, signal
if os.environ.get("RANK") == "1":
    from rung.train.callbacks.stop_together import StopTogether
    plain = StopTogether.after_step

    def after_step(self, t):
        if t.step == {step}:
            os.kill({whom}, signal.{signal})
        plain(self, t)

    StopTogether.after_step = after_step
"""


def train(home, *words, site=None):
    """Run `rung train digits` as people do; `site` is run in every process at its start."""
    env = {**os.environ, "RUNG_HOME": str(home), "OMP_NUM_THREADS": "1", "RUNG_DEVICE": "cpu"}
    if site is not None:
        folder = home / "site"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(site)
        env["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [env.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "rung", "train", "digits", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)


def curve(name, *keys):
    return [[line.get(key) for key in keys] for line in find_run(name).metrics()]


def arrays(name):
    return load_file(find_run(name).folder / "checkpoint.safetensors")


SMALL = ["--data", "mnist5k", "--data-limit", "600", "--epochs", "6", "--track", "none"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["scratch", "pytorch"])
def test_two_processes_train_as_one_does(engine, home):
    words = [*SMALL, "--plain", "--engine", engine]
    assert main(["digits", *words, "--name", "one"]) == 0
    done = train(home, *words, "--name", "two", "--procs", "2")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("epoch   6") == 1, "the first process alone tells"
    one, two = (np.array(curve(name, "step", "loss"), float) for name in ("one", "two"))
    np.testing.assert_array_equal(one[:, 0], two[:, 0])
    np.testing.assert_allclose(one[:, 1], two[:, 1], rtol=1e-5)
    one, two = arrays("one"), arrays("two")
    assert list(one) == list(two)
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-4, atol=1e-5)
    files = [{f.name for f in find_run(name).folder.iterdir()} for name in ("one", "two")]
    assert files[0] == files[1]
    assert find_run("two").config["procs"] == 2


@pytest.mark.slow
def test_a_killed_worker_and_a_ctrl_c_lose_nothing(home):
    assert train(home, *SMALL, "--procs", "2", "--name", "whole").returncode == 0

    killed = train(
        home,
        *SMALL,
        "--procs",
        "2",
        "--name",
        "broken",
        site=SITE.format(step=11, whom="os.getpid()", signal="SIGKILL"),
    )
    assert killed.returncode == 2
    assert "process 1 of 2 (numbered from 0) was ended by SIGKILL" in killed.stderr
    assert "rung train digits --resume broken goes on" in killed.stderr
    assert "Traceback" not in killed.stderr + killed.stdout
    run = find_run("broken")
    assert run.state == "stopped"
    assert sorted(f.name for f in run.folder.iterdir()) == [
        "checkpoint.safetensors",
        "config.json",
        "lock",
        "metrics.jsonl",
        "watch",
    ], "nothing half-written"
    kept = {f.suffix for f in (run.folder / "watch").iterdir()}
    assert kept <= {".json", ".jsonl", ".safetensors"}, "nor there"
    assert arrays("broken")

    stopped = train(
        home, "--resume", "broken", site=SITE.format(step=25, whom="os.getppid()", signal="SIGINT")
    )
    assert stopped.returncode == 1, stopped.stderr
    assert "stopped; to go on: rung train digits --resume broken" in stopped.stdout
    assert "Traceback" not in stopped.stderr + stopped.stdout
    assert run.state == "stopped"

    assert train(home, "--resume", "broken", site="").returncode == 0
    whole, broken = (
        np.array(curve(name, "step", "loss", "validation", "lr"), float) for name in ("whole", "broken")
    )
    np.testing.assert_allclose(broken, whole, rtol=1e-6)
    one, two = arrays("whole"), arrays("broken")
    for name in one:
        np.testing.assert_allclose(two[name], one[name], rtol=1e-5, atol=1e-7)


@pytest.mark.slow
def test_seeds_and_early_stopping_keep_the_processes_in_step(home):
    words = ["--seeds", "2", "--early-stop", "1", "--ema", "0.9", "--clip", "1", "--json", "--procs", "2"]
    done = train(home, *SMALL, *words, "--epochs", "40", "--lr", "0.001")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["seeds"]
    assert (find_run(told["run"]).folder / "seeds" / "1" / "metrics.jsonl").is_file()


@pytest.mark.slow
def test_a_fault_that_all_meet_is_told_once(home):
    words = ["--procs", "2", "--engine", "pytorch", "--lr", "1e30", "--name", "away"]
    done = train(home, *SMALL, *words)
    assert done.returncode == 2
    assert done.stderr.count("the loss is") == 1
    assert "Traceback" not in done.stderr
    assert find_run("away").state == "failed"
