"""Verdicts: what passes, what fails with which message, what stands in for the library, and the diagnosis."""

import os
import textwrap

import numpy as np
import pytest
from grading_kit import RIGHT, ToyLesson, make

from rung.learn.grading import Limits, Verdict
from rung.learn.grading.client import GradingError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the learner's process is forked here")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> ToyLesson:
    return make(tmp_path_factory.mktemp("grading"), "grading_toy")


def one_check(tmp_path, package: str, body: str, target: str = "update", mistakes: str = "") -> ToyLesson:
    """Make a lesson whose only check has this body."""
    head = "import numpy as np\nfrom rung.learn.checks import *\nfrom rung.learn.checks import check\n"
    text = (
        head
        + "@check('it')\ndef it(mine, rng):\n"
        + textwrap.indent(textwrap.dedent(body).strip(), "    ")
        + "\n"
    )
    return make(tmp_path, package, target, text, mistakes)


def test_a_right_answer_passes(lesson):
    verdict = lesson.grade(RIGHT, seed=7)
    assert verdict.passed
    assert [c.passed for c in verdict.checks] == [True, True]
    assert (verdict.fault, verdict.diagnosis, verdict.seed) == (None, None, 7)


def test_a_verdict_survives_json(lesson):
    verdict = lesson.grade("def update(*a): return 1\n")
    assert Verdict.from_dict(verdict.to_dict()) == verdict


def test_the_first_failure_only_is_told_and_names_the_call_in_the_learners_numbers(lesson):
    verdict = lesson.grade(RIGHT.replace("return w, b", "return w + 1, b", 1))
    failed, after = verdict.checks
    assert (failed.reached, after.reached) == (True, False)
    lines = failed.message.split("\n")
    assert lines[0] == "update([1, -2], 0.5, [0.1257, -0.1321], 1)"
    assert lines[1:4] == ["  in the part [0]:", "  gave      [2, -1]", "  expected  [1, -2]"]
    assert lines[4] == "  because the point is already on the right side"
    assert all(len(line) <= 80 for line in lines)


def test_a_table_of_the_fixed_answers_fails_on_fresh_inputs(lesson):
    recorded = lesson.grade(
        """
        def update(w, b, x, y, lr=1.0):
            if y * (w @ x + b) > 0:
                answer = w, b
            else:
                answer = w + lr * y * x, b + lr * y
            print("TABLE", (w.tolist(), b, x.tolist(), y), "->", (answer[0].tolist(), answer[1]))
            return answer
        """,
        seed=0,
    )
    assert recorded.passed
    rows = dict(line[6:].split(" -> ") for line in recorded.printed.splitlines())
    table = "TABLE = {" + ", ".join(f"{k!r}: {v}" for k, v in rows.items()) + "}\n"
    source = table + (
        "import numpy as np\n"
        "def update(w, b, x, y, lr=1.0):\n"
        "    w, b = TABLE.get(str((w.tolist(), b, x.tolist(), y)), ([0.0, 0.0], 0.0))\n"
        "    return np.array(w), b\n"
    )
    assert lesson.grade(source, seed=0).passed  # the table is right where it was made
    assert not lesson.grade(source, seed=1).passed


def test_a_changed_input_is_noticed_across_the_processes(lesson):
    verdict = lesson.grade(RIGHT.replace("return w + lr * y * x", "w += lr * y * x\n    return w"))
    assert verdict.checks[0].passed
    assert "It changed what it was given." in verdict.checks[1].message
    assert "the caller still needs the old weights" in verdict.checks[1].message


def test_a_stub_fails_every_check_by_not_being_written(lesson):
    verdict = lesson.grade("def update(w, b, x, y, lr=1.0):\n    raise NotImplementedError\n", every=True)
    assert [c.error for c in verdict.checks] == ["NotImplementedError"] * 2
    assert "update is not written yet (line 2)." in verdict.checks[0].message


def test_an_exception_shows_the_learners_lines_only(lesson):
    source = "def helper(w):\n    return w.reshape(7)\n\ndef update(w, b, x, *y):\n    return helper(w), b\n"
    message = lesson.grade(source).failure().message
    assert "ValueError: cannot reshape array of size 2 into shape (7,)" in message
    assert "line 5, in update:  return helper(w), b" in message
    assert "line 2, in helper:  return w.reshape(7)" in message
    assert "grading" not in message


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def update(w, b:\n    return w", "Line 1 of toy.py cannot be read as Python"),
        (
            "x = 1\ny = x / 0\n",
            "toy.py stopped at line 2 while it was loaded: ZeroDivisionError: division by zero",
        ),
        ("import no_such_thing", "No module named 'no_such_thing'"),
    ],
)
def test_a_file_that_does_not_load_points_at_the_line(lesson, source, told):
    verdict = lesson.grade(source)
    assert told in " ".join(verdict.fault.split())
    assert all(len(line) <= 80 for line in verdict.fault.split("\n"))
    assert source.split("\n")[int("stopped at line 2" in told)].strip() in verdict.fault
    assert not any(c.reached for c in verdict.checks)


