"""A sweep at work: the same again for the same seed, pruned, stopped, killed, shared; the test part shut."""

import dataclasses
import json
import signal
from dataclasses import asdict, dataclass
from types import SimpleNamespace

import numpy as np
import pytest

import rung.projects.digits.recipe as digits
from rung.data.dataset import Card, Dataset
from rung.scratch import nn
from rung.scratch.errors import RungError
from rung.scratch.optim import SGD
from rung.scratch.tensor import Tensor
from rung.train.inputs import Inputs
from rung.train.options import OptionError, option
from rung.train.sweep import objective as objective_module
from rung.train.sweep import work as work_module
from rung.train.sweep.journal import TRIES, claim, line_up, mend, open_study, rows
from rung.train.sweep.line import Quiet
from rung.train.sweep.notation import parsed
from rung.train.sweep.objective import EachEpoch, Objective, without_test
from rung.train.sweep.report import ENOUGH, command, counted, outcome, ranked, table
from rung.train.sweep.sampler import sampler
from rung.train.sweep.space import as_json, params_of
from rung.train.sweep.store import SweepError, find_sweep, new_sweep, sweeps
from rung.train.sweep.work import Show, line_of, work
from rung.train.tasks import Number
from rung.train.techniques import Techniques

CARD = Card("Toy", "A line.", "number", "60", "at random", "us", "https://example.org", "none", (), True)


class Poison:
    """A text of the test part: whoever reads it, in any way, is found out."""

    def __getattribute__(self, name):
        raise AssertionError(f"the test part was read: {name}")

    def __len__(self):
        raise AssertionError("the test part was read")

    __float__ = __str__ = __iter__ = __array__ = __eq__ = __hash__ = __len__


@dataclass(frozen=True)
class Config:
    data: str = option("toy", "which data set")
    epochs: int = option(4, "times through the data")
    batch: int = option(8, "examples a step")
    seed: int = option(0, "of everything")
    lr: float = option(0.05, "learning rate")
    width: int = option(2, "copies of the one input")

    def __post_init__(self):
        if self.lr > 10:
            raise OptionError(f"--lr is {self.lr:g}", rule="It must be 10 or less.")


def toy(poisoned=True):
    """Return texts whose length is their answer; those of the test part are poison."""
    rng = np.random.default_rng(0)
    texts = np.array(["x" * n for n in rng.integers(1, 20, 60)], dtype=object)
    y = np.array([len(text) / 10 for text in texts])
    test = np.arange(0, 60, 4)
    if poisoned:
        y[test] = np.nan
        for row in test:
            texts[row] = Poison()
    splits = {"train": np.setdiff1d(np.arange(60), test), "test": test}
    return Dataset("toy", texts, y, (), (), CARD, splits)


def recipe(**more):
    def prepare(config, data):
        x = np.array([[len(text) / 10] * config.width for text in data.x], dtype=np.float32)
        return Inputs(x, data.y.astype(np.float32)[:, None], data.splits)

    def build(config, inputs):
        model = nn.Linear(config.width, 1, rng=0)
        for p in model.parameters():
            p.data[...] = 0  # who learns nothing is far off, whatever the seed
        return model

    def loss(model, x, y):
        error = model(x) - y
        return (error * error).mean()

    parts = {
        "Config": Config,
        "TASK": Number(),
        "load": lambda config, limit: toy(),
        "prepare": prepare,
        "build": build,
        "optimizer": lambda config, model: SGD(list(model.parameters()), lr=config.lr),
        "loss": loss,
        "outputs": lambda model, x: model(x if isinstance(x, Tensor) else Tensor(x)),
        "rate": lambda config, steps: lambda step: config.lr,
        "describe": lambda config, data: "a line",
    }
    return SimpleNamespace(**parts | more)


