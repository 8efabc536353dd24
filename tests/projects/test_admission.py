"""Project admission: a regression on few rows, and an interval that does not claim too much."""

import numpy as np
import pytest

import rung.data
import rung.projects
from rung.projects.admission import recipe, rivals
from rung.projects.admission.repeated import corrected, differences_finding, repeated, scores_finding
from rung.projects.command import main
from rung.train.options import OptionError
from rung.train.record import find_run
from rung.train.tasks import Number

QUICK = ["admission", "--repeats", "1", "--folds", "3"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training on a slice, if the data can be had."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        if rung.data.state("graduate-admission") != "here":
            pytest.skip("graduate-admission is not here")
        import torch

        torch.set_num_threads(1)
        patch.setattr(recipe.tabular, "BOOSTING", recipe.tabular.BOOSTING[1:2])
        words = ["--epochs", "20", "--lr", "0.01", "--data-limit", "250", "--name", "quick"]
        assert main([*QUICK, *words]) == 0
        yield find_run("quick")


def test_a_slice_is_enough_to_beat_the_mean(trained):
    result = trained.result
    assert result["metric"] == "RMSE"
    assert result["score"]["value"] < 0.09
    trivial, *strong = result["baselines"]
    assert trivial["difference"]["better"] is True
    assert all(b["value"] < trivial["value"] for b in strong)


def test_it_tells_what_repeated_cross_validation_says(trained):
    scores, differences = trained.result["findings"]
    assert [row[0] for row in scores["rows"]] == ["this network", *rivals.rivals()]
    assert [row[0] for row in differences["rows"]] == list(rivals.rivals())
    assert differences["rows"][-1][-1] == "better"  # than the mean


def test_the_report_fits_80_columns(trained):
    from rung.train.report import report

    lines = report(trained, trained.result)
    assert [line for line in lines if len(line) > 80 and str(trained.folder) not in line] == []


def test_a_dry_run_ends_well(trained):
    assert main([*QUICK, "--dry-run", "--name", "dry"]) == 0
    assert find_run("dry").result["dry_run"]


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(trained, monkeypatch):
    monkeypatch.setattr(recipe, "extras", lambda *_: [])  # the training is what is looked at here
    for name, seed in (("one", "3"), ("two", "3"), ("three", "4")):
        main([*QUICK, "--epochs", "2", "--data-limit", "250", "--seed", seed, "--name", name])
    one, two, three = ([m["loss"] for m in find_run(n).metrics()] for n in ("one", "two", "three"))
    assert one == two != three


def line_data(n=60, scale=1.0):
    """Return data on a straight line, its answers of any size."""
    rng = np.random.default_rng(0)
    x = np.empty(n, [("a", "f8"), ("b", "f8")])
    x["a"], x["b"] = rng.normal(size=n), rng.normal(size=n)
    y = scale * (5 + x["a"] - 2 * x["b"] + 0.1 * rng.normal(size=n))
    splits = {"train": np.arange(n - 20), "test": np.arange(n - 20, n)}
    card = rung.data.card("diabetes")
    return rung.data.Dataset("line", x, y, (), ("a", "b"), card, splits, (2,))


def test_the_unit_of_the_answers_does_not_matter():
    config = recipe.Config(epochs=10, lr=0.01)
    one, thousand = recipe.learn(config, line_data()), recipe.learn(config, line_data(scale=1000.0))
    np.testing.assert_allclose(thousand, 1000 * one, rtol=1e-3)


def test_nothing_of_the_held_out_rows_reaches_the_network():
    data = line_data()
    changed = line_data()
    changed.y[-20:] = 1e6
    changed.x["a"][-20:] = 0  # the answers must differ through these alone
    inputs = [recipe.prepare(recipe.Config(), d) for d in (data, changed)]
    assert inputs[0].about == inputs[1].about
    assert inputs[0].fitted[0].state() == inputs[1].fitted[0].state()


def test_ridge_beats_the_trees_on_a_line_and_the_rest_gains_nothing():
    data, task = line_data(120), Number()
    truth = data.split("test")[1]
    scores = {name: task.value(learn(data), truth) for name, learn in rivals.rivals().items()}
    assert scores["ridge regression"] < 0.15
    assert scores["ridge regression"] < scores[rivals.tabular.booster()] < scores["always the mean"]
    assert scores["ridge, then trees"] > 0.9 * scores["ridge regression"]


# The interval.


def test_every_row_is_held_out_once_a_repeat_and_every_model_sees_the_same():
    data, seen = line_data(), {"a": [], "b": []}

    def learner(name):
        def learn(fold):
            assert not set(fold.splits["train"]) & set(fold.splits["test"])
            seen[name].append(fold.splits["test"])
            return np.zeros(len(fold.splits["test"]))

        return learn

    found = repeated(data, {n: learner(n) for n in "ab"}, Number(), repeats=2, folds=5)
    assert [part.tolist() for part in seen["a"]] == [part.tolist() for part in seen["b"]]
    for cut in (seen["a"][:5], seen["a"][5:]):
        assert np.sort(np.concatenate(cut)).tolist() == list(range(60))
    assert seen["a"][0].tolist() != seen["a"][5].tolist()
    np.testing.assert_array_equal(found.scores["a"], found.scores["b"])
    assert found.share == pytest.approx(12 / 48)


def test_without_a_share_it_is_students_test():
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(0).normal(0.3, 1, 20)
    ours, theirs = corrected(values, 0.0), ttest_1samp(values, 0)
    assert ours.p == pytest.approx(theirs.pvalue)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval()))
    assert corrected(values, 1 / 9).p > ours.p


