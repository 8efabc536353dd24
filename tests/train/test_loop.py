"""The loop and its records: same seed, same curve; a broken training ends where a whole one does."""

import io
import itertools
import re

import numpy as np
import pytest

from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import SGD
from rung.train.backend import backend_of
from rung.train.callbacks import ClipGradients, EarlyStopping, Ema, Randomness, Schedule, Validation
from rung.train.checkpoint import CheckpointError, load_checkpoint, save_checkpoint, save_weights, write_whole
from rung.train.inputs import Inputs, predict
from rung.train.loop import Callback, Training, TrainingError, fit, steps_per_epoch
from rung.train.progress import Bar, Plain, duration, progress
from rung.train.record import Run
from rung.train.watch import Recorder, Stop

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def jitter(x, rng):
    return x + rng.normal(0, 0.01, x.shape).astype(np.float32)


INPUTS = Inputs(X, Y, {"train": np.arange(40), "validation": np.arange(40, 50)}, augment=jitter)
RATE = Schedule(lambda step: 0.3 / (1 + step))


def scratch(momentum=0.9):
    model = MLP([4, 6, 2], rng=1)
    optimizer = SGD(list(model.parameters()), lr=0.1, momentum=momentum)
    return model, optimizer, lambda model, x, y: F.cross_entropy(model(x), y)


