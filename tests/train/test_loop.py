"""The loop and its records: same seed, same curve; a broken training ends where a whole one does."""

import io
import itertools
import re

import numpy as np
import pytest

from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import SGD
from rung.train.checkpoint import CheckpointError, load_checkpoint, save_checkpoint, save_weights, write_whole
from rung.train.loop import TrainingError, fit, steps_per_epoch
from rung.train.progress import Bar, Plain, duration, progress
from rung.train.record import Run
from rung.train.watch import Recorder, Stop

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
SETTINGS = dict(epochs=3, batch=8, rate=lambda step: 0.3 / (1 + step), seed=4)


def parts(momentum=0.9):
    model = MLP([4, 6, 2], rng=1)
    return model, SGD(list(model.parameters()), lr=0.1, momentum=momentum)


class Listener:
    def __init__(self, stop_at=None):
        self.seen, self.stop_at = [], stop_at

    def after_step(self, step, loss, epoch_done):
        self.seen.append((step, loss, epoch_done))
        return step == self.stop_at


def weights(model):
    return b"".join(a.tobytes() for a in model.state_dict().values())


def test_it_learns_and_tells_of_every_step():
    model, optimizer = parts()
    listener = Listener()
    assert steps_per_epoch(50, 8) == 7
    assert (
        fit(
            model,
            optimizer,
            F.cross_entropy,
            X,
            Y,
            epochs=40,
            batch=8,
            rate=lambda _: 0.1,
            watcher=listener,
        )
        == 280
    )
    losses = [loss for _, loss, _ in listener.seen]
    assert np.mean(losses[-7:]) < np.mean(losses[:7]) / 4
    assert [step for step, _, done in listener.seen if done] == [7 * e for e in range(1, 41)]


def test_each_epoch_shows_every_example_once_in_a_new_order():
    shown = []

    class Spy:
        param_groups = ()

        def zero_grad(self):
            pass

        step = zero_grad

    def model(x):
        shown.append(x.data[:, 0].copy())
        return x

    def loss(scores, answers):
        return MLP([4, 1], rng=0)(scores).sum()

    fit(model, Spy(), loss, X, Y, epochs=2, batch=8, rate=lambda _: 0.1, seed=3)
    first, second = np.concatenate(shown[:7]), np.concatenate(shown[7:])
    assert sorted(first) == sorted(second) == sorted(X[:, 0])
    assert first.tolist() != second.tolist()


def test_the_same_seed_gives_the_same_curve_and_another_seed_another():
    curves = []
    for seed in (4, 4, 5):
        listener = Listener()
        fit(*parts(), F.cross_entropy, X, Y, **{**SETTINGS, "seed": seed}, watcher=listener)
        curves.append(listener.seen)
    assert curves[0] == curves[1] != curves[2]


def test_the_rate_is_asked_at_every_step():
    model, optimizer = parts(momentum=0.0)
    asked = []
    fit(model, optimizer, F.cross_entropy, X, Y, epochs=1, batch=8, rate=lambda s: asked.append(s) or 0.1)
    assert sorted(set(asked)) == list(range(7))
    assert optimizer.param_groups[0]["lr"] == 0.1


@pytest.mark.parametrize("stop_at", [1, 6, 7, 8, 20])
def test_stopped_anywhere_and_continued_it_ends_the_same(tmp_path, stop_at):
    whole, optimizer = parts()
    listener = Listener()
    fit(whole, optimizer, F.cross_entropy, X, Y, **SETTINGS, watcher=listener)

    model, optimizer = parts()
    before = Listener(stop_at)
    assert fit(model, optimizer, F.cross_entropy, X, Y, **SETTINGS, watcher=before) == stop_at
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, model, optimizer, {"step": stop_at})

    model, optimizer = parts()
    for p in model.parameters():
        p.data += 1  # nothing of the new model may remain
    note = load_checkpoint(path, model, optimizer)
    after = Listener()
    fit(model, optimizer, F.cross_entropy, X, Y, **SETTINGS, start=note["step"], watcher=after)
    assert before.seen + after.seen == listener.seen
    assert weights(model) == weights(whole)


def test_a_loss_that_is_no_number_ends_it_with_advice():
    model, optimizer = parts(momentum=0.0)
    with (
        np.errstate(all="ignore"),
        pytest.raises(TrainingError, match=r"the loss is (nan|inf) after step \d+(.|\n)*smaller learning"),
    ):
        fit(model, optimizer, F.cross_entropy, X, Y, epochs=50, batch=8, rate=lambda _: 1e9)


# Checkpoints.


def test_a_damaged_checkpoint_is_named(tmp_path):
    path = tmp_path / "c.safetensors"
    model, optimizer = parts()
    save_checkpoint(path, model, optimizer, {})
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(CheckpointError, match=r"c\.safetensors cannot be read as a checkpoint"):
        load_checkpoint(path, model, optimizer)
    save_weights(path, model)
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_checkpoint(path, model, optimizer)


