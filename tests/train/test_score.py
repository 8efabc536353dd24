"""Scores, intervals, confusion, mistakes, baselines: against values worked out by other means."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image

import rung.data
from rung.data.interval import wilson
from rung.data.split import with_validation
from rung.train import pictures
from rung.train.baseline import Baseline, fitted, logistic_regression, majority
from rung.train.report import matrix_lines, most_confused
from rung.train.score import Score, confusion, over_seeds, worst


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("right", "n"), [(98, 100), (0, 10), (10, 10), (5, 10), (9843, 10000)])
def test_wilson(right, n):
    from scipy.stats import binomtest

    theirs = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right, n) == pytest.approx((theirs.low, theirs.high), abs=2e-5)


def test_wilson_covers_what_it_says():
    """Of 2,000 experiments with a known share, about 95 % have it in their interval."""
    rng = np.random.default_rng(0)
    inside = [low <= 0.97 <= high for low, high in (wilson(k, 500) for k in rng.binomial(500, 0.97, 2000))]
    assert 0.93 < np.mean(inside) < 0.97


def scored(values, n):
    return [Score("x", v, *wilson(v * n, n), f"{n} test examples") for v in values]


def test_over_seeds_is_students_interval_where_seeds_matter_most():
    from scipy import stats

    values = [0.91, 0.98, 0.95]
    score = over_seeds("x", scored(values, 10_000), 10_000)
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (score.value, score.low, score.high) == pytest.approx((np.mean(values), low, min(1, high)))
    assert score.of == "3 seeds and 10,000 test examples"


def test_seeds_that_agree_do_not_make_the_test_examples_certain():
    score = over_seeds("x", scored([0.938, 0.938], 1000), 1000)
    assert (score.low, score.high) == pytest.approx(wilson(938, 1000))
    errors = [Score("x", 2.0, 1.5, 2.6, "", "number"), Score("x", 2.2, 1.7, 2.8, "", "number")]
    score = over_seeds("x", errors, 50)
    assert (score.low, score.high) == pytest.approx(
        (min(1.6, 2.1 - 12.706 * 0.1), 2.1 + 12.706 * 0.1), abs=1e-3
    )
    assert score.unit == "number"


def test_a_score_reads_as_a_sentence():
    assert str(Score("it", 0.75, 0.3006, 0.9544, "4 test examples")) == (
        "75.00% (30.06% to 95.44%, 95 % over 4 test examples)"
    )
    assert str(Score("it", 0.06123, 0.05, 0.0712345, "9 test examples", "number")) == (
        "0.06123 (0.05 to 0.07123, 95 % over 9 test examples)"
    )


def test_confusion_counts_truth_by_row():
    counts = confusion(np.array([1, 1, 0, 2]), np.array([0, 0, 0, 2]), 3)
    assert counts.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_worst_lists_the_surest_mistakes_first():
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.99, 0.01]])
    found = worst(p, np.array([0, 0, 0, 1]))
    assert [m["row"] for m in found] == [3, 2, 1]
    assert found[0] == {"row": 3, "truth": 1, "answer": 0, "sure": 0.99, "right": 0.01}
    assert len(worst(p, np.array([0, 0, 0, 1]), limit=1)) == 1


def test_validation_is_taken_from_training_only():
    data = rung.data.load("digits8")
    parted = with_validation(data)
    assert parted.splits["test"] is data.splits["test"]
    together = np.concatenate([parted.splits["train"], parted.splits["validation"]])
    assert sorted(together) == data.splits["train"].tolist()
    assert len(parted.splits["validation"]) == pytest.approx(1438 / 12, abs=10)
    few = with_validation(data.take(20))
    assert len(few.splits["validation"]) == 1


# Baselines.


class Counted:
    def __init__(self):
        self.fits = 0

    def fit(self, test):
        self.fits += 1
        return majority(np.array([0, 1, 1]), test, 2)


def test_a_baseline_is_fitted_once_for_the_same_data(home):
    data, counted, said = rung.data.load("moons"), Counted(), []
    named = [Baseline("guess", partial(counted.fit, 80)), Baseline("trivial", partial(counted.fit, 80), True)]
    first = fitted(named, data, said.append)
    again = fitted(named, data, said.append)
    assert counted.fits == 2
    assert said == ["fitting guess, once for this data ..."]
    np.testing.assert_array_equal(first, again)
    fitted(named, replace(data, y=1 - data.y), said.append)
    assert counted.fits == 4, "other data is not answered from memory"
    fitted([Baseline("another", partial(counted.fit, 80))], data, said.append)
    assert counted.fits == 5


def test_a_damaged_memory_is_fitted_again(home):
    data, counted = rung.data.load("moons"), Counted()
    named = [Baseline("guess", partial(counted.fit, 80))]
    first = fitted(named, data, len)
    (file,) = (home / "cache" / "baselines").iterdir()
    for damage in (b"{", file.read_bytes()[:-9]):
        file.write_bytes(damage)
        np.testing.assert_array_equal(fitted(named, data, len), first)
    assert counted.fits == 3


def test_logistic_regression_is_the_strong_baseline_of_digits():
    data = rung.data.load("digits8")
    x, y = data.split("train")
    test, truth = data.split("test")
    right = (logistic_regression(x, y, test, 10).argmax(1) == truth).mean()
    assert 0.93 < right < 0.99
    one = logistic_regression(x[:5], np.full(5, 3), test, 10)
    assert one.argmax(1).tolist() == [3] * len(test), "one class only: it is answered for everything"


def test_majority_answers_the_shares_of_the_training_classes():
    np.testing.assert_allclose(majority(np.array([1, 1, 0, 1]), 2, 3), [[0.25, 0.75, 0]] * 2)


# What people see.


def test_the_matrix_fits_a_terminal_and_hides_zeros():
    counts = [[996 if i == j else i for j in range(10)] for i in range(10)]
    lines = matrix_lines(counts, list("0123456789"))
    assert len(lines) == 11
    assert max(map(len, lines)) <= 80
    assert " . " in lines[1]
    assert len({len(line) for line in lines}) == 1
    assert matrix_lines([[0] * 40] * 40, [str(i) for i in range(40)]) == [
        "(the confusion matrix is in confusion.png)"
    ]


def test_long_names_keep_the_matrix_in_line():
    lines = matrix_lines([[4, 1], [0, 5]], ["cat", "a long-haired dog"])
    assert lines[0].split() == ["is", "\\", "said", "cat", "a", "long-haired", "dog"]
    assert len({len(line) for line in lines}) == 1


def test_the_most_confused_pairs_come_first():
    assert most_confused([[9, 1], [5, 9]], ["a", "b"]) == [
        "b taken for a (5 times)",
        "a taken for b (1 time)",
    ]


def test_pictures_show_the_mistakes(tmp_path):
    images = np.zeros((3, 8, 8), np.float32)
    images[2, 2:6, 2:6] = 1
    mistakes = [{"row": 2, "truth": 1, "answer": 0, "sure": 0.9, "right": 0.1}]
    pictures.failures(tmp_path / "f.png", [images[2]], mistakes, ["a", "b"])
    pictures.tiles(tmp_path / "t.png", [images[2]], (8, 8))
    pictures.confusion_matrix(tmp_path / "c.png", np.array([[5, 1], [0, 5]]), ["a", "b"])
    tile = np.asarray(Image.open(tmp_path / "t.png"))
    np.testing.assert_array_equal(tile, 255 - (images[2] * 255).astype(np.uint8))
    sheet = np.asarray(Image.open(tmp_path / "f.png").convert("L"))
    assert sheet[12 + 42, 12 + 42] == 0  # ink in the middle of the enlarged digit
    matrix = np.asarray(Image.open(tmp_path / "c.png"))
    assert (matrix[70, 64 + 44 + 4] != 255).any()  # the one mistake is coloured
    assert (matrix[70, 64 + 4] == 255).all()  # the diagonal is not


def test_no_mistakes_is_a_picture_too(tmp_path):
    pictures.failures(tmp_path / "f.png", [], [], ["a"])
    pictures.tiles(tmp_path / "t.png", [], (8, 8))
    with Image.open(tmp_path / "t.png") as picture:
        assert picture.size == (8, 8)


def test_pictures_in_colour_stay_in_colour(tmp_path):
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 200
    pictures.tiles(tmp_path / "t.png", [red, red], (4, 4, 3))
    tile = np.asarray(Image.open(tmp_path / "t.png"))
    assert tile.shape == (4, 8, 3)
    assert (tile == [200, 0, 0]).all()
    pictures.confusion_matrix(tmp_path / "c.png", np.array([[5, 1], [0, 5]]), ["an aeroplane", "b"])
