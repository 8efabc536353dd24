"""The table of cases, under the name the tests know it by; the rows stand in src/rung/testing/cases."""

from rung.testing.table import load, without_row

ROWS = load()
__all__ = ["ROWS", "without_row"]
