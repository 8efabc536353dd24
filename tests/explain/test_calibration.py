"""A calibrated model is called so, one that is too sure is not."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from rung.explain.answers import Answers
from rung.explain.calibration import calibration


def model(seed, sharper=1.0, n=4000):
    """Answers of three classes whose truth is drawn from p; what is said is p made sharper."""
    rng = np.random.default_rng(seed)
    scores = 2 * rng.normal(size=(n, 3))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    truth = (rng.random(n)[:, None] > p.cumsum(axis=1)[:, :2]).sum(axis=1)
    said = p**sharper
    return Answers(said / said.sum(axis=1, keepdims=True), truth)


@pytest.mark.parametrize("seed", range(5))
def test_a_calibrated_model_errs_as_chance_does(seed):
    found = calibration(model(seed))
    assert found.ece < 0.035
    assert found.ece < 1.6 * found.by_chance
    assert 0.005 < found.by_chance < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_one_that_is_too_sure_is_told_so(seed):
    found = calibration(model(seed, sharper=3))
    assert found.ece > 3 * found.by_chance
    assert found.sure > found.right + 0.05
    assert "too sure by" in found.caption
    assert "stays below" in found.caption
    low = calibration(model(seed, sharper=0.4))
    assert "not sure enough by" in low.caption
    assert low.ece > 3 * low.by_chance


def test_bins_hold_equally_many_and_the_error_is_their_mean_gap():
    found = calibration(model(0), bins=10)
    assert [b.count for b in found.bins] == [400] * 10
    gap = sum(b.count * abs(b.sure - b.right) for b in found.bins) / 4000
    assert found.ece == pytest.approx(gap)
    assert all(b.low <= b.sure <= b.high and b.interval[0] <= b.right <= b.interval[1] for b in found.bins)


def test_equal_probabilities_stay_together_and_few_answers_make_few_bins():
    p = np.tile([0.75, 0.25], (40, 1))
    assert len(calibration(Answers(p, np.zeros(40, int))).bins) == 1
    assert len(calibration(model(0, n=25), bins=12).bins) == 2
    assert len(calibration(model(0, n=3)).bins) == 1


def test_the_draws_have_a_seed():
    assert calibration(model(1)) == calibration(model(1))
    assert calibration(model(1)).by_chance != calibration(model(1), seed=1).by_chance


def test_the_drawing_tells_each_bin():
    found = calibration(model(0))
    root = ET.fromstring(found.svg())
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == len(found.bins) == len(found.table().rows)
    assert titles[0].startswith(f"{found.bins[0].count} answers")