def begun(name="s", space="lr=0.001..0.1:log", config=None, **more):
    config = config or Config()
    about = {
        "project": "toy",
        "config": asdict(config),
        "given": [],
        "epochs": config.epochs,
        "techniques": asdict(Techniques()),
        "data_limit": None,
        "mine": False,
        "space": as_json(parsed(space, Config)),
        "space_from": "asked for with --space",
        "sampler": "tpe",
        "prune": "none",
        "seed": 0,
        "trials": 6,
        "metric": "RMSE",
        "unit": "number",
        "higher": False,
    }
    about |= more
    return new_sweep("toy", name, {"first_trials": about["trials"], **about})


def run(sweep, said=None, **more):
    """Work at a sweep in this process."""
    lines = [] if said is None else said
    objective = Objective(recipe(**more), Config(**sweep.config["config"]))
    with sweep.run.training():
        return work(sweep, objective, Show(lines.append, lambda number, total: Quiet()))


def tried(sweep):
    return [(r["settings"], r["score"]) for r in rows(sweep) if r["state"] != "broken"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))


# -- what a score is taken on --------------------------------------------------------------------------------


def test_the_test_part_is_never_read():
    with pytest.raises(AssertionError, match="the test part was read"):
        recipe().prepare(Config(), toy())  # so the poison does work
    sweep = begun(trials=3)
    assert run(sweep)
    assert [r["state"] for r in rows(sweep)] == ["complete"] * 3


def test_without_test_rows_the_other_parts_hold_the_same_examples():
    data = toy(poisoned=False)
    train = data.splits["train"]
    parts = {"train": np.delete(train, np.s_[::5]), "validation": train[::5]}
    data = dataclasses.replace(data, splits={**data.splits, **parts})
    cut = without_test(data)
    for part in ("train", "validation"):
        for left, right in zip(data.split(part), cut.split(part), strict=True):
            np.testing.assert_array_equal(left, right)
    assert len(cut.splits["test"]) == 0
    assert len(cut) == 45


@pytest.mark.slow
def test_what_the_test_rows_of_a_project_hold_makes_no_difference_to_a_score(monkeypatch):
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    config = digits.Config(data="mnist5k", epochs=1, hidden=(8,))
    clean = Objective(digits, config, limit=300)({"lr": 0.3})
    load = digits.load

    def poisoned(config, limit):
        data = load(config, limit)
        x, y = data.x.copy(), data.y.copy()
        x[data.splits["test"]], y[data.splits["test"]] = 255 - x[data.splits["test"]], 0
        return dataclasses.replace(data, x=x, y=y)

    monkeypatch.setattr(digits, "load", poisoned)
    assert Objective(digits, config, limit=300)({"lr": 0.3}) == clean


def test_data_are_prepared_once_for_all_settings_that_do_not_change_how():
    prepared = []
    plain = recipe()

    def prepare(config, data):
        prepared.append(config.width)
        return plain.prepare(config, data)

    objective = Objective(recipe(prepare=prepare), Config(epochs=1))
    for settings in ({"lr": 0.01}, {"lr": 0.02}, {"width": 3}, {"lr": 0.05, "width": 3}, {"batch": 4}):
        objective(settings)
    assert prepared == [2, 3]


def test_with_early_stopping_the_score_is_that_of_the_weights_that_are_kept(tmp_path):
    from rung.train.record import Run

    objective = Objective(recipe(), Config(epochs=12), Techniques(early_stop=2))
    found = objective.attempt({"lr": 0.3}, Run(tmp_path))
    curve = [line["validation"] for line in Run(tmp_path).metrics() if "validation" in line]
    assert found.score == min(curve)
    assert not (tmp_path / "checkpoint.safetensors").exists()


# -- the search ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tpe", "random", "grid"])
def test_the_same_seed_gives_the_same_trials(kind):
    a, b, c = (begun(n, sampler=kind, seed=s) for n, s in (("a", 0), ("b", 0), ("c", 1)))
    for sweep in (a, b, c):
        assert run(sweep)
    assert tried(a) == tried(b)
    assert [s for s, _ in tried(a)] != [s for s, _ in tried(c)]