def test_the_correction_holds_its_level_where_the_plain_test_does_not():
    # two models of no difference at all: predictions by the mean of a random half of the training rows
    rng = np.random.default_rng(1)
    plain = fair = 0
    for _ in range(60):
        y = rng.normal(size=40)
        apart = []
        for _ in range(3):
            for part in np.array_split(rng.permutation(40), 5):
                rest = np.setdiff1d(np.arange(40), part)
                one, two = y[rest[::2]].mean(), y[rest[1::2]].mean()
                apart.append(np.square(y[part] - one).mean() - np.square(y[part] - two).mean())
        plain += corrected(np.array(apart), 0.0).p < 0.05
        fair += corrected(np.array(apart), 10 / 40).p < 0.05
    assert fair < plain
    assert fair <= 6


def test_equal_models_are_not_told_apart():
    data = line_data()
    found = repeated(data, dict.fromkeys("ab", rivals.always_the_mean), Number(), 1, 4)
    assert differences_finding(found, "a").rows == [
        ("b", "+0.0000 (+0.0000 to +0.0000)", "1", "1", "unclear")
    ]
    assert len(scores_finding(found).rows) == 2


def test_an_own_table_trains_to_the_end(trained, tmp_path):
    rng = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{100 * a - b:.3f}" for a, b in rng.normal(size=(60, 2))]
    path = tmp_path / "mine.csv"
    path.write_text("a,b,price\n" + "\n".join(rows))
    assert main([*QUICK, "--data", str(path), "--epochs", "1", "--name", "own"]) == 0
    assert len(find_run("own").result["findings"]) == 2


def test_answers_that_are_classes_are_refused():
    with pytest.raises(OptionError, match="answered by classes"):
        recipe.load(recipe.Config(data="iris"), None)


def test_the_folder_says_what_it_is():
    assert rung.projects.load("admission").data == ("graduate-admission",)


@pytest.mark.slow
def test_the_expected_score_is_reached(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    assert main(["admission", "--repeats", "1", "--folds", "2", "--name", "full"]) == 0
    low, high = rung.projects.load("admission").expected["graduate-admission"]
    assert low <= find_run("full").result["score"]["value"] <= high
