"""Tasks: the score, its interval, and whether one model beats another, for each kind of answer."""

import numpy as np
import pytest

import rung.data
from rung.train.report import verdict_line
from rung.train.score import wilson
from rung.train.tasks import Classes, Language, Number
from rung.train.tasks.classes import auc, calibration

RNG = np.random.default_rng(0)


def two(positive):
    return np.stack([1 - positive, positive], axis=1)


def test_scores_become_probabilities_that_do_not_overflow():
    p = Classes().outputs(np.array([[1000.0, 0.0], [0.0, 0.0], [1.0, 2.0]], dtype=np.float32))
    np.testing.assert_allclose(p, [[1, 0], [0.5, 0.5], [0.26894143, 0.7310586]], rtol=1e-6)


def test_accuracy_is_the_share_of_right_answers_with_wilsons_interval():
    score = Classes().score("it", two(np.array([0.9, 0.2, 0.6, 0.4])), np.array([1, 0, 0, 0]))
    assert score.value == 0.75
    assert (score.low, score.high) == wilson(3, 4)
    assert score.of == "4 test examples"


def test_auc_is_scikit_learns_ties_included():
    from sklearn.metrics import roc_auc_score

    for digits in (1, 8):  # with one digit there are many ties
        scores, truth = RNG.random(300).round(digits), RNG.integers(0, 2, 300)
        assert auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    assert auc(np.array([0.3, 0.4]), np.array([1, 1])) == 0.5


def test_auc_is_scored_with_a_bootstrap_interval_around_it():
    truth = RNG.integers(0, 2, 400)
    score = Classes("ROC AUC").score("it", two(np.clip(truth * 0.3 + RNG.random(400) * 0.7, 0, 1)), truth)
    assert score.low < score.value < score.high
    assert score.high - score.low < 0.1
    assert score.unit == "number"


def test_the_bootstrap_covers_what_it_says():
    """Of 200 experiments with a known error, about 95 % have it in their interval."""
    task, rng = Number(), np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        noise = rng.normal(0, 2.0, 150)
        score = task.score("it", noise, np.zeros(150))
        inside += score.low <= 2.0 <= score.high
    assert 180 <= inside <= 198


def test_root_mean_square_error_and_what_stands_beside_it(tmp_path):
    data = rung.data.load("diabetes")
    truth = data.split("test")[1]
    outputs = truth + RNG.normal(5, 10, len(truth))
    task = Number()
    assert task.value(outputs, truth) == pytest.approx(np.sqrt(np.mean((outputs - truth) ** 2)))
    found = task.findings(outputs, truth, data, tmp_path)
    assert found["also"]["bias"] == pytest.approx((outputs - truth).mean())
    first = found["mistakes"][0]
    assert abs(first["truth"] - first["answer"]) == pytest.approx(np.abs(outputs - truth).max())
    assert set(first["shown"]) == set(data.features)
    raw = outputs.astype(np.float32)[:, None]
    assert task.outputs(raw).shape == (len(truth),)


def test_perplexity_is_e_to_the_mean_surprise_and_leaves_out_what_does_not_count():
    surprises = np.log(np.array([[10.0, 10.0], [10.0, np.nan]]))
    assert Language().value(surprises, np.zeros(2)) == pytest.approx(10.0)
    assert not Language.higher


def test_a_difference_within_the_noise_is_not_called_better():
    truth = RNG.integers(0, 2, 500)
    right = np.where(RNG.random(500) < 0.8, truth, 1 - truth)
    alike = right.copy()
    alike[:4] = 1 - alike[:4]
    same = Classes().difference(two(right * 1.0), two(alike * 1.0), truth)
    assert same["better"] is None
    assert same["low"] <= same["value"] <= same["high"]
    clear = Classes().difference(two(truth * 1.0), two(right * 1.0), truth)
    assert clear["better"] is True
    assert clear["value"] == pytest.approx(1 - (right == truth).mean())
    worse = Number().difference(np.full(500, 3.0), RNG.normal(0, 1, 500), np.zeros(500))
    assert worse["better"] is False, "of an error, more is worse"