def test_a_missing_name_is_told(lesson):
    assert "your file does not define update" in lesson.grade("x = 1").failure().message


def test_what_is_printed_is_kept(lesson):
    assert lesson.grade("print('hello')\n" + RIGHT).printed == "hello\n"


def test_the_same_bug_on_the_fresh_seed_is_reported_with_that_seed(lesson):
    source = RIGHT.replace("return w, b", "return (w, b) if abs(x[0] - 0.12573022) < 1e-6 else (w, 7.0)", 1)
    verdict = lesson.grade(source, seed=5)
    assert not verdict.checks[0].passed
    assert "gave      7" in verdict.checks[0].message
    assert verdict.seed == 5


def test_diagnosis_names_the_mistake_that_behaves_the_same(lesson):
    always = "def update(w, b, x, y, lr=1.0):\n    b = b + lr * y\n    return lr * x * y + w, b\n"
    assert (
        lesson.grade(always).diagnosis == "You moved the line for a point that was already on the right side."
    )
    no_bias = RIGHT.replace(", b + lr * y", ", b")
    assert lesson.grade(no_bias).diagnosis == "You left the bias where it was."


@pytest.mark.parametrize(
    "source",
    [
        "def update(w, b, x, y, lr=1.0):\n    return w * 3, b\n",  # wrong in a way of its own
        "def update(w, b, x, y, lr=1.0):\n    raise NotImplementedError\n",
        "def update(w, b, x, y, lr=1.0):\n    pass\n",
        RIGHT.replace(
            "return w + lr * y * x", "w += lr * y * x\n    return w"
        ),  # the results are the right ones
    ],
)
def test_no_diagnosis_where_no_mistake_behaves_the_same(lesson, source):
    verdict = lesson.grade(source)
    assert not verdict.passed
    assert verdict.diagnosis is None


def test_the_learners_code_never_runs_in_the_unwalled_process_of_the_diagnosis(lesson, tmp_path):
    trap = f"try:\n    open({str(tmp_path / 'forged')!r}, 'w')\nexcept Exception:\n    pass\n"
    verdict = lesson.grade(trap + "def update(w, b, x, y, lr=1.0):\n    return w + lr * y * x, b + lr * y\n")
    assert verdict.diagnosis
    assert not (tmp_path / "forged").exists()


def test_the_librarys_own_callers_run_the_learners_version(tmp_path):
    lesson = one_check(
        tmp_path,
        "callers_toy",
        """
        user = mine.library("callers_toy.user")
        w, b = user.fit(np.array([[1.0, 2.0]]), np.array([1]))
        expect_close(b, 1.0, "fit uses update")
        expect_close(user.by_table(w * 0, 0.0, np.array([1.0, 2.0]), 1)[1], 1.0, "so does the table")
        """,
    )
    assert lesson.grade(RIGHT).passed
    verdict = lesson.grade(RIGHT.replace("b + lr * y", "b + 5.0"))
    assert "gave      5" in verdict.failure().message


def test_a_class_target_stands_in_for_subclasses_functions_and_instances(tmp_path):
    lesson = one_check(
        tmp_path,
        "class_toy",
        """
        library = mine.library("class_toy.library")
        expect_close(library.scaled(3.0, 4.0), 12.0, "a function of the library makes one")
        expect_close(library.Twice().forward(3.0), 6.0, "a subclass of the library inherits from it")
        expect_close(mine.Scaler(5.0).forward(np.ones(2)), np.full(2, 5.0), "and it works by itself")
        expect(library.Scaler.name() == "mine", "a static method, too")
        """,
        target="Scaler",
    )
    source = """
    class Scaler:
        def __init__(self, factor):
            super().__init__()
            self.factor = factor
        def forward(self, x):
            return x * self.factor
        @staticmethod
        def name():
            return "mine"
    """
    verdict = lesson.grade(source)
    assert verdict.passed, verdict
    wrong = lesson.grade(source.replace("x * self.factor", "x + self.factor"))
    assert "scaled(3, 4)" in wrong.failure().message
    by_inheritance = "import class_toy.library as l\nclass Scaler(vars(l)['Scaler']):\n    pass\n"
    assert "the library's own answer" in str(lesson.grade(by_inheritance))


