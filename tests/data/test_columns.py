"""A table is read as it is; one that is not what it should be is refused with file, line and column."""

import numpy as np
import pytest

from rung.data.columns import Column, classes, columns, keep
from rung.data.errors import TableError

WANTED = [Column("age"), Column("job", "Job", "text", missing=("", "?")), Column("id", kind="whole")]
GOOD = b'id,Job ,age\n1,cook, 31\n2,?,\n\n3,"baker, master",-1e1\n'


def test_columns_are_found_by_name_and_missing_values_are_marked():
    table = columns(GOOD, "f.csv", WANTED)
    assert table.dtype.names == ("age", "job", "id")
    np.testing.assert_array_equal(table["age"], [31, np.nan, -10])
    assert table["job"].tolist() == ["cook", "", "baker, master"]
    assert table["id"].dtype == np.int64


def test_a_file_without_a_first_line_of_names_and_with_another_separator():
    table = columns(
        b"1\ta\n2\tb", "f.tsv", [Column("n"), Column("s", kind="text")], head=False, separator="\t"
    )
    assert table.tolist() == [(1.0, "a"), (2.0, "b")]


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter():
    table = columns(b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"), "f.csv", WANTED)
    assert table["id"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"f\.csv has no rows\n  It is empty"),
        (b"id,Job,age\n", r"f\.csv has no rows\n  It ends after its first line"),
        (b"id,age\n1,2\n", "f.csv has no column 'Job'(.|\n)*names 'id', 'age'"),
        (b"id,Job,age\n1,cook,31\n2,ba", r"f.csv, line 3: 2 values in place of 3(.|\n)*cut short"),
        (b"id,Job,age\n1,cook,31,7\n2,ba,1\n", "f.csv, line 2: 4 values in place of 3"),
        (b"id,Job,age\n1,cook,31\n\n2,ba,old\n", "f.csv, line 4, column 'age': 'old' is no number"),
        (b"id,Job,age\n1,cook,nan\n", "line 2, column 'age': 'nan' is no number"),
        (b"id,Job,age\n1,cook,inf\n", "line 2, column 'age': 'inf' is no number"),
        (b"id,Job,age\n1.5,cook,3\n", "line 2, column 'id': '1.5' is no whole number"),
        (b"id,Job,age\n1,cook,3\n,cook,3\n", r"1 of 2 rows have no 'id' \(line 3\)"),
        (b'id,Job,age\n1,"cook,3\n', "f.csv, line 2: .*(.|\n)*quotation"),
        (b"id,Job,age\n1,caf\xe9,3\n", "f.csv, line 2: byte 0xe9 is not UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_column(data, message):
    with pytest.raises(TableError, match=message):
        columns(data, "f.csv", WANTED)


def test_rows_without_an_answer_are_counted():
    wanted = [Column("x"), Column("y", kind="text", required=True)]
    with pytest.raises(
        TableError, match=r"5 of 6 rows have no 'y' \(line 2, 3, 4, \.\.\.\)(.|\n)*label these"
    ):
        columns(b"x,y\n" + b"1,\n" * 5 + b"1,yes\n", "f.csv", wanted)


def test_answers_become_class_numbers_and_a_strange_one_is_named():
    values = np.array(["no", "yes", "no"])
    assert classes(values, ("no", "yes"), "f.csv, y").tolist() == [0, 1, 0]
    with pytest.raises(TableError, match=r"f.csv, y: row 1 \(of 3, from 0\) has the answer 'yes'"):
        classes(values, ("no", "maybe"), "f.csv, y")


def test_kept_columns_are_the_callers_own():
    table = columns(GOOD, "f.csv", WANTED)
    few = keep(table, ("id", "age"))
    few["id"] += 1
    assert few.dtype.names == ("id", "age")
    assert few.dtype.itemsize == 16
    assert table["id"].tolist() == [1, 2, 3]
