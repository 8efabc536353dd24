"""What is kept of a training is that of the training, changes nothing in it, and survives a kill."""

import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from rung.explain.flow import measure
from rung.explain.weights import gradients, weights
from rung.projects.command import main
from rung.scratch import nn, optim
from rung.scratch.nn import functional as F
from rung.train.backend import backend_of
from rung.train.callbacks.watching import Watching, flow_rows, moments, snapshots
from rung.train.loop import Callback, Training, fit
from rung.train.record import find_run
from rung.train.watch import Recorder

DIGITS = ["digits", "--data", "mnist5k", "--data-limit", "300", "--track", "none"]
MOONS = ["boundary", "--epochs", "3", "--data-limit", "120", "--track", "none"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        yield folder


def small(engine, epochs=5):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)).astype(np.float32), rng.integers(0, 2, 20)
    mine = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Tanh(), nn.BatchNorm1d(4), nn.Linear(4, 2, rng=1))
    if engine == "scratch":
        optimizer, loss = optim.SGD(mine.parameters(), lr=0.1), lambda m, x, y: F.cross_entropy(m(x), y)
        model = mine
    else:
        t = torch.nn
        model = t.Sequential(t.Linear(3, 4), t.Tanh(), t.BatchNorm1d(4), t.Linear(4, 2))
        model.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in mine.state_dict().items()})
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss = lambda m, x, y: t.functional.cross_entropy(m(x), y)  # noqa: E731
    backend = backend_of(model)
    batch_of = lambda rows, step: (backend.inputs(x[rows]), backend.answers(y[rows]))  # noqa: E731
    return Training(model, optimizer, batch_of, loss, examples=20, epochs=epochs, batch=5), backend


class Beside(Callback):
    """Measures every step as `rung.explain` does."""

    def __init__(self):
        self.rows = {}

    def after_backward(self, t):
        self.before, self.gradients = weights(t.model), gradients(t.model)

    def after_step(self, t):
        self.rows[t.step] = measure(t.step, self.gradients, self.before, weights(t.model))


@pytest.mark.parametrize("engine", ["scratch", "pytorch"])
def test_the_rows_are_what_explain_measures_and_the_snapshots_the_weights(tmp_path, engine):
    t, backend = small(engine)
    beside, first = Beside(), backend.weights(t.model)
    first = {name: np.array(a) for name, a in first.items()}
    fit(t, [Watching(tmp_path, backend, snapshots=4, measured=8), beside])
    rows = flow_rows(tmp_path)
    assert [row["step"] for row in rows] == [s for s in moments(20, 8, 2) if s]
    for row in rows:
        for expected in beside.rows[row["step"]]:
            assert row["gradient"][expected.layer] == pytest.approx(expected.gradient, rel=1e-4)
            ratio = row["ratio"][expected.layer]
            assert (ratio is None) == np.isnan(expected.ratio)
            assert ratio is None or ratio == pytest.approx(expected.ratio, rel=1e-2)
    kept = {step: load_file(path) for step, path in snapshots(tmp_path).items()}
    assert list(kept) == moments(20, 4, 3)
    for step, wanted in ((0, first), (20, backend.weights(t.model))):
        assert kept[step].keys() == wanted.keys()
        for name, array in wanted.items():
            np.testing.assert_array_equal(kept[step][name], array)


def test_what_is_frozen_is_not_kept_again_and_what_does_not_fit_is_told(tmp_path):
    t, backend = small("pytorch", epochs=1)
    t.model[0].weight.requires_grad_(False)
    fit(t, [Watching(tmp_path / "a", backend)])
    about = json.loads((tmp_path / "a" / "about.json").read_text())
    assert "0.weight" not in about["parameters"]
    assert "0.weight" not in load_file(snapshots(tmp_path / "a")[0])
    t, backend = small("pytorch", epochs=1)
    fit(t, [Watching(tmp_path / "b", backend, budget=300)])
    assert not snapshots(tmp_path / "b")
    assert "3 snapshots" in json.loads((tmp_path / "b" / "about.json").read_text())["why"]
    assert len(flow_rows(tmp_path / "b")) == 4