def test_a_mistake_in_one_method_is_diagnosed_with_the_rest_being_the_answer(tmp_path):
    mistakes = """
from rung.learn.mistakes import mistake

@mistake(replaces="Scaler.forward", caught_by="it")
def adds(self, x):
    \"\"\"You added the factor.\"\"\"
    return x + self.factor

@mistake(replaces="Scaler", caught_by="it")
class Negates:
    \"\"\"You turned the sign.\"\"\"
    def __init__(self, factor): self.factor = factor
    def forward(self, x): return -self.factor * x
"""
    lesson = one_check(
        tmp_path,
        "method_toy",
        "x = rng.normal()\nexpect_close(mine.Scaler(3.0).forward(x), 3 * x, 'it scales')",
        target="Scaler",
        mistakes=mistakes,
    )
    source = (
        "class Scaler:\n    def __init__(self, f):\n        self.f = f\n"
        "    def forward(self, x):\n        return {}\n"
    )
    assert lesson.grade(source.format("x * self.f")).passed
    assert lesson.grade(source.format("self.f + x")).diagnosis == "You added the factor."
    assert lesson.grade(source.format("x * -self.f")).diagnosis == "You turned the sign."


def test_functions_of_the_check_are_called_back_and_may_call_again(tmp_path):
    lesson = one_check(
        tmp_path,
        "callback_toy",
        """
        seen = []
        def f(x):
            seen.append(x)
            return mine.half(x) + 1
        expect_close(mine.update(f, np.array([2.0, 4.0])), [2.0, 3.0], "f of x")
        expect(len(seen) == 1, "f is called once")
        expect_close(mine.update(np.sqrt, 9.0), 3.0, "a NumPy function crosses by its name")
        """,
    )
    source = "def half(x):\n    return x / 2\ndef update(f, x):\n    return f(x)\n"
    assert lesson.grade(source).passed
    twice = lesson.grade(source.replace("return f(x)", "f(x)\n    return f(x)"))
    assert "f is called once" in twice.failure().message


def test_a_failure_inside_a_callback_cannot_be_swallowed(tmp_path):
    lesson = one_check(
        tmp_path,
        "swallow_toy",
        """
        def f(x):
            expect(x == 3, "x is three")
            return x
        mine.update(f)
        """,
    )
    source = "def update(f):\n    try:\n        return f(4)\n    except BaseException:\n        return 3\n"
    assert "x is three" in lesson.grade(source).failure().message


def test_spoiling_the_inputs_does_not_spoil_what_is_expected(tmp_path):
    lesson = one_check(
        tmp_path,
        "spoil_toy",
        """
        x = rng.normal(size=3)
        expect_close(mine.update(x), 2 * x, "twice")
        inputs = [rng.normal(size=2)]
        expect_close(mine.update(inputs)[0], 2 * inputs[0], "twice")
        """,
    )
    assert lesson.grade("def update(x): return [2 * v for v in x]").passed
    assert not lesson.grade("def update(x):\n    x[:] = 0 * x\n    return x\n").passed
    assert not lesson.grade("def update(x):\n    for v in x: v *= 0\n    x[:] = x\n    return x\n").passed


def test_values_of_every_kind_cross_both_ways(tmp_path):
    lesson = one_check(
        tmp_path,
        "values_toy",
        """
        for value in (None, True, 0, -(2**80), 1.5, 1 - 2j, "é", b"x", [1, [2]], (1,), {"a": 1, 2: None},
                      {1, 2}, frozenset({3}), slice(1, None), ..., float, np.float32(1.5), np.int64(-3)):
            expect(mine.update(value) == value, f"{value!r}")
            expect(type(mine.update(value)) is type(value), f"the type of {value!r}")
        for array in (np.zeros((0, 3)), np.array(2.0), np.eye(3)[::-2].T, np.float32([1])):
            got = mine.update(array)
            expect(got.dtype == array.dtype, "the dtype stays")
            expect_close(got, array, "the values stay")
        """,
    )
    assert lesson.grade("def update(x):\n    return x\n").passed


def test_a_generator_crosses_with_its_state_and_comes_back_advanced(tmp_path):
    lesson = one_check(
        tmp_path,
        "rng_toy",
        """
        twin = np.random.default_rng(3)
        given = np.random.default_rng(3)
        expect_close(mine.update(given), twin.normal(size=2), "the same stream")
        expect_close(after(given).normal(), twin.normal(), "and it went on")
        """,
    )
    assert lesson.grade("def update(rng):\n    return rng.normal(size=2)\n").passed


def test_what_was_done_to_lists_and_dicts_can_be_asked_for(tmp_path):
    lesson = one_check(
        tmp_path,
        "inplace_toy",
        """
        params, state = [np.ones(2), np.ones(3)], {}
        first = params[0]
        mine.update(params, state)
        expect_close(after(first), [0.5, 0.5], "an array inside a list")
        expect(len(after(params)) == 3 and after(params)[0][0] == 0.5, "the list itself")
        expect(after(state) == {"step": 1}, "the dict")
        expect(len(params) == 2 and first[0] == 1.0 and state == {}, "the check's own stay as they were")
        """,
    )
    source = "def update(p, s):\n    p[0] *= 0.5\n    p.append(1)\n    s['step'] = 1\n"
    assert lesson.grade(source).passed


