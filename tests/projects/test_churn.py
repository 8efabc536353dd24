"""Project churn: trained on a slice, its probabilities, its threshold by cost, what it rests on."""

import numpy as np
import pytest

import rung.data
import rung.projects
from rung.projects.churn import recipe
from rung.projects.churn.calibrate import (
    best_temperature,
    calibration_error,
    isotonic,
    probability,
    reliability,
)
from rung.projects.churn.cost import by_theory, cheapest_threshold, cost_finding, costs
from rung.projects.churn.importance import importance
from rung.projects.command import main
from rung.train.options import OptionError
from rung.train.record import find_run


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training on a slice, if the data can be had."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        if rung.data.state("telco-churn") != "here":
            pytest.skip("telco-churn is not here")
        import torch

        torch.set_num_threads(1)
        patch.setattr(recipe.tabular, "BOOSTING", recipe.tabular.BOOSTING[:2])
        quick = ["churn", "--data-limit", "900", "--epochs", "12", "--lr", "0.003", "--name", "quick"]
        assert main(quick) == 0
        yield find_run("quick")


def test_a_slice_is_enough_to_beat_the_trivial_baseline(trained):
    result = trained.result
    assert result["metric"] == "ROC AUC"
    assert result["score"]["value"] > 0.72
    trivial, *strong = result["baselines"]
    assert trivial["value"] == 0.5
    assert trivial["difference"]["better"] is True
    assert all(b["value"] > 0.7 for b in strong)
    assert not result["leakage"].get("fitted_on_all")


def test_it_shows_calibration_cost_and_columns(trained):
    calibration, cost, columns = trained.result["findings"]
    assert (trained.folder / calibration["picture"]).is_file()
    assert len(calibration["rows"]) == 3
    assert [row[0] for row in cost["rows"][:2]] == ["none", "all"]
    assert {row[0] for row in columns["rows"]} == set(rung.data.load("telco-churn").features)


def test_a_dry_run_ends_well(trained, monkeypatch):
    assert main(["churn", "--dry-run", "--name", "dry"]) == 0
    assert len(find_run("dry").result["findings"]) == 3


def test_the_report_fits_80_columns(trained):
    from rung.train.report import report

    lines = report(trained, trained.result)
    assert [line for line in lines if len(line) > 80 and str(trained.folder) not in line] == []


@pytest.mark.slow
def test_the_same_seed_gives_the_same_curve_and_a_stopped_run_goes_on_to_the_same_end(trained, monkeypatch):
    from rung.train.watch import Recorder

    monkeypatch.setattr(recipe, "extras", lambda *_: [])  # the training is what is looked at here
    quick = ["churn", "--data-limit", "900", "--epochs", "2"]
    main([*quick, "--name", "whole"])
    after, seen = Recorder.after_step, []

    def stop_once(self, t):
        seen.append(t.step)
        if len(seen) == 8:
            find_run("broken").ask_to_stop()
        after(self, t)

    monkeypatch.setattr(Recorder, "after_step", stop_once)
    assert main([*quick, "--name", "broken"]) == 1
    monkeypatch.setattr(Recorder, "after_step", after)
    assert main(["churn", "--resume", "broken"]) == 0
    one, two = (find_run(n).folder / "model.safetensors" for n in ("whole", "broken"))
    assert one.read_bytes() == two.read_bytes()


def test_columns_of_the_matrix_are_told_apart_by_column_of_the_table():
    x = np.array(
        [(1.0, 2.0, "a"), (np.nan, 3.0, "b")] * 6, dtype=[("age", "f8"), ("age now", "f8"), ("job", "U1")]
    )
    y = np.array([0, 1] * 6)
    card = rung.data.card("moons")
    splits = {"train": np.arange(8), "validation": np.arange(8, 10), "test": np.arange(10, 12)}
    data = rung.data.Dataset("mine", x, y, ("stays", "leaves"), x.dtype.names, card, splits, (3,))
    inputs = recipe.prepare(recipe.Config(), data)
    assert inputs.about["groups"] == {"age": [0, 2], "age now": [1], "job": [3, 4]}
    assert inputs.x.shape == (12, 5)


