"""The search for a learning rate: where the limit is known, and what it leaves behind."""

import json
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from test_loop import KINDS, Listener, training, weights

from rung.projects.command import main
from rung.scratch.errors import SettingError
from rung.scratch.nn.linear import Linear
from rung.scratch.optim import SGD
from rung.scratch.tensor import Tensor
from rung.train.backend import backend_of
from rung.train.callbacks import Randomness, RateFinder
from rung.train.callbacks.rate_finder import Found, find_rate, steepest
from rung.train.loop import Callback, Training, fit
from rung.train.options import OptionError
from rung.train.progress import Plain
from rung.train.rates import drawn, search
from rung.train.record import runs_folder
from rung.train.techniques import Techniques

SLUG = "digits"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))


def quadratic(seed, engine="scratch"):
    """Least squares whose Hessian has the eigenvalues 8, 6, 4, 4, 4: descent is stable below 2 / 8."""
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.normal(size=(64, 5)))
    x = (q * np.sqrt([4, 3, 2, 2, 2]) * 8).astype(np.float32)
    y = (x @ rng.normal(size=(5, 1)) + rng.normal(size=(64, 1))).astype(np.float32)
    if engine == "scratch":
        model = Linear(5, 1, bias=False, rng=seed)
        optimizer = SGD(list(model.parameters()), lr=0.1)
        batch_of = lambda rows, step: (Tensor(x[rows]), y[rows])  # noqa: E731
    else:
        import torch

        torch.manual_seed(seed)
        model = torch.nn.Linear(5, 1, bias=False)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        batch_of = lambda rows, step: (torch.from_numpy(x[rows]), torch.from_numpy(y[rows]))  # noqa: E731
    return Training(model, optimizer, batch_of, lambda m, x, y: ((m(x) - y) ** 2).mean(), 64, 1, 64, seed)


@pytest.mark.parametrize("engine", ["scratch", "pytorch"])
@pytest.mark.parametrize("seed", range(5))
def test_descent_on_a_quadratic_runs_away_beyond_2_over_l_and_the_rate_lies_below(seed, engine):
    t = quadratic(seed, engine)
    found = find_rate(t, backend_of(t.model))
    assert found.diverged
    assert found.rates[-1] > 2 / 8, "below it every step goes down"
    # where the loss falls, the rates so far add up to about 1 / eigenvalue: some nine times the last one
    assert 0.25 / 200 < found.suggested < 0.25 / 4


def test_the_rates_rise_geometrically_and_each_group_by_its_scale():
    t, seen = quadratic(0), []
    t.optimizer.param_groups[0]["scale"] = 0.5

    class See(Callback):
        def after_step(self, t):
            seen.append(t.optimizer.param_groups[0]["lr"])

    found = find_rate(t, backend_of(t.model), [See()], low=1e-4, high=1e-2, steps=41)
    np.testing.assert_allclose(found.rates, np.geomspace(1e-4, 1e-2, 41))
    np.testing.assert_allclose(seen, 0.5 * found.rates)
    assert not found.diverged
    assert t.optimizer.param_groups[0]["lr"] == 0.1


@KINDS
def test_a_training_after_a_search_is_one_without_it_to_the_bit(kind):
    plain, listener = training(kind), Listener()
    fit(plain, [Randomness(backend_of(plain.model)), listener])
    t, after = training(kind), Listener()
    before = weights(t.model)
    find_rate(t, backend_of(t.model), low=1e-5, high=1e3)
    assert weights(t.model) == before
    assert (t.step, t.epochs, t.stop) == (0, 3, False)
    fit(t, [Randomness(backend_of(t.model)), after])
    assert after.seen == listener.seen
    assert weights(t.model) == weights(plain.model)


