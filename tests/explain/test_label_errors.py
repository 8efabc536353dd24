"""Planted label errors are found, and where there are none, none are."""

import numpy as np
import pytest

from rung.explain.answers import Answers
from rung.explain.label_errors import label_errors


def made(seed, flips, n=1500, classes=4, apart=4.0):
    """Examples of known classes, what a good model that has not seen them says, and labels, some flipped."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    scores = apart * np.eye(classes)[truth] + rng.normal(size=(n, classes))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = truth.copy()
    wrong = rng.choice(n, flips, replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, classes, flips)) % classes
    return p, labels, truth, set(wrong.tolist())


@pytest.mark.parametrize("seed", range(5))
def test_planted_errors_are_found_and_come_first(seed):
    p, labels, truth, wrong = made(seed, 75)
    found = label_errors(Answers(p, labels))
    places = [i.place for i in found.issues]
    hit = wrong & set(places)
    assert len(hit) > 0.6 * len(wrong), "what is below its class's mean confidence is not accused"
    assert len(hit) > 0.85 * len(places)
    assert len(wrong & set(places[:40])) >= 36
    assert 0.6 * 75 < found.estimated < 1.6 * 75
    named = [i for i in found.issues if i.place in wrong]
    assert np.mean([i.likely == str(truth[i.place]) for i in named]) > 0.95


@pytest.mark.parametrize("seed", range(5))
def test_clean_labels_of_distinct_classes_give_next_to_none(seed):
    p, labels, _, _ = made(seed, 0, apart=9.0)
    assert len(label_errors(Answers(p, labels)).issues) <= 2


def test_it_is_the_papers_definition():
    """By hand: thresholds are 0.7 and 0.6; example 2 has 0.65 of class 1 and is labelled 0."""
    p = np.array([[0.9, 0.1], [0.85, 0.15], [0.35, 0.65], [0.4, 0.6], [0.4, 0.6]])
    found = label_errors(Answers(p, np.array([0, 0, 0, 1, 1])))
    np.testing.assert_allclose(found.thresholds, [0.7, 0.6])
    assert [(i.place, i.label, i.likely) for i in found.issues] == [(2, "0", "1")]
    assert found.issues[0].margin == pytest.approx(-0.3)
    assert found.joint.tolist() == [[2, 1], [0, 2]]
    assert found.estimated == pytest.approx(1)


def test_a_threshold_is_the_classes_own_so_that_an_overconfident_class_does_not_swallow_others():
    """Class 0 gets much probability everywhere; plain argmax would call every example of class 1 wrong."""
    p = np.array([[0.95, 0.05]] * 10 + [[0.6, 0.4]] * 10)
    labels = np.array([0] * 10 + [1] * 10)
    assert label_errors(Answers(p, labels)).issues == ()


def test_a_class_that_no_example_carries_is_nobodys_likely_class():
    p = np.array([[0.1, 0.2, 0.7]] * 3 + [[0.2, 0.7, 0.1]] * 3)
    found = label_errors(Answers(p, np.array([0, 0, 0, 1, 1, 1])))
    assert np.isnan(found.thresholds[2])
    assert all(i.likely != "2" for i in found.issues)


def test_the_caption_is_of_the_numbers_and_warns():
    p, labels, _, _ = made(0, 75)
    found = label_errors(Answers(p, labels))
    assert f"{len(found.issues)} of 1,500 labels" in found.caption
    assert f"example {found.issues[0].place}" in found.caption
    assert "not a verdict" in found.caption
    assert "was not trained on" in found.caption
    rows = found.table().rows
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)
