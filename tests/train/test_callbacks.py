"""Callbacks, each alone: what it changes, and what it leaves."""

from types import SimpleNamespace

import numpy as np
import pytest
from test_loop import KINDS, Listener, pytorch, scratch, training, weights

from rung.scratch.errors import SettingError
from rung.train.backend import backend_of
from rung.train.callbacks import ClipGradients, EarlyStopping, Ema, MixedPrecision, Randomness, Validation
from rung.train.loop import Callback, fit
from rung.train.options import OptionError
from rung.train.techniques import Techniques, chosen


def norm(t):
    arrays = [np.asarray(p.grad) for group in t.optimizer.param_groups for p in group["params"]]
    return float(np.sqrt(sum(np.square(a).sum() for a in arrays)))


@KINDS
def test_gradients_are_cut_to_a_length_and_short_ones_left(kind):
    t, lengths = training(kind, epochs=1), []
    clip = ClipGradients(0.05)

    class See(Callback):
        def after_backward(self, t):
            lengths.append((clip.norm, norm(t)))

    fit(t, [clip, See()])
    assert all(after <= 0.05 * 1.001 for _, after in lengths)
    assert any(before > 0.05 for before, _ in lengths)
    t, lengths = training(kind, epochs=1), []
    clip = ClipGradients(1e6)
    fit(t, [clip, See()])
    assert all(before == pytest.approx(after, rel=1e-4) for before, after in lengths)


@KINDS
def test_early_stopping_ends_it_and_gives_the_best_epochs_weights_back(kind):
    t = training(kind, epochs=10)
    scores, seen = iter([0.1, 0.5, 0.5, 0.4, 0.9]), []

    class Keep(Callback):
        def after_epoch(self, t):
            seen.append(weights(t.model))

    stopping = EarlyStopping(backend_of(t.model), patience=2, higher=True)
    fit(t, [Validation(lambda: next(scores)), Keep(), stopping])
    assert len(seen) == 4, "an equal score is not a better one"
    assert stopping.stopped
    assert weights(t.model) == seen[1]


def test_early_stopping_on_an_error_waits_for_less():
    t = training(epochs=10)
    scores = iter([3.0, 2.0, 2.5, 2.6])
    stopping = EarlyStopping(backend_of(t.model), patience=2, higher=False)
    fit(t, [Validation(lambda: next(scores)), stopping])
    assert (t.step, stopping.best) == (20, 2.0)


@KINDS
def test_the_average_is_the_recursion_and_ends_in_the_model(kind):
    t = training(kind, epochs=2)
    backend = backend_of(t.model)
    ema, steps = Ema(backend, 0.5), []

    class Keep(Callback):
        def after_step(self, t):
            steps.append({n: a.copy() for n, a in backend.weights(t.model).items()})

    fit(t, [ema, Keep()])
    name = next(iter(steps[0]))
    average = steps[0][name].astype(np.float64)
    for i, step in enumerate(steps, start=1):
        decay = min(0.5, (1 + i) / (10 + i))
        average = decay * average + (1 - decay) * step[name]
    np.testing.assert_allclose(backend.weights(t.model)[name], average, rtol=1e-5)


def test_the_average_stands_in_for_the_weights_and_gives_them_back():
    t = training(epochs=1)
    ema = Ema(backend_of(t.model), 0.9)
    with ema.in_place(t.model):
        pass  # nothing to average yet
    fit(t, [ema, Listener(stop_at=3)])
    own = weights(t.model)
    with ema.in_place(t.model):
        assert weights(t.model) != own
    assert weights(t.model) == own


def test_dropout_draws_by_seed_and_step():
    import torch

    t = training(pytorch)
    callback, x = Randomness(backend_of(t.model)), torch.ones(100)
    drawn = {}
    for seed, step in ((1, 5), (1, 6), (2, 5), (1, 5)):
        t.seed, t.step = seed, step
        callback.before_step(t)
        mask = torch.nn.functional.dropout(x).numpy().tobytes()
        assert drawn.setdefault((seed, step), mask) == mask
    assert len(set(drawn.values())) == 3


def test_a_seed_at_every_step_writes_no_stack_traces_down(monkeypatch):
    import torch

    t = training(pytorch)
    t.seed, t.step = 1, 5
    torch.manual_seed(1_000_003 + 5)
    drawn = torch.rand(9)

    def told(*_):
        raise AssertionError("torch.manual_seed does this for every kind of device that is not there")

    monkeypatch.setattr("traceback.format_stack", told)
    Randomness(backend_of(t.model)).before_step(t)
    assert torch.equal(torch.rand(9), drawn)


def test_dropout_from_scratch_draws_by_seed_and_step():
    from rung.scratch import nn
    from rung.scratch.tensor import Tensor

    layers = nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5))
    callback = Randomness(backend_of(layers))
    t = SimpleNamespace(model=layers, seed=0, step=3, world=1, rank=0)
    masks = []
    for _ in range(2):
        callback.before_step(t)
        masks.append([layer(Tensor(np.ones(64, np.float32))).data.tobytes() for layer in layers])
    assert masks[0] == masks[1]
    assert masks[0][0] != masks[0][1], "two layers do not draw alike"


def test_bfloat16_computes_the_forward_pass_and_leaves_the_weights():
    import torch

    t, kinds = training(pytorch, epochs=1), []
    t.model.register_forward_hook(lambda module, given, out: kinds.append(out.dtype))
    fit(t, [MixedPrecision("cpu")])
    assert set(kinds) == {torch.bfloat16}
    assert {p.dtype for p in t.model.parameters()} == {torch.float32}


def test_bfloat16_is_refused_from_scratch():
    with pytest.raises(SettingError, match=r"--bf16 with a model from scratch"):
        fit(training(scratch), [MixedPrecision("cpu")])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"early_stop": 0}, "--early-stop is 0"),
        ({"clip": -1.0}, "--clip is -1"),
        ({"ema": 1.0}, "--ema is 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(OptionError, match=message):
        Techniques(**settings)


def test_only_what_was_asked_for_is_there():
    model = scratch()[0]
    assert chosen(Techniques(), backend_of(model), True).all == ()
    asked = chosen(Techniques(early_stop=2, clip=1.0, ema=0.9), backend_of(model), True)
    assert [type(c).__name__ for c in asked.all] == ["ClipGradients", "Ema", "EarlyStopping"]
    assert not asked.stopped
