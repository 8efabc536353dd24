"""Where a name stands, whatever its case and joints."""

import pytest

from rung.errors import UnknownNameError
from rung.learn.sources import served, source, sources
from rung.learn.where import _used_at, where


def test_case_and_joints_do_not_matter():
    assert where("ReLU").ops == where("relu").ops != []
    assert (
        where("perceptron-update").other + where("perceptron-update").models
        == where("perceptron_update").models
    )


def test_a_lesson_is_found_by_its_slug_a_data_set_by_its_name():
    assert where("perceptron-trick").lessons == ["perceptron-trick"]
    assert any(place.startswith("src/rung/data/sets/iris.py") for place in where("iris").data)


def test_a_mention_in_a_text_is_no_use():
    """docs and strings of the learning layer speak of ReLU all the time."""
    assert not any("/learn/" in place for place in where("relu").users)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean"):
        where("perceptron_updat")


def test_sources_know_whom_they_serve():
    found = {s.key: s for s in served()}
    assert set(found) == set(sources())
    assert "perceptron" in {slug for slug, _ in found["rosenblatt1958"].readings}
    years = [s.entry["year"] for s in served()]
    assert years == sorted(years)
    with pytest.raises(UnknownNameError, match='did you mean "rosenblatt1958"'):
        source("rosenblatt1985")


def test_a_use_is_the_first_line_of_code_that_says_it():
    text = """'ReLU'
\'\'\'of several lines: "ReLU
ReLU\'\'\'  # ReLU
x = 'it\\'s ReLU' + r"\\"ReLU"
FastReLU = ReLUs = 1
y = ReLU()
"""
    assert _used_at(text, {"ReLU"}) == 6
    assert _used_at(text, {"ReLU", "x"}) == 4
    assert _used_at(text, {"of"}) is None
