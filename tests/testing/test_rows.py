"""Every part against PyTorch, central differences and the rules of all parts: a test a row and check."""

import pytest

from rung.scratch import nn, ops
from rung.scratch.function import Function
from rung.testing.checks import CHECKS, checks_of
from rung.testing.row import Row
from rung.testing.table import load, parts, without_row

ROWS = load()
NAMES = [
    f"{row.name} {i}" if [r.name for r in ROWS].count(row.name) > 1 else row.name
    for i, row in enumerate(ROWS)
]


TESTS = {
    f"{label}-{name}": check
    for label, row in zip(NAMES, ROWS, strict=True)
    for name, check in checks_of(row).items()
}


@pytest.mark.parametrize("check", TESTS.values(), ids=TESTS)
def test_row(check):
    check()


def test_every_part_has_a_row():
    assert without_row(ROWS) == []


def test_a_part_without_a_row_is_found():
    assert "ops.ReLU" in parts()
    assert "nn.Linear" in parts()
    assert "ops.Loss" not in parts()  # only what other losses are made of
    assert without_row([row for row in ROWS if row.part is not ops.ReLU]) == [
        *without_row(ROWS)[:0],
        "ops.ReLU",
        *without_row(ROWS),
    ]


class OffByOne(Function):
    """A ReLU whose gradient is a little too large."""

    def forward(self, x):
        self.open = x > 0
        return x * self.open

    def backward(self, g):
        return g * self.open * 1.001


def failing(part, **changes):
    """The names of the checks that a part fails on ReLU's row."""
    from dataclasses import replace

    row = replace(next(r for r in ROWS if r.name == "ReLU"), part=part, **changes)
    failed = []
    for name, check in CHECKS.items():
        try:
            check(row)
        except Exception:
            failed.append(name)
    return failed


def test_the_checks_catch_a_wrong_gradient():
    assert failing(OffByOne)[:3] == [
        "equals_torch_in_float64", "equals_torch_in_float32", "equals_central_differences",
    ]  # fmt: skip
    assert failing(ops.ReLU) == []


def test_the_checks_catch_a_changed_input():
    class InPlace(ops.ReLU):
        def forward(self, x):
            self.open = x > 0
            x *= self.open
            return x

    assert "leaves_its_inputs_alone" in failing(InPlace)
    assert "takes_read_only_inputs" in failing(InPlace)


def test_the_checks_catch_a_changed_dtype_and_a_whim():
    class Widens(ops.ReLU):
        def forward(self, x):
            return super().forward(x).astype("float64")

    class Forgets(ops.ReLU):
        calls = 0

        def backward(self, g):
            Forgets.calls += 1
            return super().backward(g) * (1 if Forgets.calls % 2 else 0)

    assert failing(Widens) == ["keeps_the_dtype"] or "keeps_the_dtype" in failing(Widens)
    assert "repeats_itself" in failing(Forgets)


def test_a_refusal_that_does_not_come_is_caught():
    row = Row("x", ops.ReLU, lambda rng: [], lambda torch, x: x, refusals=(refusal(lambda: None, "never"),))
    with pytest.raises(AssertionError, match="was not refused"):
        CHECKS["refuses_what_is_wrong"](row)
    row = Row(
        "x", ops.ReLU, lambda rng: [], lambda torch, x: x, refusals=(refusal(lambda: nn.Linear("a", 1), "b"),)
    )
    with pytest.raises(AssertionError, match="the message is"):
        CHECKS["refuses_what_is_wrong"](row)


def refusal(call, says):
    from rung.testing.row import Refusal

    return Refusal(call, Exception, says)
