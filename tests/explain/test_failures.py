"""Failures are counted, ranked and shown as they are."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from rung.data.interval import wilson
from rung.explain.answers import Answers
from rung.explain.failures import confusions, worst_losses
from rung.explain.misses import Misses
from rung.scratch.errors import SettingError, ShapeError

P = np.array([[0.9, 0.1, 0.0], [0.1, 0.7, 0.2], [0.5, 0.3, 0.2], [0.05, 0.9, 0.05], [0.0, 0.6, 0.4]])
TRUTH = np.array([0, 1, 1, 0, 0])
NAMES = ("cat", "<dog>", "fox")


def test_worst_losses_come_first_and_a_probability_of_0_is_finite():
    found = worst_losses(Answers(P, TRUTH, NAMES), 3)
    assert [f.place for f in found.failures] == [4, 3, 2]
    assert np.isfinite(found.failures[0].loss)
    assert found.failures[1].loss == pytest.approx(-np.log(0.05))
    assert (found.failures[1].truth, found.failures[1].answer) == ("cat", "<dog>")
    assert found.wrong == 3
    losses = Answers(P, TRUTH).losses
    assert found.share == pytest.approx(losses[[4, 3, 2]].sum() / losses.sum())
    assert "3 of 5 answers with the greatest loss" in found.caption
    assert "3 of them are wrong, of all answers 3 (60.0%)" in found.caption


def test_right_answers_that_were_not_sure_may_be_among_the_worst():
    found = worst_losses(Answers(np.array([[0.99, 0.01], [0.55, 0.45]]), np.array([0, 0])), 1)
    assert (found.failures[0].place, found.failures[0].answer, found.wrong) == (1, "0", 0)


def test_confusions_are_pairs_with_their_surest_examples():
    found = confusions(Answers(P, TRUTH, NAMES))
    first = found.pairs[0]
    assert (first.truth, first.answer, first.count, first.back) == ("cat", "<dog>", 2, 1)
    assert first.share == pytest.approx(2 / 3)
    assert first.examples == (3, 4), "0.9 before 0.6"
    assert len(found.pairs) == 2
    assert found.matrix.tolist() == [[1, 2, 0], [1, 1, 0], [0, 0, 0]]
    assert "“cat” was taken for “<dog>”: 2 times, 66.7% of its examples, and 1 times" in found.caption


def test_the_matrix_tells_every_cell_on_hover():
    root = ET.fromstring(confusions(Answers(P, TRUTH, NAMES)).svg())
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "cat taken for <dog>: 2 of 3 (66.7%)" in titles
    assert len(titles) == 9


def test_of_many_classes_those_that_err_most_are_drawn():
    p = np.eye(100)[np.r_[np.arange(100), 97, 98]] * 0.5 + 0.005
    truth = np.r_[np.arange(100), 98, 99]
    found = confusions(Answers(p, truth))
    texts = [e.text for e in ET.fromstring(found.svg()).iter("{http://www.w3.org/2000/svg}text")]
    assert {"97", "98", "99"} <= set(texts)
    assert "Of 100 classes the 24 that err most are drawn" in found.caption


def test_without_mistakes_it_says_so():
    answers = Answers(np.eye(2), np.array([0, 1]))
    assert confusions(answers).caption == "No class was taken for another in 2 answers."
    assert ET.fromstring(confusions(answers).svg()) is not None


def test_the_probability_of_class_1_is_enough_of_two():
    found = Answers(np.array([0.2, 0.9]), np.array([0, 0]))
    assert found.chosen.tolist() == [0, 1]
    np.testing.assert_allclose(found.probabilities, [[0.8, 0.2], [0.1, 0.9]])


@pytest.mark.parametrize(
    ("p", "truth", "error", "told"),
    [
        ([[2.0, -1.0]], [0], SettingError, "1 of 1 rows are no probabilities"),
        ([[0.5, 0.5], [np.nan, 1]], [0, 0], SettingError, "the first is row 1"),
        ([[0.5, 0.5]], [2], SettingError, "2 classes"),
        ([[0.5, 0.5]], [0.5], SettingError, "float64"),
        ([[0.5, 0.5]], [0, 1], ShapeError, "truths"),
    ],
)
def test_what_are_no_answers_is_told(p, truth, error, told):
    with pytest.raises(error, match=told):
        Answers(np.array(p), np.array(truth))


def test_wilsons_interval_stays_in_bounds():
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-3)


def test_numbers_that_are_furthest_off_come_first_and_stand_out():
    truth = np.arange(30.0)
    answers = truth.copy()
    answers[7], answers[20] = 57, 15
    found = Misses(answers, truth)
    assert found.worst[:2].tolist() == [7, 20]
    assert "The worst is example 7: 7, answered 57" in found.caption
    assert found.table().rows[1] == (20, 20.0, 15.0, -5.0)
    assert "example 7: 7, answered 57" in found.svg()
    assert Misses(np.ones(1), np.ones(1)).svg().startswith("<svg"), "one answer, and it is right"
    with pytest.raises(ShapeError, match=r"answers \(3,\), truths \(2,\)"):
        Misses(np.ones(3), np.ones(2))