def pytorch(momentum=0.9):
    import torch

    torch.manual_seed(1)
    layers = [torch.nn.Linear(4, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU(), torch.nn.Dropout(0.1)]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(16, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    return model, optimizer, lambda model, x, y: torch.nn.functional.cross_entropy(model(x), y)


KINDS = pytest.mark.parametrize("kind", [scratch, pytorch])


def training(kind=scratch, epochs=3, batch=8, seed=4, step=0, **more):
    model, optimizer, loss = kind(**more)
    batch_of = INPUTS.batch_of(backend_of(model), seed)
    return Training(model, optimizer, batch_of, loss, 40, epochs, batch, seed, step)


class Listener(Callback):
    def __init__(self, stop_at=None):
        self.seen, self.stop_at, self.moments = [], stop_at, []

    def after_step(self, t):
        self.seen.append((t.step, t.loss))
        self.moments.append("step")
        t.stop = t.step == self.stop_at

    def begin(self, t):
        self.moments.append("begin")

    def before_step(self, t):
        self.moments.append("before")

    def after_backward(self, t):
        self.moments.append("backward")

    def after_epoch(self, t):
        self.moments.append("epoch")

    def end(self, t):
        self.moments.append("end")


def weights(model):
    return b"".join(a.tobytes() for a in backend_of(model).weights(model).values())


@KINDS
def test_it_learns_and_tells_of_every_moment(kind):
    t, listener = training(kind, epochs=40), Listener()
    assert (t.per_epoch, t.total) == (5, 200)
    assert steps_per_epoch(50, 8) == 7
    fit(t, [Schedule(lambda _: 0.05), listener])
    losses = [loss for _, loss in listener.seen]
    assert np.mean(losses[-50:]) < 0.7 * np.mean(losses[:5])
    step = ["before", "backward", "step"]
    assert listener.moments == ["begin", *(step * 5 + ["epoch"]) * 40, "end"]


def test_each_epoch_shows_every_training_row_once_in_a_new_order():
    t, shown = training(epochs=2), []
    plain = Inputs(X, Y, INPUTS.splits).batch_of(backend_of(t.model), 4)
    t.batch_of = lambda rows, step: shown.append(rows) or plain(rows, step)
    fit(t)
    first, second = np.concatenate(shown[:5]), np.concatenate(shown[5:])
    assert sorted(first) == sorted(second) == list(range(40)), "the ten others are never drawn"
    assert first.tolist() != second.tolist()


@KINDS
def test_the_same_seed_gives_the_same_curve_and_another_seed_another(kind):
    curves = []
    for seed in (4, 4, 5):
        t, listener = training(kind, seed=seed), Listener()
        fit(t, [RATE, Randomness(backend_of(t.model)), listener])
        curves.append(listener.seen)
    assert curves[0] == curves[1] != curves[2]


def test_the_rate_is_set_before_every_step_and_scaled_by_group():
    t, asked = training(epochs=1), []
    t.optimizer.param_groups[0]["scale"] = 0.5
    fit(t, [Schedule(lambda s: asked.append(s) or 0.1)])
    assert asked == list(range(5))
    assert t.optimizer.param_groups[0]["lr"] == 0.05


def everything(t):
    """Callbacks with a memory, as a training uses them."""
    backend = backend_of(t.model)
    rows = INPUTS.splits["validation"]
    answers = lambda: predict(backend, t.model, INPUTS, rows).argmax(1)  # noqa: E731
    kept = [ClipGradients(1.0), Ema(backend, 0.9)]
    stopping = EarlyStopping(backend, 100, higher=True)
    validation = Validation(lambda: float((answers() == Y[rows]).mean()))
    return [RATE, Randomness(backend), *kept, validation, stopping], [*kept, stopping]


@KINDS
def test_asking_a_model_leaves_it_in_the_mode_it_was_in(kind):
    t = training(kind)
    backend = backend_of(t.model)
    for mode in (True, False):  # in training; and when what was trained is looked into
        backend.mode(t.model, training=mode)
        predict(backend, t.model, INPUTS, np.arange(40))
        assert {part.training for part in t.model.modules()} == {mode}


@KINDS
@pytest.mark.parametrize("stop_at", [1, 4, 5, 6, 12])
def test_stopped_anywhere_and_continued_it_ends_the_same(tmp_path, kind, stop_at):
    whole, listener = training(kind), Listener()
    fit(whole, [*everything(whole)[0], listener])

    t, before = training(kind), Listener(stop_at)
    callbacks, kept = everything(t)
    fit(t, [*callbacks, before])
    assert t.step == stop_at
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, t.model, t.optimizer, {"step": stop_at}, kept)

    t, after = training(kind), Listener()
    for p in t.model.parameters():
        p.data += 1  # nothing of the new model may remain
    callbacks, kept = everything(t)
    t.step = load_checkpoint(path, t.model, t.optimizer, kept)["step"]
    fit(t, [*callbacks, after])
    assert before.seen + after.seen == listener.seen
    assert weights(t.model) == weights(whole.model)


def test_two_ranks_see_together_what_one_process_sees():
    alone, shown = [], []
    t = training()
    plain = t.batch_of
    t.batch_of = lambda rows, step: alone.append(set(rows.tolist())) or plain(rows, step)
    fit(t)
    for rank in (0, 1):
        t = training()
        t.rank, t.world, plain, mine = rank, 2, t.batch_of, []
        t.batch_of = lambda rows, step, mine=mine, plain=plain: (
            mine.append(set(rows.tolist())) or plain(rows, step)
        )
        fit(t)
        shown.append(mine)
    assert [a | b for a, b in zip(*shown, strict=True)] == alone
    assert not any(a & b for a, b in zip(*shown, strict=True))


def test_a_loss_that_is_no_number_ends_it_with_advice():
    t = training(epochs=50, momentum=0.0)
    with (
        np.errstate(all="ignore"),
        pytest.raises(TrainingError, match=r"the loss is (nan|inf) after step \d+(.|\n)*smaller learning"),
    ):
        fit(t, [Schedule(lambda _: 1e9)])


# Checkpoints.


def test_a_damaged_checkpoint_is_named(tmp_path):
    path = tmp_path / "c.safetensors"
    model, optimizer, _ = scratch()
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

    model = scratch()[0]
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


def recorder(run, stop=None, **more):
    return Recorder(
        run,
        say=lambda value: f"{value:.0%}",
        progress=Plain(io.StringIO()),
        stop=stop or Stop(),
        asked=run.asked_to_stop,
        note={},
        **more,
    )


def test_the_curve_has_a_line_every_so_often_and_one_at_each_epochs_end(tmp_path):
    run, listener = Run(tmp_path), Listener()
    fit(training(), [RATE, Validation(lambda: 0.5), listener, recorder(run, every=2)])
    lines = run.metrics()
    assert [line["step"] for line in lines] == [2, 4, 5, 7, 9, 10, 12, 14, 15]
    assert [line.get("epoch") for line in lines] == [None, None, 1, None, None, 2, None, None, 3]
    assert lines[0]["loss"] == pytest.approx(np.mean([loss for _, loss in listener.seen[:2]]))
    assert lines[-1]["validation"] == 0.5
    assert lines[-1]["left"] == 0
    assert all(line["lr"] == RATE.rate(line["step"] - 1) for line in lines)


def test_checkpoints_fall_on_epochs_and_on_pauses(tmp_path, monkeypatch):
    import rung.train.watch as watch

    run, saved = Run(tmp_path), []
    monkeypatch.setattr(watch, "time", Clock())
    monkeypatch.setattr(watch, "save_checkpoint", lambda path, m, o, note, kept: saved.append(note["step"]))
    fit(training(), [Validation(lambda: 0.5), recorder(run, every=2, pause=2)])
    assert {5, 10, 15} < set(saved)
    assert set(saved) < {line["step"] for line in run.metrics()}


def test_a_wish_to_stop_is_granted_with_a_checkpoint(tmp_path):
    stop = Stop()
    stop.wished = True
    t = training()
    fit(t, [recorder(Run(tmp_path), stop, every=3)])
    assert t.step == 3
    assert load_checkpoint(tmp_path / "checkpoint.safetensors", t.model, t.optimizer)["step"] == 3


def test_the_page_can_ask_to_stop(tmp_path):
    run, t = Run(tmp_path), training()
    run.ask_to_stop()
    fit(t, [recorder(run, every=3)])
    assert t.step == 3


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
