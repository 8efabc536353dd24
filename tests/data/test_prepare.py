"""Preparations: fitted on training rows alone, the same afterwards and out of JSON, clear when misused."""

import json

import numpy as np
import pytest

import rung.data
from rung.data.fingerprint import fitted_rows, row_hashes, rows_digest
from rung.data.prepare import Categories, Columns, PrepareError, Scaler, restore
from rung.scratch.errors import DTypeError

KINDS = [("age", "f8"), ("job", "U8"), ("hours", "i4"), ("town", "U8")]
PEOPLE = np.array(
    [(30, "clerk", 40, "Ulm"), (np.nan, "smith", 20, ""), (50, "clerk", 60, "Bonn"), (40, "", 40, "Ulm")],
    dtype=KINDS,
)


def test_scaled_training_columns_have_mean_0_and_deviation_1():
    x, _ = rung.data.load("wine").split("train")
    out = Scaler().fit(x).transform(x)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=1e-5)


def test_it_is_scikit_learns_scaler_with_a_median_imputer():
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    x = rng.normal(5, 3, (60, 4))
    x[rng.random(x.shape) < 0.2] = np.nan
    theirs = make_pipeline(SimpleImputer(strategy="median", add_indicator=False), StandardScaler())
    theirs.fit(x[:40])
    np.testing.assert_allclose(Scaler().fit(x[:40]).transform(x), theirs.transform(x), rtol=1e-5, atol=1e-6)


def test_the_test_rows_change_nothing_of_what_was_fitted():
    x, _ = rung.data.load("wine").split("train")
    scaler = Scaler().fit(x)
    before = scaler.state()
    scaler.transform(x[:5] * 1000)
    assert scaler.state() == before


@pytest.mark.parametrize("value", [0.0, 3.0, 0.1, 1e9 + 0.1])
def test_a_constant_column_becomes_0_and_stays_finite_elsewhere(value):
    scaler = Scaler().fit(np.full((49, 1), value))
    assert np.abs(scaler.transform(np.full((3, 1), value))).max() < 1e-6
    assert scaler.transform(np.array([[value + 2]]))[0, 0] == pytest.approx(2, rel=1e-5)


def test_small_numbers_are_not_taken_for_constant_ones():
    out = Scaler().fit(np.array([[1e-20], [3e-20]])).transform(np.array([[1e-20], [3e-20]]))
    assert out.ravel().tolist() == [-1, 1]


def test_a_missing_number_becomes_the_training_median_and_can_be_indicated():
    train = np.array([[1.0, 5.0], [2.0, 5.0], [9.0, 6.0], [np.nan, 7.0]])
    plain, told = Scaler().fit(train), Scaler(indicators=True).fit(train)
    row = np.array([[np.nan, np.nan]])
    np.testing.assert_allclose(plain.inverse(plain.transform(row)), [[2.0, 5.5]], rtol=1e-6)
    assert told.transform(row).shape == (1, 3)  # the second column had no gap in training
    assert told.transform(row)[0, 2] == 1
    assert told.transform(train)[:, 2].tolist() == [0, 0, 0, 1]


def test_a_column_that_is_missing_everywhere_becomes_0():
    scaler = Scaler().fit(np.array([[np.nan, 1.0], [np.nan, 2.0]]))
    assert scaler.transform(np.array([[np.nan, 1.5]])).tolist() == [[0, 0]]


def test_inverse_gives_back_what_was_measured():
    x = np.random.default_rng(1).normal(100, 20, (30, 2))
    scaler = Scaler().fit(x)
    np.testing.assert_allclose(scaler.inverse(scaler.transform(x)), x, rtol=1e-5)


def test_categories_count_from_1_by_frequency_and_0_was_never_seen():
    made = Categories().fit(np.array([["b", "x"], ["a", "x"], ["c", "y"], ["c", "x"]]))
    assert made.values == [["c", "a", "b"], ["x", "y"]]
    assert made.sizes == (4, 3)
    out = made.transform(np.array([["a", "z"], ["", "y"], ["c", "x"]]))
    assert out.dtype == np.int64
    assert out.tolist() == [[2, 0], [0, 2], [1, 1]]


def test_a_string_longer_than_any_in_training_is_unseen_and_not_cut_to_fit():
    assert Categories().fit(np.array([["tea"]])).transform(np.array([["teapot"]])).tolist() == [[0]]


def test_rare_strings_can_count_as_unseen():
    made = Categories(least=2).fit(np.array([["a"], ["a"], ["b"]]))
    assert made.transform(np.array([["a"], ["b"]])).ravel().tolist() == [1, 0]


def test_columns_of_both_kinds_are_parted():
    columns = Columns(indicators=True).fit(PEOPLE)
    numbers, ids = columns.transform(PEOPLE)
    assert columns.numbers == ["age", "hours", "age is missing"]
    assert (columns.strings, columns.sizes) == (["job", "town"], (4, 4))
    assert numbers.dtype == np.float32
    np.testing.assert_allclose(numbers[:, :2].mean(axis=0), 0, atol=1e-6)
    assert numbers[:, 2].tolist() == [0, 1, 0, 0]
    assert ids.tolist() == [[1, 1], [3, 2], [1, 3], [2, 1]]


