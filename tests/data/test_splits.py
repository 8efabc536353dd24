"""Parting by names and by time: always alike, nothing twice, nobody trains on tomorrow."""

import numpy as np

import rung.data
from rung.data.split import by_time, hashed, with_validation


def test_a_split_by_names_does_not_depend_on_the_order_of_the_rows():
    names = [f"{kind}.{i}.jpg" for kind in ("cat", "dog") for i in range(50)]
    y = np.array([0] * 50 + [1] * 50)
    first = hashed(names, y)
    assert np.bincount(y[first["test"]]).tolist() == [10, 10]
    order = np.random.default_rng(0).permutation(100)
    second = hashed([names[i] for i in order], y[order])
    assert {names[order[i]] for i in second["test"]} == {names[i] for i in first["test"]}
    assert sorted([*first["train"], *first["test"]]) == list(range(100))


def test_copies_of_an_example_are_on_one_side():
    names = [b"same"] * 6 + [b"other", b"third", b"fourth", b"fifth"]
    test = set(hashed(names, np.zeros(10, int))["test"].tolist())
    assert len(test & set(range(6))) in (0, 6)


def test_a_class_of_two_is_on_both_sides_and_a_class_of_one_in_training():
    splits = hashed(["a", "b", "c"], np.array([0, 0, 1]))
    assert len(splits["test"]) == 1
    assert 2 in splits["train"]


def test_by_time_every_test_row_is_after_every_training_row():
    time = np.random.default_rng(0).permutation(50)
    splits = by_time(time)
    assert time[splits["train"]].max() < time[splits["test"]].min()
    assert len(splits["test"]) == 10


def test_by_time_everybody_keeps_their_own_last_rows():
    of = np.array([7, 3, 7, 3, 7, 3, 7, 7, 5])
    time = np.array([9, 1, 8, 2, 7, 3, 6, 5, 1])
    splits = by_time(time, test=0.4, of=of)
    assert splits["test"].tolist() == [0, 2, 5]
    assert 8 in splits["train"], "who has one row keeps it in training"


def test_equal_times_keep_the_order_of_the_rows():
    assert by_time(np.zeros(10))["test"].tolist() == [8, 9]


def test_a_published_validation_part_is_kept():
    data = rung.data.load("iris")
    made = with_validation(data)
    assert with_validation(made) is made
    assert len(with_validation(data).splits["validation"]) == 9