def test_the_best_is_what_the_storage_says_and_its_command_trains_it():
    sweep = begun(trials=8, space="lr=0.001..0.1:log,batch=4|8")
    assert run(sweep)
    found, study = outcome(sweep), open_study(sweep)
    assert found["best"]["score"] == study.best_value
    assert found["best"]["number"] == study.best_trial.number
    assert found["best"]["score"] == min(score for _, score in tried(sweep))
    best = found["best"]["settings"]
    assert found["command"] == f"rung train toy --lr {best['lr']} --batch {best['batch']}"
    assert Objective(recipe(), Config())(best) == found["best"]["score"]
    kept = sweep.trial(found["best"]["number"])
    assert kept.config["config"]["lr"] == best["lr"]
    assert [e["validation"] for e in kept.metrics() if "validation" in e][-1] == found["best"]["score"]


@pytest.mark.parametrize("kind", ["median", "halving"])
def test_a_hopeless_trial_is_pruned_and_a_good_one_is_not(kind, tmp_path):
    (tmp_path / "mine.py").write_text(
        "def f(space, trials, rng):\n"
        "    return {'lr': 0.05 - 0.001 * len(trials) if len(trials) < 5 else 1e-6}\n"
    )
    for prune in (kind, "none"):
        sweep = begun(prune, space="lr=0.000001..0.1:log", sampler=f"{tmp_path / 'mine.py'}:f", prune=prune)
        assert run(sweep)
        last = rows(sweep)[-1]
        epochs = [e for e in sweep.trial(last["number"]).metrics() if "epoch" in e]
        if prune == "none":
            assert (last["state"], len(epochs)) == ("complete", 4)
        else:
            assert (last["state"], len(epochs), last["score"]) == ("pruned", 1, None)
            assert rows(sweep)[0]["state"] == "complete"
            assert outcome(sweep)["best"]["number"] != last["number"]


def test_a_refused_setting_costs_one_trial_and_says_why():
    sweep, said = begun(space="lr=0.05|100", sampler="grid", trials=2), []
    assert run(sweep, said)
    assert sorted(r["state"] for r in rows(sweep)) == ["complete", "refused"]
    assert any("--lr is 100" in line for line in said)
    assert outcome(sweep)["best"]["settings"] == {"lr": 0.05}


def test_a_fault_of_the_code_costs_one_trial_too_and_a_sweep_that_goes_nowhere_ends():
    def loss(model, x, y):
        raise ZeroDivisionError("of course")

    sweep = begun()
    with pytest.raises(SweepError, match=r"first 3 trials all came to nothing.*of course"):
        run(sweep, loss=loss)
    assert [r["state"] for r in rows(sweep)] == ["failed"] * 3


def test_a_training_that_goes_where_it_cannot_is_no_best():
    sweep = begun(space="lr=0.05|9", sampler="grid", trials=2, config=Config(epochs=40))
    assert run(sweep)
    found = outcome(sweep)
    assert found["best"]["settings"] == {"lr": 0.05}
    assert found["counts"]["complete"] == 1
    assert sum(found["counts"].values()) == 2


@pytest.mark.slow
def test_importance_names_what_mattered_once_there_are_enough_trials():
    sweep = begun(trials=ENOUGH, space="lr=0.0001..0.1:log,batch=7|8")
    assert run(sweep)
    found = outcome(sweep)
    assert next(iter(found["importance"])) == "lr"
    assert sum(found["importance"].values()) == pytest.approx(1)
    few = begun("few", trials=2)
    assert run(few)
    assert outcome(few)["importance"] == {}


# -- stopped, killed, gone on --------------------------------------------------------------------------------


def at_epoch(monkeypatch, number, act):
    """Let something happen at the end of the n-th epoch of all trainings."""
    plain, count = EachEpoch.after_epoch, [0]

    def after_epoch(self, t):
        count[0] += 1
        plain(self, t)
        if count[0] == number:
            act()

    monkeypatch.setattr(objective_module.EachEpoch, "after_epoch", after_epoch)