def test_columns_are_found_by_name():
    columns = Columns().fit(PEOPLE)
    turned = np.array(
        [tuple(row[name] for name in ("town", "hours", "job", "age")) for row in PEOPLE],
        dtype=[("town", "U8"), ("hours", "i4"), ("job", "U8"), ("age", "f8")],
    )
    for ours, theirs in zip(columns.transform(PEOPLE), columns.transform(turned), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_one_hot_has_a_named_column_for_each_string_and_none_for_a_new_one():
    columns = Columns().fit(PEOPLE)
    matrix, names = columns.onehot(PEOPLE)
    assert names == [
        *("age", "hours", "job = clerk", "job = (missing)", "job = smith"),
        *("town = Ulm", "town = (missing)", "town = Bonn"),
    ]
    assert matrix.shape == (4, 8)
    assert (matrix[:, 2:5].sum(axis=1) == 1).all()
    new = np.array([(30, "pilot", 40, "Rom")], dtype=KINDS)
    assert columns.onehot(new)[0][0, 2:].tolist() == [0] * 6


def test_a_table_of_one_kind_alone_works():
    numbers = np.array([(1.0,), (3.0,)], dtype=[("a", "f8")])
    strings = np.array([("u",), ("v",)], dtype=[("b", "U1")])
    assert Columns().fit(numbers).transform(numbers)[1].shape == (2, 0)
    assert Columns().fit(strings).transform(strings)[0].shape == (2, 0)


FITTED = [
    (Scaler(indicators=True), np.array([[1.0, np.nan], [2.0, 0.1], [4.0, 7.3]])),
    (Categories(), np.array([["ä", "b"], ["", "b"]])),
    (Columns(indicators=True), PEOPLE),
]


@pytest.mark.parametrize(("made", "x"), FITTED, ids=lambda v: type(v).__name__)
def test_through_json_and_back_it_does_the_same(made, x):
    made.fit(x)
    again = restore(json.loads(json.dumps(made.state(), allow_nan=False)))
    assert type(again) is type(made)
    assert again.state() == made.state()
    for ours, theirs in zip(made.transform(x), again.transform(x), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("made", "x"), FITTED, ids=lambda v: type(v).__name__)
def test_it_remembers_the_rows_it_was_fitted_on_and_not_their_order(made, x):
    made.fit(x)
    assert made.fitted_on == rows_digest(x) == rows_digest(x[::-1])
    assert made.fitted_on != rows_digest(x[1:])
    assert set(made.sample) == set(fitted_rows(x).tolist())


def test_the_sample_is_of_128_rows_at_most():
    x = np.arange(1000.0)[:, None]
    assert len(Scaler().fit(x).sample) == 128
    assert Scaler().fit(x).fitted_on == Scaler().fit(x.astype(np.float32)).fitted_on


def test_equal_rows_have_equal_fingerprints_and_others_have_not():
    for x in (
        np.array([[1, 2], [1, 2], [2, 1]], np.uint8),
        np.array(["ab", "ab", "a"], dtype=object),
        PEOPLE[[0, 0, 2]],
        np.array([np.zeros(2), np.zeros(2), np.zeros(3)], dtype=object),
        np.array([5, 5, 6]),
    ):
        a, b, c = row_hashes(x)
        assert a == b
        assert a != c


def test_misuse_is_told_clearly():
    with pytest.raises(PrepareError, match=r"Scaler\.transform before fit(.|\n)*fit\(x_train\)"):
        Scaler().transform(np.zeros((1, 1)))
    with pytest.raises(PrepareError, match=r"Categories\.transform before fit"):
        Categories().transform(np.array([["a"]]))
    with pytest.raises(PrepareError, match=r"Columns\.transform before fit"):
        Columns().transform(PEOPLE)
    with pytest.raises(PrepareError, match="3 columns, after fitting on 2"):
        Scaler().fit(np.zeros((4, 2))).transform(np.zeros((4, 3)))
    with pytest.raises(PrepareError, match="2 columns, after fitting on 1"):
        Categories().fit(np.array([["a"]])).transform(np.array([["a", "b"]]))
    with pytest.raises(PrepareError, match="a table without hours, town"):
        Columns().fit(PEOPLE).transform(PEOPLE[["age", "job"]])
    with pytest.raises(PrepareError, match="a table with hours, town besides"):
        Columns().fit(PEOPLE[["age", "job"]]).transform(PEOPLE)
    with pytest.raises(DTypeError, match="Categories, for strings"):
        Scaler().fit(np.array([["a"]]))
    with pytest.raises(DTypeError, match="Columns, for a table with strings"):
        Scaler().fit(PEOPLE)
    with pytest.raises(DTypeError, match="Categories are strings"):
        Categories().fit(np.zeros((2, 2)))
    with pytest.raises(DTypeError, match="Scaler, for a matrix of numbers"):
        Columns().fit(np.zeros((2, 2)))
    with pytest.raises(DTypeError, match=r"the column age holds <U2(.|\n)*it was a number column"):
        Columns().fit(PEOPLE).transform(
            np.array(
                [("30", "a", 1, "b")], dtype=[("age", "U2"), ("job", "U1"), ("hours", "i4"), ("town", "U1")]
            )
        )
    with pytest.raises(DTypeError, match="the column when holds"):
        Columns().fit(np.zeros(2, dtype=[("when", "M8[s]")]))
    with pytest.raises(PrepareError, match="row 1 holds inf in column 0"):
        Scaler().fit(np.array([[1.0], [np.inf]]))
    with pytest.raises(PrepareError, match=r"shape \(3,\)(.|\n)*x\[:, None\]"):
        Scaler().fit(np.zeros(3))
    with pytest.raises(PrepareError, match="no rows to fit on"):
        Columns().fit(PEOPLE[:0])
    with pytest.raises(PrepareError, match="a state of 'tree'"):
        restore({"what": "tree"})
