"""What a learner is told when something is not right: few lines, their numbers, one reason."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from rung.learn.grading.remote import NotAValue, Remote
from rung.learn.grading.show import compare, show
from rung.learn.grading.trace import current

if TYPE_CHECKING:
    from rung.learn.grading.session import LearnerError, Raised

COLUMNS = 80
_LINES = 10


class Failed(Exception):
    """A check did not hold; the text is what the learner reads."""


def compose(asked: str | None, lines: list[str], because: str) -> str:
    """Put a message together: the case, the call, the lines below it, the reason; at most about ten lines."""
    out: list[str] = []
    cases = current().cases
    if cases:
        out += textwrap.wrap("In the case: " + ", ".join(cases), COLUMNS)
    if asked:
        out += textwrap.wrap(asked, COLUMNS, subsequent_indent="    ", break_long_words=False)[:3]
    body: list[str] = []
    for line in lines:
        head, *rest = line.split("\n")
        indent = " " * (10 if head.startswith(("gave ", "expected ", "was ", "became ")) else 4)
        body += textwrap.wrap(head, COLUMNS - 2, subsequent_indent=indent)[:4] or [""]
        body += [" " * 10 + r[: COLUMNS - 12] for r in rest]
    reason = textwrap.wrap("because " + because if because else "", COLUMNS - 2)
    room = max(3, _LINES - len(out) - len(reason))
    if len(body) > room:
        body = [*body[: room - 1], "..."]
    return "\n".join([*out, *("  " + line for line in body + reason)])


def raised_lines(raised: Raised) -> list[str]:
    """Say what was raised and through which lines of the learner's file it came."""
    name, message = raised.kinds[0], raised.message.strip()
    if name == "SystemExit":
        lines = ["called sys.exit() (or exit(), quit()): a function gives its answer with return"]
    elif name == "RecursionError":
        lines = [
            "RecursionError: it calls itself without an end, or deeper than Python allows (some 1,000 calls)."
        ]
        if raised.through_library:
            lines.append("It does so through the library, which runs your version where its own was.")
    elif name == "MemoryError":
        lines = [
            "MemoryError: it asked for more memory than it may use." + (f" {message}" if message else "")
        ]
    else:
        first, *more = message.splitlines() or [""]
        plain = name in ("Refused", "RefusedImport", "TheLibrarysAnswer")  # sentences of ours
        lines = [
            first if plain else f"{name}: {first}" if first else name,
            *("  " + m.strip() for m in more[:3]),
        ]
    different = tuple(dict.fromkeys(raised.lines))
    shown = different if len(different) <= 3 else (*different[:1], *different[-2:])
    for number, function, text in shown:
        where = f"line {number}" + (f", in {function}" if function not in ("<module>", "") else "")
        lines.append(f"{where}:  {text.strip()}")
    return lines


def raised_message(error: LearnerError) -> str:
    """Say that the learner's code raised where a check called it."""
    raised = error.raised
    if raised.kinds[0] == "NotImplementedError":
        where = raised.lines[-1] if raised.lines else None
        text = (
            f"{where[1]} is not written yet (line {where[0]})." if where else "This part is not written yet."
        )
        return compose(error.asked, [text], "")
    return compose(error.asked, raised_lines(raised), "")


def not_a_value(problem: NotAValue) -> str:
    """Say that an object came back where a plain value was needed."""
    line = f"gave an object of the class {problem.kind}"
    return compose(problem.asked, [line, "expected a number, an array or another plain value"], "")


def mismatch(actual: Any, expected: Any, rtol: float, atol: float) -> list[str]:
    """Return the lines that say how `actual` differs from `expected`; none when it does not."""
    problem = _differs(actual, expected, rtol, atol, "")
    if not problem:
        return []
    place, lines = problem
    if place:
        lines = [f"in the part {place}:", *lines]
    return lines


def _differs(
    actual: Any, expected: Any, rtol: float, atol: float, place: str
) -> tuple[str, list[str]] | None:
    want = f"expected  {show(expected)}"
    if actual is None and expected is not None:
        return place, ["gave      None: did you forget to return the result?", want]
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return place, [_kind(actual, "a dict"), want]
        if actual.keys() != expected.keys():
            return place, [f"gave the keys  {show(list(actual))}", f"expected       {show(list(expected))}"]
        parts = [(k, actual[k], expected[k]) for k in expected]
    elif isinstance(expected, tuple | list) and (isinstance(expected, tuple) or not _rectangular(expected)):
        if not isinstance(actual, tuple | list):
            return place, [_kind(actual, f"{len(expected)} values"), want]
        if len(actual) != len(expected):
            return place, [f"gave {len(actual)} values  {show(actual)}", want]
        parts = [(i, a, e) for i, (a, e) in enumerate(zip(actual, expected, strict=True))]
    else:
        return _leaf(actual, expected, rtol, atol, place)
    for key, a, e in parts:
        found = _differs(a, e, rtol, atol, f"{place}[{key!r}]")
        if found:
            return found
    return None


def _rectangular(values: Any) -> bool:
    try:
        return np.asarray(values).dtype.kind in "biufc"
    except ValueError:
        return False


def _kind(actual: Any, wanted: str) -> str:
    name = actual._kind if isinstance(actual, Remote) else type(actual).__name__
    shown = "" if isinstance(actual, Remote) else f": {show(actual)}"
    return f"gave      a {name}{shown}, not {wanted}".replace("a int", "an int").replace(
        "a ndarray", "an array"
    )


def _leaf(actual: Any, expected: Any, rtol: float, atol: float, place: str) -> tuple[str, list[str]] | None:
    """Compare two arrays, numbers, texts or Nones."""
    want = f"expected  {show(expected)}"
    if expected is None or isinstance(expected, str | bytes):
        if isinstance(actual, Remote):
            return place, [_kind(actual, show(expected)), want]
        same = type(actual) is type(expected) and actual == expected
        return None if same else (place, [f"gave      {show(actual)}", want])
    if isinstance(actual, Remote):
        kind = actual._kind
        if not actual._operators:
            return place, [_kind(actual, "a number or an array"), want]
        from rung.learn.grading.session import LearnerError

        try:
            actual = np.asarray(actual)
        except (NotAValue, LearnerError):
            return place, [f"gave      an object of the class {kind}, not a number or an array", want]
    right = np.asarray(expected)
    try:
        left = np.asarray(actual)
    except ValueError:
        return place, [f"gave      {show(actual)}", "Its rows have different lengths.", want]
    if isinstance(actual, dict | set | str | bytes) or left.dtype.kind not in "biufc":
        return place, [_kind(actual, "a number or an array"), want]
    if left.shape != right.shape:
        return place, [
            f"gave      shape {left.shape}: {show(actual)}",
            f"expected  shape {right.shape}: {show(expected)}",
        ]
    close = np.isclose(left, right, rtol=rtol, atol=atol, equal_nan=True)
    if close.all():
        return None
    a, e, where = compare(left, right, ~close)
    lines = [f"gave      {a}", f"expected  {e}"]
    bad = ~np.isfinite(left) & np.isfinite(right)
    if bad.any():
        what = "nan (not a number)" if np.isnan(left[bad]).any() else "inf (infinite)"
        count = f"{int(bad.sum())} of {left.size} entries are {what}" if left.ndim else f"It is {what}"
        lines.append(f"{count}: was something divided by 0, or exp or log taken of too much?")
    elif where:
        lines.append(where)
    return place, lines