@KINDS
def test_a_memory_that_was_there_before_is_put_back(kind):
    plain, t = training(kind), training(kind)
    random = Randomness(backend_of(t.model))
    fit(plain, [random, Listener(stop_at=4)])
    fit(t, [random, Listener(stop_at=4)])
    t.stop = plain.stop = False
    find_rate(t, backend_of(t.model))
    assert t.step == 4
    fit(plain, [random])
    fit(t, [random])
    assert weights(t.model) == weights(plain.model)


def test_a_loss_that_is_no_number_any_more_is_an_end_and_no_fault():
    t = quadratic(0)
    limit = t.loss_of

    def cliff(model, x, y):
        loss = limit(model, x, y)
        return loss * np.float32(np.nan) if t.optimizer.param_groups[0]["lr"] > 0.01 else loss

    t.loss_of, before = cliff, weights(t.model)
    found = find_rate(t, backend_of(t.model))
    assert found.diverged
    assert found.rates[-1] <= 0.01
    assert len(found.rates) == len(found.losses)
    assert np.isfinite(found.losses).all()
    assert weights(t.model) == before


def test_a_loss_that_never_falls_suggests_nothing():
    assert steepest(np.geomspace(1e-4, 1, 50), np.linspace(1, 2, 50)) is None
    assert steepest(np.geomspace(1e-4, 1, 5), np.linspace(2, 1, 5)) is None, "too short to tell"


def test_a_fall_back_from_a_leap_is_not_taken_for_learning():
    t = quadratic(0)
    finder = RateFinder(backend_of(t.model), low=1e-6, high=1, steps=121)
    finder.rates = list(np.geomspace(1e-6, 1, 121))
    learning = 2 - 1 / (1 + (1e-3 / np.array(finder.rates)) ** 2)
    learning[85:] += 0.3 + 3 * np.exp(-np.arange(36) / 5)
    for loss in learning:
        t.loss = float(loss)
        finder.after_step(t)
    assert finder.found().suggested == pytest.approx(1e-3, rel=0.5)


@pytest.mark.parametrize("settings", [{"low": 0.0}, {"low": 1.0, "high": 0.1}, {"steps": 5}])
def test_a_range_without_room_is_refused(settings):
    t = quadratic(0)
    with pytest.raises(SettingError, match="a search for a rate from"):
        find_rate(t, backend_of(t.model), **settings)


@pytest.mark.parametrize("engine", ["scratch", "pytorch"])
def test_the_command_draws_the_curve_and_trains_nothing(engine, capsys):
    assert main([SLUG, "--find-rate", "--data", "mnist5k", "--data-limit", "600", "--engine", engine]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("suggested: rung train digits --lr ")
    assert 0.01 < float(lines[-1].split()[-1]) < 5
    assert max(map(len, lines)) <= 80
    assert any("b  where it falls fastest" in line for line in lines)
    assert not runs_folder().exists(), "a search leaves no run"


def test_as_json_it_is_numbers_alone(capsys):
    assert main([SLUG, "--find-rate", "--dry-run", "--data", "mnist5k", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["rates"]) == len(told["losses"])
    assert told["suggested"] in [float(f"{r:.1e}") for r in told["rates"]]


def test_it_is_refused_for_a_run_that_goes_on(capsys):
    assert main([SLUG, "--find-rate", "--resume"]) == 2
    assert "--find-rate with --resume" in capsys.readouterr().err


def test_a_project_without_a_rate_is_told_so():
    @dataclass(frozen=True)
    class Config:
        data: str = "none"

    recipe = SimpleNamespace(Config=Config)
    with pytest.raises(OptionError, match="this project has no learning rate"):
        search(recipe, Config(), Techniques(), Plain())


def test_a_search_in_which_nothing_falls_says_where_to_look():
    rates = np.geomspace(1e-4, 1, 30)
    assert "fell at no rate" in drawn(Found(rates, np.linspace(1, 2, 30), None, True), SLUG)[-1]
    assert "from the first step on" in drawn(Found(rates[:0], rates[:0], None, True), SLUG)[0]
