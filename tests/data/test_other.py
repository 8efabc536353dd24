"""Other examples as the test part: the training part stays what it was, and what does not fit is refused."""

from dataclasses import replace

import numpy as np
import pytest

import rung.data
from rung.data.other import with_test_part
from rung.scratch.errors import ShapeError, UnknownNameError


def test_the_others_are_the_test_part_and_the_rest_stays():
    iris = rung.data.load("iris")
    other = replace(iris.take(30), name="mine", names=("virginica", "setosa", "versicolor"))
    both = with_test_part(iris, other)
    np.testing.assert_array_equal(both.split("train")[0], iris.split("train")[0])
    x, y = both.split("test")
    np.testing.assert_array_equal(x, other.x)
    assert [both.names[a] for a in y] == [other.names[a] for a in other.y], "classes are matched by name"


def test_columns_are_matched_by_name_and_may_hold_longer_words():
    kind = [("age", "f8"), ("job", "U3")]
    x = np.array([(1.0, "abc"), (2.0, "d")], dtype=kind)
    card = rung.data.card("moons")
    parts = {"train": np.array([0]), "test": np.array([1])}
    base = rung.data.Dataset("base", x, np.array([0, 1]), ("a", "b"), (), card, parts)
    there = np.array([("plumber", 7.0, 1.0)], dtype=[("job", "U9"), ("extra", "f8"), ("age", "f8")])
    other = replace(base, name="other", x=there, y=np.array([1]), splits={})
    test, answers = with_test_part(base, other).split("test")
    assert (test["job"].tolist(), test["age"].tolist(), answers.tolist()) == (["plumber"], [1.0], [1])
    lacking = replace(other, x=there[["extra", "age"]])
    with pytest.raises(ShapeError, match="other lacks the column 'job'"):
        with_test_part(base, lacking)


def test_another_shape_or_class_is_refused():
    iris, wine = rung.data.load("iris"), rung.data.load("wine")
    with pytest.raises(ShapeError, match=r"numbers of shape \(13,\), one of iris is numbers of shape \(4,\)"):
        with_test_part(iris, wine)
    with pytest.raises(UnknownNameError, match="the class 'setossa' of iris is none of iris's"):
        with_test_part(iris, replace(iris, names=("setossa", "versicolor", "virginica")))
