"""What the expectations say: short, in the learner's numbers, each kind of failure told as what it is."""

import numpy as np
import pytest

from rung.learn.checks import case, expect, expect_close, expect_unchanged, load_checks
from rung.learn.grading.show import number, short, show
from rung.learn.grading.tell import Failed
from rung.learn.grading.trace import Event, Trace, begin
from rung.learn.mistakes import load_mistakes, mistake


@pytest.fixture(autouse=True)
def trace() -> Trace:
    return begin()


def message(actual, expected, because="it must be so", asked="f(1)", **tolerance) -> str:
    """Return what the learner reads when f(1) gave `actual`."""
    begin().add(Event(asked, actual))
    with pytest.raises(Failed) as failure:
        expect_close(actual, expected, because, **tolerance)
    text = str(failure.value)
    assert len(text.split("\n")) <= 11, text
    assert all(len(line) <= 80 for line in text.split("\n")), text
    return text


def test_a_wrong_number():
    assert message(0.25, 0.5) == "f(1)\n  gave      0.25\n  expected  0.5\n  because it must be so"


@pytest.mark.parametrize(
    ("actual", "expected", "told"),
    [
        (None, 1.0, "gave      None: did you forget to return the result?"),
        (np.zeros(3), np.zeros((3, 1)), "gave      shape (3,): [0, 0, 0]"),
        ("1", 1.0, "gave      a str: '1', not a number or an array"),
        ({"a": 1}, 1.0, "gave      a dict: {'a': 1}, not a number or an array"),
        (1.0, (1.0, 2.0), "gave      a float: 1, not 2 values"),
        ((1.0,), (1.0, 2.0), "gave 1 values  (1,)"),
        (
            np.array([1.0, np.nan]),
            np.array([1.0, 2.0]),
            "1 of 2 entries are nan (not a number): was something divided",
        ),
        (np.inf, 2.0, "It is inf (infinite): was something divided by 0, or exp or log taken of too"),
        ((1.0, np.array([1.0, 3.0])), (1.0, np.array([1.0, 2.0])), "in the part [1]:"),
        ({"w": 1.0}, {"w": 2.0}, "in the part ['w']:"),
        ({"w": 1.0}, {"b": 2.0}, "gave the keys  ['w']"),
        ([[1, 2], [3]], np.ones((2, 2)), "Its rows have different lengths."),
        ("relu", "gelu", "gave      'relu'"),
        (np.array(["a"]), np.ones(1), "not a number or an array"),
    ],
)
def test_each_way_to_be_wrong_is_told_as_what_it_is(actual, expected, told):
    assert told in message(actual, expected)


def test_a_tiny_difference_is_shown_with_digits_enough_to_see_it():
    assert "gave      0.33333" in message(1 / 3 + 1e-7, 1 / 3, rtol=1e-9)
    text = message(0.1 + 0.2, 0.3, rtol=0, atol=0)
    assert "0.30000000000000004" in text


def test_a_large_array_says_where_it_differs_first():
    wrong = np.arange(600.0).reshape(20, 30)
    wrong[3, 4] = -1
    text = message(wrong, np.arange(600.0).reshape(20, 30))
    assert "array of shape (20, 30)" in text
    assert "1 of 600 entries differ; the first at [3, 4]: -1, expected 94" in text


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1, 1.0),
        ((1.0, [2.0]), [1.0, (2.0,)]),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        (np.float32(0.1), 0.1),
        (np.array([np.nan, np.inf]), [np.nan, np.inf]),
        (None, None),
        (True, True),
        ({"w": np.ones(2), "b": 0}, {"w": [1, 1], "b": 0.0}),
    ],
)
def test_what_is_right_is_quiet(actual, expected):
    expect_close(actual, expected, "")


@pytest.mark.parametrize(
    ("actual", "expected"), [(1.00002, 1.0), (1e-7, 0.0), (0, None), (None, 0), ("", None)]
)
def test_what_is_nearly_right_is_not(actual, expected):
    with pytest.raises(Failed):
        expect_close(actual, expected, "")


def test_tolerance_is_relative_to_what_is_expected():
    expect_close(1001.0, 1000.0, "", rtol=1e-2)
    with pytest.raises(Failed):
        expect_close(1001.0, 1000.0, "", rtol=1e-4)


def test_expect_shows_the_latest_call(trace):
    trace.add(Event("count([1, 2])", 3))
    with pytest.raises(Failed, match=r"count\(\[1, 2\]\)\n  gave      3\n  because there are two"):
        expect(False, "there are two")
    expect(np.bool_(True), "")


def test_expect_takes_truth_only(trace):
    with pytest.raises(TypeError, match="expect takes True or False, not a ndarray"):
        expect(np.array([True]), "")


def test_a_case_stands_at_the_head_of_the_message_and_goes_away():
    with case("an empty list"):
        expect(True, "")
    with (
        pytest.raises(Failed, match=r"^In the case: two points, on the line\n"),
        case("two points"),
        case("on the line"),
    ):
        expect(False, "of this")


def test_unchanged_shows_before_and_after(trace):
    trace.add(Event("f([9])", None))
    with pytest.raises(
        Failed, match=r"It changed what it was given.\n  was       \[1, 2\]\n  became    \[9, 2\]"
    ):
        expect_unchanged(np.array([1, 2]), np.array([9, 2]), "the caller needs it")


def test_the_call_named_is_the_one_that_gave_the_value(trace):
    first, second = np.ones(2), (np.zeros(2), 5.0)
    trace.add(Event("first()", first))
    trace.add(Event("second()", second))
    assert trace.about(first) == "first()"
    assert trace.about(second[0]) == "second()[0]"
    assert trace.about("never seen") == "second()"


def test_values_are_short():
    assert show((np.array([1.0, 1 / 3]), True, None)) == "([1, 0.3333], True, None)"
    assert show(np.zeros((100, 100))).startswith("array of shape (100, 100)")
    assert short(np.zeros((64, 10))) == "array(64, 10)"
    assert len(short("x" * 100)) <= 32
    assert number(-0.0) == "0"
    assert number(1 - 2j) == "1-2j"


def test_checks_are_found_in_order_and_two_of_one_name_are_refused(tmp_path):
    (tmp_path / "checks.py").write_text(
        "from rung.learn.checks import check\n"
        "@check('b first')\ndef b(mine, rng): pass\n@check('then a')\ndef a(mine, rng): pass\n"
    )
    assert [(c.name, c.title) for c in load_checks(tmp_path)] == [("b", "b first"), ("a", "then a")]
    (tmp_path / "checks.py").write_text(
        "from rung.learn.checks import check\n"
        "@check('x')\ndef twice(mine, rng): pass\n@check('y')\ndef twice(mine, rng): pass\n"
    )
    with pytest.raises(ValueError, match="two checks are called twice"):
        load_checks(tmp_path)


def test_a_mistake_needs_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="the mistake silent has no docstring"):

        @mistake(replaces="f", caught_by="c")
        def silent():
            pass

    (tmp_path / "mistakes.py").write_text(
        "from rung.learn.mistakes import mistake\n"
        "@mistake(replaces='R.backward', caught_by='c')\ndef m(self, g):\n    '''You  did\n    this.'''\n"
    )
    (found,) = load_mistakes(tmp_path)
    assert (found.name, found.replaces, found.caught_by, found.says) == (
        "m",
        "R.backward",
        "c",
        "You did this.",
    )
    assert load_mistakes(tmp_path / "nowhere") == []