# the second epoch of the third trial, and the last of the second
@pytest.mark.parametrize("epoch", [10, 8])
def test_ctrl_c_stops_and_the_sweep_goes_on_to_the_same_end(epoch, monkeypatch):
    whole = begun("whole")
    assert run(whole)
    sweep = begun("broken")
    at_epoch(monkeypatch, epoch, lambda: signal.raise_signal(signal.SIGINT))
    assert run(sweep) is False
    done = len([r for r in rows(sweep) if r["state"] == "complete"])
    assert done == 2
    assert run(sweep) is True
    assert tried(sweep) == tried(whole)


def test_a_page_can_ask_it_to_stop(monkeypatch):
    sweep = begun()
    at_epoch(monkeypatch, 5, sweep.run.ask_to_stop)
    assert run(sweep) is False
    assert [r["state"] for r in rows(sweep)] == ["complete", "broken"]
    assert run(sweep) is True
    assert counted(outcome(sweep)) == "6 of 6 trials: 6 complete; 1 broken off and tried again"


def test_a_worker_stops_when_nobody_leads_the_sweep_any_more(monkeypatch):
    monkeypatch.setattr(work_module, "_LOOK", -1.0)
    sweep = begun(trials=2)
    objective, show = Objective(recipe(), Config()), Show(lambda line: None, lambda number, total: Quiet())
    assert work(sweep, objective, show, led=True) is False
    assert rows(sweep) == []
    with sweep.run.training():
        assert work(sweep, objective, show, led=True) is True
    assert len(rows(sweep)) == 2


def test_more_trials_can_be_asked_for_later():
    longer, sweep = begun("longer", trials=6), begun("s", trials=4, first_trials=6)
    assert run(longer)
    assert run(sweep)
    sweep.run.write("config.json", {**sweep.config, "trials": 6})
    assert run(sweep)
    assert tried(sweep) == tried(longer)


def taken(sweep):
    """Take a trial as a worker does that is then killed."""
    study = open_study(sweep)
    line_up(study, params_of({"lr": 0.02}, sweep.space)) if not rows(sweep, study) else None
    trial = study.ask()
    trial.suggest_float("lr", 0.001, 0.1, log=True)
    sweep.trial(trial.number).folder.mkdir(parents=True)
    return trial.number


def test_a_trial_whose_worker_died_is_marked_and_its_settings_are_tried_again():
    sweep = begun()
    number = taken(sweep)
    assert [r["state"] for r in rows(sweep)] == ["running"]
    assert run(sweep)
    found = rows(sweep)
    assert found[number]["state"] == "broken"
    assert found[number + 1]["settings"] == {"lr": 0.02}
    assert len(tried(sweep)) == 6


def test_a_living_workers_trial_is_left_alone():
    sweep = begun()
    number = taken(sweep)
    with sweep.trial(number).training(), claim(sweep):
        assert mend(sweep, open_study(sweep)) == 0
    with claim(sweep):
        assert mend(sweep, open_study(sweep)) == 1


def test_settings_that_kill_every_worker_are_given_up():
    sweep = begun(trials=1)
    for _ in range(TRIES):
        taken(sweep)
        with claim(sweep):
            mend(sweep, open_study(sweep))
    assert [r["state"] for r in rows(sweep)] == ["broken"] * (TRIES - 1) + ["failed"]
    assert run(sweep), "nothing is left to try"


def test_half_a_line_that_a_kill_left_in_the_journal_does_no_harm():
    sweep, whole = begun("torn", trials=4), begun("whole", trials=4)
    sweep.run.write("config.json", {**sweep.config, "trials": 2})
    for one in (sweep, whole):
        assert run(one)
    with open(sweep.folder / "journal.log", "a", encoding="utf-8") as file:
        file.write('{"op_code": 5, "worker_id": "x')
    assert len(rows(sweep)) == 2
    sweep.run.write("config.json", {**sweep.config, "trials": 4})
    assert run(sweep)
    assert tried(sweep) == tried(whole)
    assert all(json.loads(line) for line in (sweep.folder / "journal.log").read_text().splitlines())