def test_weights_are_read_by_pytorch(tmp_path):
    import torch
    from safetensors.torch import load_file

    model, _ = parts()
    save_weights(tmp_path / "w.safetensors", model)
    loaded = load_file(tmp_path / "w.safetensors")
    assert {n: tuple(t.shape) for n, t in loaded.items()} == {
        n: a.shape for n, a in model.state_dict().items()
    }
    name, array = next(iter(model.state_dict().items()))
    assert torch.equal(loaded[name], torch.from_numpy(array))


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "f.json"
    write_whole(path, "old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
    with pytest.raises(OSError, match="power cut"):
        write_whole(path, "new, and longer")
    assert path.read_text() == "old"


# What the recorder writes.


class Clock:
    """Time that passes by one second whenever it is looked at."""

    def __init__(self):
        self.ticks = itertools.count()

    def perf_counter(self):
        return float(next(self.ticks))


def recorder(run, model, optimizer, stop=None, note=None, **more):
    return Recorder(
        run,
        model,
        optimizer,
        total=21,
        batch=8,
        validate=lambda: 0.5,
        progress=Plain(io.StringIO()),
        stop=stop or Stop(),
        asked=run.asked_to_stop,
        note=note or {},
        **more,
    )


def test_the_curve_has_a_line_every_so_often_and_one_at_each_epochs_end(tmp_path):
    run = Run(tmp_path)
    model, optimizer = parts()
    listener = Listener()
    watcher = recorder(run, model, optimizer, every=3)

    class Both:
        def after_step(self, *args, epoch_done):
            listener.after_step(*args, epoch_done)
            return watcher.after_step(*args, epoch_done)

    fit(model, optimizer, F.cross_entropy, X, Y, **SETTINGS, watcher=Both())
    lines = run.metrics()
    assert [line["step"] for line in lines] == [3, 6, 7, 10, 13, 14, 17, 20, 21]
    assert [line.get("epoch") for line in lines] == [None, None, 1, None, None, 2, None, None, 3]
    assert lines[0]["loss"] == pytest.approx(np.mean([loss for _, loss, _ in listener.seen[:3]]))
    assert lines[-1]["validation"] == 0.5
    assert lines[-1]["left"] == 0
    assert all(line["lr"] == SETTINGS["rate"](line["step"] - 1) for line in lines)


def test_checkpoints_fall_on_epochs_and_on_pauses(tmp_path, monkeypatch):
    import rung.train.watch as watch

    run, saved = Run(tmp_path), []
    monkeypatch.setattr(watch, "time", Clock())
    monkeypatch.setattr(watch, "save_checkpoint", lambda path, m, o, note: saved.append(note["step"]))
    model, optimizer = parts()
    watcher = recorder(run, model, optimizer, every=2, pause=4)
    fit(model, optimizer, F.cross_entropy, X, Y, **SETTINGS, watcher=watcher)
    assert {7, 14, 21} < set(saved)
    assert set(saved) < {line["step"] for line in run.metrics()}


def test_a_wish_to_stop_is_granted_with_a_checkpoint(tmp_path):
    run = Run(tmp_path)
    model, optimizer = parts()
    stop = Stop()
    stop.wished = True
    watcher = recorder(run, model, optimizer, stop, every=3)
    assert fit(model, optimizer, F.cross_entropy, X, Y, **SETTINGS, watcher=watcher) == 3
    assert load_checkpoint(tmp_path / "checkpoint.safetensors", model, optimizer)["step"] == 3


def test_the_page_can_ask_to_stop(tmp_path):
    run = Run(tmp_path)
    run.ask_to_stop()
    model, optimizer = parts()
    watcher = recorder(run, model, optimizer, every=3)
    assert fit(model, optimizer, F.cross_entropy, X, Y, **SETTINGS, watcher=watcher) == 3


def test_times_are_said_as_people_say_them():
    assert [duration(s) for s in (0.4, 59, 60, 125, 7260)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "2 min 5 s",
        "2 h 1 min",
    ]


def test_the_bar_shows_loss_speed_and_time_left(capsys):
    bar = Bar()
    bar.start(100, 40)
    bar.step(60, 0.1234, 5000.0, 65.0)
    bar.line("epoch [1] done")
    bar.close()
    out = capsys.readouterr().out
    assert "epoch [1] done" in out  # brackets are text here, not rich's markup
    assert "60/100" in out
    assert "loss 0.1234  5,000/s  1 min 5 s left" in re.sub(r"\n", "", out)


def test_a_bar_is_for_people_and_lines_are_for_files():
    assert isinstance(progress(), Plain)  # pytest's stdout is no terminal