def test_a_gradient_of_some_rows_has_the_norm_of_the_whole(tmp_path):
    norms = []
    for sparse in (False, True):
        words = np.array([[0, 2], [2, 2]])
        model = nn.Sequential(nn.Embedding(5, 3, rng=0, sparse=sparse), nn.Flatten(), nn.Linear(6, 2, rng=1))
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        t = Training(
            model, optimizer, lambda rows, step: (words[rows], rows % 2),  # noqa: B023
            lambda m, x, y: F.cross_entropy(m(x), y), examples=2, epochs=3, batch=2,
        )  # fmt: skip
        fit(t, [Watching(tmp_path / str(sparse), backend_of(model))])
        norms.append([row["gradient"]["0"] for row in flow_rows(tmp_path / str(sparse))])
    assert norms[0] == pytest.approx(norms[1], rel=1e-5)
    assert norms[0][0] > 0


def test_the_gradient_of_a_single_number_is_kept_too(tmp_path):
    class Shift(nn.Module):
        def __init__(self):
            super().__init__()
            self.by = nn.Parameter(np.array(2.0, np.float32))

        def forward(self, x):
            return x + self.by

    model = Shift()
    t = Training(
        model, optim.SGD(model.parameters(), lr=0.1), lambda rows, step: (np.zeros(2, np.float32), rows),
        lambda m, x, y: (m(x) * m(x)).mean(), examples=2, epochs=1, batch=2,
    )  # fmt: skip
    fit(t, [Watching(tmp_path, backend_of(model))])
    assert [list(row["gradient"].values()) for row in flow_rows(tmp_path)] == [[pytest.approx(4.0)]]


@pytest.mark.parametrize("engine", ["scratch", "pytorch"])
def test_a_training_is_the_same_to_the_bit_with_and_without(home, engine):
    words = [*DIGITS, "--epochs", "2", "--engine", engine]
    names = [f"seen-{engine}", f"unseen-{engine}"]
    assert main([*words, "--name", names[0]]) == 0
    assert main([*words, "--name", names[1], "--no-watch"]) == 0
    seen, unseen = (find_run(name).folder for name in names)
    assert (seen / "model.safetensors").read_bytes() == (unseen / "model.safetensors").read_bytes()
    assert not (unseen / "watch").exists()
    assert len(snapshots(seen / "watch")) > 3
    curves = [[(m["step"], m["loss"]) for m in find_run(n).metrics()] for n in names]
    assert curves[0] == curves[1]


@pytest.mark.slow
def test_what_was_kept_after_a_kill_is_that_of_an_unbroken_training(home, monkeypatch):
    assert main([*MOONS, "--name", "whole"]) == 0
    after = Recorder.after_step

    def die(self, t):
        after(self, t)
        if t.step == 12:  # the last checkpoint is that of step 10 or before
            raise KeyboardInterrupt

    monkeypatch.setattr(Recorder, "after_step", die)
    assert main([*MOONS, "--name", "broken"]) == 1
    monkeypatch.setattr(Recorder, "after_step", after)
    whole, broken = (find_run(name).folder / "watch" for name in ("whole", "broken"))
    with open(broken / "flow.jsonl", "a") as file:
        file.write('{"step": 13, "grad')  # what a kill leaves of a line
    assert main(["boundary", "--resume", "broken"]) == 0
    assert (broken / "flow.jsonl").read_text() == (whole / "flow.jsonl").read_text()
    assert (broken / "about.json").read_text() == (whole / "about.json").read_text()
    assert list(snapshots(broken)) == list(snapshots(whole))
    for step, path in snapshots(whole).items():
        assert path.read_bytes() == snapshots(broken)[step].read_bytes()


@pytest.mark.slow
def test_a_resumed_run_keeps_its_wish_not_to_be_watched(home, monkeypatch):
    after = Recorder.after_step

    def die(self, t):
        after(self, t)
        if t.step == 7:
            raise KeyboardInterrupt

    monkeypatch.setattr(Recorder, "after_step", die)
    assert main([*MOONS, "--name", "private", "--no-watch"]) == 1
    monkeypatch.setattr(Recorder, "after_step", after)
    assert main(["boundary", "--resume", "private"]) == 0
    assert not (find_run("private").folder / "watch").exists()


def test_moments_lie_closer_at_the_beginning_and_a_short_training_has_fewer():
    assert moments(5, 80, 2) == [0, 1, 2, 3, 4, 5]
    found = moments(10_000, 16, 3)
    assert found[0] == 0
    assert found[-1] == 10_000
    assert (np.diff(np.diff(found)) >= 0).all()
