"""The mutants of a text: what is changed in it, and what is left alone."""

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "mutants.py"
SPEC = importlib.util.spec_from_file_location("mutants", FILE)
mutants = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(mutants)


def changed(text):
    """The texts that come of one change each."""
    return {what: after for _, what, after in mutants.mutants(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y = a + b", {"Add to Sub": "y = a - b"}),
        ("y -= b", {"Sub to Add": "y += b"}),
        ("y = a @ b", {}),
        ("y = a < b", {"Lt to LtE": "y = a <= b", "Lt to GtE": "y = a >= b"}),
        ("y = a is None", {"Is to IsNot": "y = a is not None"}),
        ("y = 3", {"3 to 4": "y = 4"}),
        ("y = True", {"True to False": "y = False"}),
        ("y = 0.5", {"0.5 to 0.85": "y = 0.85"}),
        ("y = -a", {"USub dropped": "y = +a"}),
        ("y = a and b", {"And to Or": "y = a or b"}),
        ("y = a if b else c", {"condition negated": "y = a if not b else c"}),
    ],
)
def test_each_change(text, expected):
    assert changed(text) == expected


def test_a_statement_is_left_out_and_its_line_is_told():
    text = "def f(x):\n    y = x\n    return y"
    assert list(mutants.mutants(text)) == [(2, "dropped", "def f(x):\n    pass\n    return y")]


def test_words_and_annotations_are_left_alone():
    assert changed('"""Adds 1 + 1."""\nx: Literal[3]\ndef f(a: T[1 + 2]) -> T[4]: return f"{a + 1}"') == {}


def test_a_chain_is_changed_at_its_first_comparison():
    assert changed("y = 0 <= a <= b")["LtE to Lt"] == "y = 0 < a <= b"
