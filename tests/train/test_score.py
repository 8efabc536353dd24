"""Scores, intervals, confusion, mistakes, leakage, baselines: against values worked out by other means."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import rung.data
from rung.data import Dataset
from rung.data.split import with_validation
from rung.scratch.tensor import Tensor
from rung.train import pictures
from rung.train.baseline import baselines, majority, remembered
from rung.train.leakage import leakage
from rung.train.report import leakage_line, matrix_lines, most_confused
from rung.train.score import accuracy, confusion, over_seeds, probabilities, wilson, worst


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


def test_over_seeds_is_students_interval_where_seeds_matter_most():
    from scipy import stats

    values = [0.91, 0.98, 0.95]
    score = over_seeds("x", values, 10_000)
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (score.value, score.low, score.high) == pytest.approx((np.mean(values), low, min(1, high)))
    assert score.of == "3 seeds and 10,000 test examples"


def test_seeds_that_agree_do_not_make_the_test_examples_certain():
    score = over_seeds("x", [0.938, 0.938], 1000)
    assert (score.low, score.high) == wilson(938, 1000)


def test_accuracy_reads_as_a_sentence():
    score = accuracy("it", np.array([1, 1, 0, 0]), np.array([1, 1, 0, 1]))
    assert score.value == 0.75
    assert str(score) == "75.00% (30.06% to 95.44%, 95 % over 4 test examples)"


def test_confusion_counts_truth_by_row():
    counts = confusion(np.array([1, 1, 0, 2]), np.array([0, 0, 0, 2]), 3)
    assert counts.tolist() == [[1, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_worst_lists_the_surest_mistakes_first():
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.99, 0.01]])
    found = worst(p, np.array([0, 0, 0, 1]))
    assert [m["row"] for m in found] == [3, 2, 1]
    assert found[0] == {"row": 3, "truth": 1, "answer": 0, "sure": 0.99, "right": 0.01}
    assert len(worst(p, np.array([0, 0, 0, 1]), limit=1)) == 1


def test_probabilities_in_batches_are_softmax_and_do_not_overflow():
    x = np.array([[1000.0, 0.0], [0.0, 0.0], [1.0, 2.0]], dtype=np.float32)
    p = probabilities(lambda t: Tensor(t.data), x, batch=2)
    np.testing.assert_allclose(p, [[1, 0], [0.5, 0.5], [0.26894143, 0.7310586]], rtol=1e-6)


# Leakage.


def tiny(x, y, train, test):
    card = rung.data.card("moons")
    splits = {"train": np.array(train), "test": np.array(test)}
    return Dataset("tiny", np.array(x, dtype=float), np.array(y), ("a", "b"), ("x",), card, splits, (1,))


def test_a_test_example_that_was_trained_on_is_found():
    data = tiny([[1], [2], [2], [1], [3], [2]], [0, 1, 1, 0, 1, 0], [0, 1, 2], [3, 4, 5])
    assert leakage(data) == {"test": 3, "leaked": [0, 2], "same_answer": 1, "repeated": 1}


def test_clean_data_has_none_and_says_so():
    leaks = leakage(rung.data.load("moons"))
    assert leaks["leaked"] == []
    assert leakage_line(leaks).startswith("No leakage: none of the 80 test examples")
    told = leakage_line({"leaked": [1, 2], "test": 9, "score_without": 0.5})
    assert told == "LEAKAGE: 2 test examples are also training examples; without them the score is 50.00%."


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


def test_baselines_are_computed_once_and_remembered(tmp_path, monkeypatch):
    data = rung.data.load("digits8")
    assert not remembered(data, tmp_path)
    trivial, strong = baselines(data, tmp_path)
    assert remembered(data, tmp_path)
    assert trivial.value == pytest.approx(0.1, abs=0.01)
    assert 0.93 < strong.value < 0.99
    monkeypatch.setattr("rung.train.baseline.logistic_regression", None)
    assert baselines(data, tmp_path) == [trivial, strong]


def test_a_damaged_memory_is_computed_again(tmp_path):
    data = rung.data.load("moons")
    first = baselines(data, tmp_path)
    (file,) = tmp_path.glob("*.json")
    file.write_text("{")
    assert baselines(data, tmp_path) == first
    assert len(json.loads(file.read_text())) == 2


def test_other_data_is_not_answered_from_memory(tmp_path):
    data = rung.data.load("moons")
    baselines(data, tmp_path)
    assert not remembered(replace(data, y=1 - data.y), tmp_path)


def test_majority_answers_the_most_frequent_training_class():
    data = tiny([[1], [2], [3], [4], [5]], [1, 1, 0, 0, 1], [0, 1, 2], [3, 4])
    assert majority(data).value == 0.5


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


def test_the_most_confused_pairs_come_first():
    assert most_confused([[9, 1], [5, 9]], ["a", "b"]) == [
        "b taken for a (5 times)",
        "a taken for b (1 times)",
    ]


def test_pictures_show_the_mistakes(tmp_path):
    images = np.zeros((3, 8, 8), np.float32)
    images[2, 2:6, 2:6] = 1
    mistakes = [{"row": 2, "truth": 1, "answer": 0, "sure": 0.9, "right": 0.1}]
    pictures.failures(tmp_path / "f.png", images, mistakes, ["a", "b"])
    pictures.tiles(tmp_path / "t.png", images, mistakes)
    pictures.confusion_matrix(tmp_path / "c.png", np.array([[5, 1], [0, 5]]), ["a", "b"])
    tile = np.asarray(Image.open(tmp_path / "t.png"))
    np.testing.assert_array_equal(tile, 255 - (images[2] * 255).astype(np.uint8))
    sheet = np.asarray(Image.open(tmp_path / "f.png").convert("L"))
    assert sheet[12 + 42, 12 + 42] == 0  # ink in the middle of the enlarged digit
    matrix = np.asarray(Image.open(tmp_path / "c.png"))
    assert (matrix[70, 64 + 44 + 4] != 255).any()  # the one mistake is coloured
    assert (matrix[70, 64 + 4] == 255).all()  # the diagonal is not


def test_no_mistakes_is_a_picture_too(tmp_path):
    pictures.failures(tmp_path / "f.png", np.zeros((1, 8, 8)), [], ["a"])
    pictures.tiles(tmp_path / "t.png", np.zeros((1, 8, 8)), [])
    with Image.open(tmp_path / "t.png") as picture:
        assert picture.size == (8, 8)
