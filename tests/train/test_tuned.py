"""Baselines tuned by cross-validation, and the strong ones of tables."""

import sys
from functools import partial

import numpy as np
import pytest

import rung.data
from rung.train import tabular
from rung.train.baseline import Baseline, fitted
from rung.train.options import OptionError
from rung.train.tasks import Classes, Number
from rung.train.tuned import Method, choose, parted, tuned


def table(n=240, seed=0):
    """Return people whose answer depends on a number, and on a word that is not in order."""
    rng = np.random.default_rng(seed)
    x = np.empty(n, [("age", "f8"), ("job", "U6")])
    x["age"], x["job"] = rng.normal(40, 10, n), rng.choice(["cook", "baker", "smith", ""], n)
    x["age"][::17] = np.nan
    score = (np.nan_to_num(x["age"], nan=40) - 40) / 10 + 2 * (x["job"] == "cook") - 1
    return x, score


def test_parts_hold_every_row_once_and_each_class_in_proportion():
    y = np.repeat([0, 1], [90, 30])
    parts = parted(y, 5, seed=3)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(120))
    assert [int(y[p].sum()) for p in parts] == [6] * 5
    assert not np.array_equal(parts[0], parted(y, 5, seed=4)[0])
    assert len(parted(np.zeros(3), 5)) == 3


def test_nothing_of_a_held_out_row_is_seen_before_it_is_judged():
    x, y = np.arange(20.0), np.zeros(20)
    seen = []

    def prepare(train, other):
        assert not set(train) & set(other)
        return train, other

    def fit(settings, train, answers, other):
        seen.append((len(train), len(other)))
        assert len(train) == len(answers)
        return np.zeros(len(other))

    test = np.arange(100.0, 104.0)
    assert len(tuned(Method(fit, [{"a": 1}, {"a": 2}], prepare), x, y, test, Number())) == 4
    assert seen == [(16, 4)] * 10 + [(20, 4)]


def test_one_candidate_needs_no_folds():
    fits = []
    method = Method(lambda s, x, y, other: fits.append(1) or np.zeros(len(other)), [{}])
    tuned(method, np.zeros(9), np.zeros(9), np.zeros(2), Number())
    assert fits == [1]


@pytest.mark.parametrize("task", [Number(), Classes("ROC AUC")])
def test_the_better_settings_are_chosen_whichever_way_the_score_goes(task):
    y = np.array([0, 1] * 20)

    def fit(settings, x, answers, other):
        right = other if settings["good"] else 1 - other
        return right if not task.higher else np.stack([1 - right, right], axis=1)

    method = Method(fit, [{"good": False}, {"good": True}])
    assert choose(method, y.astype(float), y, task) == {"good": True}


METHODS = {
    "linear": (tabular.linear, {"penalty": 1.0}, tabular.onehot),
    "forest": (tabular.forest, {"trees": 20, "least": 3}, tabular.mixed),
    "boosting": (tabular.boosting, {"rate": 0.1, "leaves": 4, "rounds": 60}, tabular.mixed),
    "hist": (tabular.hist_boosting, {"rate": 0.1, "leaves": 4, "rounds": 60}, tabular.mixed),
    "few columns": (
        tabular.boosting,
        {"rate": 0.1, "leaves": 4, "rounds": 60, "columns": 0.5},
        tabular.mixed,
    ),
}


@pytest.mark.parametrize("name", METHODS)
def test_each_strong_baseline_learns_classes_and_numbers(name):
    function, settings, prepare = METHODS[name]
    (x, score), (test, truth) = table(), table(seed=1)
    odds = tuned(
        Method(partial(function, classes=2), [settings], prepare), x, (score > 0).astype(int), test, Classes()
    )
    np.testing.assert_allclose(odds.sum(axis=1), 1)
    assert Classes("ROC AUC").value(odds, (truth > 0).astype(int)) > 0.9
    told = tuned(Method(partial(function, classes=0), [settings], prepare), x, score, test, Number())
    assert Number().value(told, truth) < 0.6 * truth.std()


@pytest.mark.parametrize("name", METHODS)
def test_one_class_alone_and_words_never_seen_are_borne(name):
    function, settings, prepare = METHODS[name]
    x, _ = table(40)
    test = x[:3].copy()
    test["job"] = "king"
    y = np.zeros(40, dtype=int)
    odds = tuned(Method(partial(function, classes=2), [settings], prepare), x, y, test, Classes())
    np.testing.assert_allclose(odds, [[1, 0]] * 3)


def test_a_matrix_becomes_a_table_and_pictures_do_not():
    iris = rung.data.load("iris")
    data = tabular.as_table(iris)
    assert data.x.dtype.names == data.features == iris.features
    np.testing.assert_array_equal(data.x[iris.features[2]], iris.x[:, 2].astype(float))
    assert tabular.as_table(data) is data
    with pytest.raises(OptionError, match="are pictures"):
        tabular.as_table(rung.data.load("mnist5k", 20))


def test_without_lightgbm_scikit_learns_boosting_stands_in_and_its_name_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    assert tabular.booster() == "HistGradientBoosting"
    x, score = table(60)
    settings = {"rate": 0.1, "leaves": 4, "rounds": 5}
    ours = tabular.boosting(settings, tabular.mixed(x, x)[0], score, tabular.mixed(x, x)[1], 0)
    theirs = tabular.hist_boosting(settings, tabular.mixed(x, x)[0], score, tabular.mixed(x, x)[1], 0)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("boosting", [tabular.boosting, tabular.hist_boosting])
def test_a_share_of_the_columns_makes_other_trees_and_a_share_of_1_the_same(boosting):
    (x, score), (test, _) = table(), table(seed=1)
    settings = {"rate": 0.1, "leaves": 4, "rounds": 20}
    train, other = tabular.mixed(x, test)
    whole = boosting(settings, train, score, other, 0)
    np.testing.assert_array_equal(boosting(settings | {"columns": 1.0}, train, score, other, 0), whole)
    assert not np.array_equal(boosting(settings | {"columns": 0.4}, train, score, other, 0), whole)


def test_a_method_is_told_by_its_code_and_settings_and_not_by_its_address():
    made = [
        Method(partial(tabular.linear, classes=2), [{"penalty": p}], tabular.onehot) for p in (1.0, 1.0, 2.0)
    ]
    one, same, other = map(repr, made)
    assert one == same != other
    assert "0x" not in one
    assert one != repr(Method(partial(tabular.linear, classes=3), [{"penalty": 1.0}], tabular.onehot))


def test_a_baseline_of_other_settings_is_not_taken_for_the_remembered_one(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    data, said = rung.data.load("iris"), []
    (x, y), (test, _) = data.split("train"), data.split("test")

    def answers(penalty):
        method = Method(partial(tabular.linear, classes=3), [{"penalty": penalty}])
        linear = Baseline("linear", partial(tuned, method, x, y, test, Classes()))
        return fitted([linear], data, said.append)[0]

    weak, strong = answers(0.1), answers(1000.0)
    assert not np.array_equal(weak, strong)
    np.testing.assert_array_equal(answers(0.1), weak)
    assert len(said) == 2