def test_an_own_table_trains_to_the_end(trained, tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        f"{a:.2f},{w},{'stay' if a > 0 else 'go'}"
        for a, w in zip(rng.normal(size=80), "xy" * 40, strict=True)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("age,word,what\n" + "\n".join(rows))
    assert main(["churn", "--data", str(path), "--epochs", "1", "--name", "own"]) == 0
    assert find_run("own").result["findings"][2]["rows"]


def test_more_than_two_classes_are_refused():
    with pytest.raises(OptionError, match="iris has 3 classes"):
        recipe.load(recipe.Config(data="iris"), None)
    with pytest.raises(OptionError, match="--offer-cost is 0"):
        recipe.Config(offer_cost=0.0)


# Calibration.


def sure(times, n=4000, seed=0):
    """Return scores that are `times` as sure as they should be, and what happened."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(0, 1.5, n)
    truth = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    return np.stack([np.zeros(n), times * logit], axis=1), truth


@pytest.mark.parametrize("times", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_too_much_or_too_little_sureness(times):
    scores, truth = sure(times)
    temperature = best_temperature(scores, truth)
    assert temperature == pytest.approx(times, rel=0.12)
    other, happened = sure(times, seed=1)
    error = calibration_error(probability(other, temperature), happened)
    assert error < 0.03
    if times != 1:
        assert calibration_error(probability(other), happened) > 2 * error
        assert calibration_error(isotonic(scores, truth)(other), happened) < 0.03


def test_reliability_parts_hold_every_customer_once():
    p, truth = np.linspace(0, 1, 25), np.arange(25) % 2
    parts = reliability(p, truth)
    assert sum(count for *_, count in parts) == 25
    assert [said for said, *_ in parts] == sorted(said for said, *_ in parts)


# Cost.


def test_costs_count_the_two_mistakes():
    offered, left = np.array([True, True, False, False]), np.array([1, 0, 1, 0])
    assert costs(offered, left, 500, 100).tolist() == [0, 100, 500, 0]


def test_the_cheapest_threshold_is_the_cheapest_of_all():
    rng = np.random.default_rng(0)
    for _ in range(20):
        p = rng.integers(0, 10, 30) / 10  # with ties
        left = (rng.random(30) < p).astype(int)
        found = cheapest_threshold(p, left, 7, 3)
        all_of_them = [costs(p >= t, left, 7, 3).sum() for t in [*np.unique(p), np.inf]]
        assert costs(p >= found, left, 7, 3).sum() == min(all_of_them)


def test_with_true_probabilities_theory_and_data_agree():
    scores, truth = sure(1.0, n=40_000)
    assert cheapest_threshold(probability(scores), truth, 500, 100) == pytest.approx(
        by_theory(500, 100), abs=0.05
    )


def test_the_threshold_is_chosen_on_validation_and_not_on_test():
    validation, test = sure(1.0, 400, seed=2), sure(1.0, 400, seed=3)
    upside_down = (test[0], 1 - test[1])
    names = [[row[0] for row in cost_finding(validation, t, 500, 100).rows] for t in (test, upside_down)]
    assert names[0] == names[1]
    none, everyone = cost_finding(validation, test, 100, 100_000).rows[:2]
    assert none[4] == ""  # the offer is so dear that nobody should get it: the better blind choice
    assert everyone[4].startswith("-")


# Importance.


def test_only_the_column_that_is_used_matters():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 3)).astype(np.float32)
    truth = (x[:, 1] + rng.normal(0, 0.5, 600) > 0).astype(int)
    found = importance(lambda rows: rows[:, 1], x, truth, {"a": [0], "b": [1], "c": [2]}, draws=20)
    assert next(iter(found)) == "b"
    assert found["b"][1] > 0.3
    assert found["a"] == found["c"] == (0, 0, 0)


def test_the_folder_says_what_it_is():
    project = rung.projects.load("churn")
    assert project.data == ("telco-churn",)
    assert project.expected["telco-churn"][0] < project.expected["telco-churn"][1]


@pytest.mark.slow
def test_the_expected_score_is_reached(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert main(["churn", "--name", "full"]) == 0
    low, high = rung.projects.load("churn").expected["telco-churn"]
    assert low <= find_run("full").result["score"]["value"] <= high