# -- what is kept and told -----------------------------------------------------------------------------------


def test_sweeps_are_found_by_name_and_never_written_over():
    sweep = begun("first")
    begun("second")
    assert {s.name for s in sweeps()} == {"first", "second"}
    assert find_sweep("first") == sweep
    with pytest.raises(RungError, match="no sweep 'frist'") as caught:
        find_sweep("frist")
    assert "first" in caught.value.fix
    with pytest.raises(SweepError, match="already"):
        begun("first")
    with pytest.raises(SweepError, match="cannot be called"):
        begun("../first")


def test_a_beginning_that_was_killed_is_begun_anew():
    sweep = begun("s", trials=2)
    (sweep.folder / "config.json").unlink()
    assert sweeps() == []
    assert run(begun("s", trials=2))


def test_a_trial_is_told_in_80_columns_and_the_best_so_far_once():
    settings = {f"setting_{i}": 0.001 * i for i in range(8)}
    found = [
        {"number": n, "state": "complete", "score": s, "settings": settings, "why": ""}
        for n, s in enumerate((0.5, 0.5, 0.4))
    ]
    config = {"trials": 20, "unit": "share", "higher": True}
    assert max(map(len, line_of(found, 0, config).splitlines())) <= 80
    assert "best so far" in line_of(found[:1], 0, config)
    assert "best so far" not in line_of(found, 1, config)
    why = {**found[0], "number": 3, "state": "refused", "score": None, "why": "no " * 60}
    assert max(map(len, line_of([*found, why], 3, config).splitlines())) <= 80
    path = "/a/folder-with-hyphens" * 5
    told = line_of([*found, {**why, "why": f"there is no {path} to be found"}], 3, config)
    assert path in told, "a path can be copied"


def test_the_command_holds_what_was_set_and_the_whole_of_the_epochs():
    config = {
        "project": "digits",
        "config": {"epochs": 2, "hidden": [64, 32], "plain": False, "momentum": -0.5},
        "given": ["epochs", "hidden", "plain", "momentum"],
        "epochs": 12,
        "mine": True,
        "techniques": {"early_stop": None, "clip": 1.0, "ema": None, "bf16": True},
    }
    assert command(config, {"data": "my file.csv", "lr": 0.1}) == (
        "rung train digits --mine --hidden 64,32 --plain=false --momentum=-0.5 --data 'my file.csv' "
        "--lr 0.1 --clip 1.0 --bf16"
    )
    longer = {**config, "config": {**config["config"], "epochs": 20}}
    assert "--epochs 20" in command(longer, {})


def test_the_table_has_the_best_first_whichever_way_is_better():
    found = [{"number": n, "state": "complete", "score": s, "settings": {"lr": s}, "seconds": 1.0}
             for n, s in enumerate((0.2, 0.3, 0.1))]  # fmt: skip
    assert [r["number"] for r in ranked(found, higher=True)] == [1, 0, 2]
    assert [r["number"] for r in ranked(found, higher=False)] == [2, 0, 1]
    heads, lines = table({"trials": found, "higher": True, "metric": "accuracy", "unit": "share"}, most=2)
    assert heads == ["trial", "accuracy", "lr", "time"]
    assert lines == [["1", "30.00%", "0.3", "1.0 s"], ["0", "20.00%", "0.2", "1.0 s"]]


def test_an_unknown_pruner_is_refused():
    with pytest.raises(SweepError, match="no pruner 'hlaving'") as caught:
        run(begun(prune="hlaving"))
    assert "halving" in caught.value.fix
    assert sampler("random", {}, 3, True)