def test_a_paired_comparison_sees_what_two_intervals_hide():
    """Two models that share their mistakes: their intervals overlap, the paired difference is clear."""
    truth = RNG.integers(0, 2, 1000)
    base = np.where(RNG.random(1000) < 0.7, truth, 1 - truth)
    better = base.copy()
    mended = np.flatnonzero(base != truth)[:20]
    better[mended] = truth[mended]
    a, b = (Classes().score("x", two(m * 1.0), truth) for m in (better, base))
    assert a.low < b.high
    assert Classes().difference(two(better * 1.0), two(base * 1.0), truth)["better"] is True


def told(value, low, high, better):
    return {"value": value, "low": low, "high": high, "better": better}


def test_the_verdict_is_a_plain_sentence_and_the_best_strong_baseline_counts():
    trivial = {"name": "guess", "value": 0.1, "trivial": True, "difference": told(0.8, 0.7, 0.9, True)}
    strong = {"name": "forest", "value": 0.89, "trivial": False, "difference": told(0.01, -0.01, 0.03, None)}
    weak = {"name": "tree", "value": 0.5, "trivial": False, "difference": told(0.4, 0.3, 0.5, True)}
    result = {"unit": "share", "higher": True, "baselines": [trivial, weak, strong]}
    assert verdict_line(result) == (
        "Within the noise of forest: the difference is 1.00% (-1.00% to 3.00%); "
        "neither is shown to be better."
    )
    error = {"name": "ridge", "value": 2.0, "trivial": False, "difference": told(0.5, 0.25, 0.75, False)}
    result = {"unit": "number", "higher": False, "baselines": [error]}
    assert verdict_line(result) == "Worse than ridge, by 0.5 (0.25 to 0.75)."
    assert "no baseline" in verdict_line({"unit": "share", "higher": True, "baselines": []})


def test_calibration_compares_how_sure_it_is_with_how_often_it_is_right():
    sure = np.array([0.95] * 100 + [0.65] * 100)
    truth = np.array([1] * 95 + [0] * 5 + [1] * 40 + [0] * 60)
    found = calibration(two(sure), truth)
    assert found["error"] == pytest.approx((100 * 0.0 + 100 * 0.25) / 200)
    assert [b["count"] for b in found["bins"]] == [100, 100]
    assert [b["right"] for b in found["bins"]] == [pytest.approx(0.4), pytest.approx(0.95)]


def test_calibration_is_torchmetrics():
    import torch
    from torchmetrics.functional.classification import multiclass_calibration_error

    p = RNG.dirichlet(np.ones(4), 500)
    truth = RNG.integers(0, 4, 500)
    theirs = multiclass_calibration_error(torch.tensor(p), torch.tensor(truth), 4, n_bins=10)
    assert calibration(p, truth)["error"] == pytest.approx(float(theirs), abs=1e-6)


def test_mistakes_show_what_was_read(tmp_path):
    iris = rung.data.load("iris")
    truth = iris.split("test")[1]
    wrong = np.eye(3)[(truth + 1) % 3]
    found = Classes().findings(wrong, truth, iris, tmp_path)
    assert found["wrong"] == len(truth)
    assert found["tile"] is None
    assert set(found["mistakes"][0]["shown"]) == set(iris.features)
    assert (tmp_path / "confusion.png").is_file()
    digits = rung.data.load("digits8")
    truth = digits.split("test")[1]
    found = Classes().findings(np.eye(10)[truth], truth, digits, tmp_path)
    assert found["tile"] == [8, 8]
    assert found["mistakes"] == []


def test_how_much_worse_is_told_without_a_sign():
    strong = {"name": "forest", "value": 0.9, "trivial": False, "difference": told(-0.2, -0.3, -0.1, False)}
    told_so = verdict_line({"unit": "share", "higher": True, "baselines": [strong]})
    assert told_so == "Worse than forest, by 20.00% (10.00% to 30.00%)."