def test_objects_stay_over_there_and_answer_like_objects(tmp_path):
    lesson = one_check(
        tmp_path,
        "objects_toy",
        """
        a, b = mine.update(2.0), mine.update(3.0)
        c = a * b + 1
        expect_close(c.data, 7.0, "operators")
        expect_close((1 + a).data, 3.0, "reflected operators")
        expect_close(float(c), 7.0, "float()")
        expect(len(c) == 2 and [p.data for p in c] == [6.0, 1.0], "len and iteration")
        a.data = 10.0
        expect_close(a.data, 10.0, "attributes can be set")
        expect(hasattr(a, "data") and not hasattr(a, "nothing"), "and asked for")
        expect_close(a[1], 11.0, "indexing")
        expect_raises(ValueError, lambda: a.fail(), "it fails")
        expect_raises("Mine", lambda: a.fail(), "by name, too")
        """,
    )
    source = """
    class Mine(ValueError): pass
    class update:
        def __init__(self, data, parts=()): self.data, self.parts = data, parts
        def __add__(self, other):
            other = other if isinstance(other, update) else update(other)
            return update(self.data + other.data, (self, other))
        __radd__ = __add__
        def __mul__(self, other): return update(self.data * other.data, (self, other))
        def __float__(self): return self.data
        def __len__(self): return len(self.parts)
        def __iter__(self): return iter(self.parts)
        def __getitem__(self, i): return self.data + i
        def fail(self): raise Mine("no")
    """
    verdict = lesson.grade(source)
    assert verdict.passed, verdict.failure()


def test_expect_raises_is_not_met_by_code_that_is_not_written(tmp_path):
    lesson = one_check(
        tmp_path, "raises_toy", "expect_raises(RuntimeError, lambda: mine.update(), 'it must')"
    )
    assert lesson.grade("def update(): raise RuntimeError\n").passed
    assert lesson.grade("def update(): raise NotImplementedError\n").failure().error == "NotImplementedError"
    message = lesson.grade("def update(): return 3\n").failure().message
    assert "expected  RuntimeError to be raised" in message
    assert "KeyError" in lesson.grade("def update(): raise KeyError('k')\n").failure().message


def test_a_check_may_take_longer_when_it_says_so(tmp_path):
    checks = """
from rung.learn.checks import check, expect
@check("slow", seconds=60)
def slow(mine, rng): expect(mine.update() == 1, "one")
"""
    lesson = make(tmp_path, "slow_toy", checks=checks)
    source = "import time\ndef update():\n    time.sleep(1.6)\n    return 1\n"
    assert lesson.grade(source, limits=Limits(seconds=1.5, total=60)).passed


def test_a_lesson_that_does_not_run_is_not_the_learners_fault(tmp_path):
    lesson = make(tmp_path, "broken_toy", checks="import nowhere_to_be_found\n")
    with pytest.raises(GradingError, match=r"checks\.py of the lesson toy does not run: ModuleNotFoundError"):
        lesson.grade(RIGHT)
    (lesson.folder / "checks.py").write_text("x = 1\n")
    with pytest.raises(GradingError, match="has no check"):
        lesson.grade(RIGHT)


def test_hashes_see_what_matters(lesson):
    one, two = lesson.grade(RIGHT), lesson.grade(RIGHT.replace("\n", "  \r\n"))
    assert one.code_hash == two.code_hash
    assert one.code_hash != lesson.grade(RIGHT + "x = 1\n").code_hash
    before = one.checks_hash
    checks = lesson.folder / "checks.py"
    text = checks.read_text()
    checks.write_text(text + "# more\n")
    try:
        assert lesson.grade(RIGHT).checks_hash != before
    finally:
        checks.write_text(text)
    assert lesson.grade(RIGHT).checks_hash == before


def test_numpy_errors_of_this_process_do_not_reach_the_learners(lesson):
    with np.errstate(all="raise"):
        assert lesson.grade("import numpy as np\nx = np.float64(1) / np.float64(0)\n" + RIGHT).passed


def test_a_mistake_that_changes_its_arguments_is_known_by_that(tmp_path):
    mistakes = """
from rung.learn.mistakes import mistake

@mistake(replaces="update", caught_by="moves")
def moves_in_place(w, b, x, y, lr=1.0):
    \"\"\"You changed the caller's own weights.\"\"\"
    if y * (w @ x + b) > 0:
        return w, b
    w += lr * y * x
    return w, b + lr * y
"""
    lesson = make(tmp_path, "in_place_toy", mistakes=mistakes)
    verdict = lesson.grade(RIGHT.replace("return w + lr * y * x", "w[:] = w + lr * y * x\n    return w"))
    assert verdict.diagnosis == "You changed the caller's own weights."
