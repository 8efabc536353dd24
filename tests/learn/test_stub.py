"""The learner's file: what is kept, what is cut, what is replaced."""

import ast
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from rung.learn import lesson as lessons_
from rung.learn.lesson import LessonError
from rung.learn.stub import answer, cut_bodies, cut_names, stub, with_replacement

LIBRARY = '''
"""A module of a library."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
import numpy as np

from .toybase import Function

EPS = 1e-9
_SCALE = 2 * EPS


def _clip(x):
    """Keep x off 0."""
    return np.maximum(x, _SCALE)


def double(x):
    return 2 * x


class ReLU(Function):
    """max(0, x)."""

    kind = "gate"

    def forward(self, x: np.ndarray, f: Callable[[int], int] = lambda v: v) -> np.ndarray:  # (B, n)
        """Keep what backward needs: `α` for one."""
        # the trick stands in this comment
        self.open = x > 0
        return np.maximum(x, 0)
        # and in this one

    def backward(self, g): self.seen = g; return g * self.open

    @property
    def size(self):
        return self.open.size

    def reset(self):
        raise NotImplementedError("a subclass says")


@functools.cache
def log_of(
    x,
    base=math.e,
):
    """Logarithm.

  An odd margin, kept as it is.
    """
    return np.log(_clip(double(x))) / math.log(base)


class Deep(ReLU):
    class Inner:
        def go(self):
            return 1

    async def wait(self):
        return 2
'''
BASE = '''
class Function:
    """A base."""

def helper(): return 5
'''
TOML = """
format = 1
title = "ReLU"
track = "foundations"
level = 101
target = {target}
blank = {blank}
requires = []
teaches = ["relu"]
minutes = 5
covers = []
cheatsheet = "max(0, x)"
"""


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "toypkg"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "toylib.py").write_text(LIBRARY, encoding="utf-8")
    (package / "toybase.py").write_text(BASE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield lambda target, blank=(): _lesson(tmp_path, target, blank)
    for name in [n for n in sys.modules if n.startswith("toypkg")]:
        del sys.modules[name]


def _lesson(root: Path, target, blank=()):
    folder = root / "lessons" / "relu_gate"
    folder.mkdir(parents=True, exist_ok=True)
    full = [t if ":" in t else f"toypkg.toylib:{t}" for t in target]
    (folder / "lesson.toml").write_text(TOML.format(target=full, blank=list(blank)).replace("'", '"'))
    return lessons_.load(folder)


def run(text: str) -> dict:
    space: dict = {"__name__": "answer"}
    exec(compile(text, "answer.py", "exec"), space)
    return space


def test_the_stub_begins_with_the_lesson_and_how_to_check_it(make):
    text = stub(make(["ReLU"]))
    assert text.startswith("# ReLU: lesson relu-gate.\n")
    assert "rung check relu-gate" in text.split("\n\n")[0]


def test_signature_docstring_and_class_body_are_kept_and_bodies_cut(make):
    text = stub(make(["ReLU"]))
    assert (
        "def forward(self, x: np.ndarray, f: Callable[[int], int] = lambda v: v) -> np.ndarray:  # (B, n)"
        in text
    )
    docstring = '"""Keep what backward needs: `α` for one."""'
    assert f'{docstring}\n        raise NotImplementedError("your turn: ReLU.forward")' in text
    assert 'kind = "gate"' in text
    assert "@property\n    def size(self):\n        raise" in text
    for line in ("self.open = x > 0", "the trick", "and in this one", "self.seen", "self.open.size"):
        assert line not in text
    assert 'raise NotImplementedError("a subclass says")' in text
    with pytest.raises(NotImplementedError, match=r"your turn: ReLU\.backward"):
        run(text)["ReLU"]().backward(1)


def test_a_body_on_the_def_line_is_cut_too(make):
    assert (
        '    def backward(self, g):\n        raise NotImplementedError("your turn: ReLU.backward")'
        in stub(make(["ReLU"]))
    )


def test_blank_chooses_the_bodies(make):
    lesson = make(["ReLU"], blank=["ReLU.backward"])
    text = stub(lesson)
    assert cut_names(lesson) == ("ReLU.backward",)
    assert "self.open = x > 0" in text
    relu = run(text)["ReLU"]()
    assert relu.forward(np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
    with pytest.raises(NotImplementedError):
        relu.backward(1)


def test_a_target_may_be_one_method(make):
    assert cut_names(make(["ReLU.forward"])) == ("ReLU.forward",)


def test_imports_and_given_parts_come_along(make):
    text = stub(make(["log_of"]))
    head = text.partition("def _clip")[0]
    assert "from __future__ import annotations" in head
    assert "import functools\nimport math\n\nimport numpy as np" in head
    assert "from toypkg.toylib import double" in head, "a public part of the module is imported from it"
    assert "EPS = 1e-9\n" in head
    assert "_SCALE = 2 * EPS" in head
    assert "Function" not in text
    assert "  An odd margin, kept as it is." in text
    with pytest.raises(NotImplementedError, match="your turn: log_of"):
        run(text)["log_of"](3)


def test_a_relative_import_becomes_absolute(make):
    assert "from toypkg.toybase import Function" in stub(make(["ReLU"]))


def test_several_targets_stand_in_the_order_of_the_module_and_see_each_other(make):
    lesson = make(["log_of", "double", "Deep", "ReLU", "toypkg.toybase:helper"])
    text = answer(lesson)
    assert "import double" not in text
    tree = [n.name for n in ast.parse(text).body if hasattr(n, "name")]
    assert tree == ["_clip", "double", "ReLU", "log_of", "Deep", "helper"]
    space = run(text)
    assert space["log_of"](0.5) == 0.0
    assert space["helper"]() == 5
    assert "Deep.Inner.go" in cut_names(lesson)
    assert "Deep.wait" in cut_names(lesson)


def test_the_answer_differs_from_the_stub_by_the_bodies_only(make):
    lesson = make(["ReLU", "log_of"])
    assert set(cut_bodies(lesson)) == set(cut_names(lesson))
    for line in "\n".join(cut_bodies(lesson).values()).split("\n"):
        assert line in answer(lesson)
        assert line not in stub(lesson)
    assert "the library's own answer" in answer(lesson)


def test_the_answer_of_every_body_compiles_and_so_does_the_stub(make):
    for target in (["ReLU"], ["log_of"], ["Deep"], ["double"]):
        run(stub(make(target)))
        run(answer(make(target)))


def test_a_function_is_replaced_by_source(make):
    lesson = make(["double"])
    space = run(with_replacement(lesson, "double", "def triple(x):\n    return 3 * x\n"))
    assert space["double"](2) == 6


def test_a_method_is_replaced_and_the_rest_is_the_answer(make):
    text = with_replacement(
        make(["ReLU"]), "ReLU.backward", "def by_gradient(self, g):\n    return np.maximum(g, 0)\n"
    )
    relu = run(text)["ReLU"]()
    relu.forward(np.array([-1.0, 2.0]))
    assert relu.backward(np.array([3.0, -1.0])).tolist() == [3.0, 0.0]
    assert relu.size == 2


def test_a_property_keeps_its_decorator(make):
    text = with_replacement(make(["ReLU"]), "ReLU.size", "def twice(self): return 2 * self.open.size")
    relu = run(text)["ReLU"]()
    relu.forward(np.zeros(3))
    assert relu.size == 6


MISTAKES = """
import math
import numpy as np
from toypkg.toylib import ReLU, double
from rung_toy_mistakes import mistake

_HALF = 0.5


def _half(x):
    return _HALF * x


@mistake(replaces="double", caught_by="x")
def halves(x, halves_of=None):
    '''You halved.'''
    return _half(x) + 0 * math.pi


@mistake(replaces="double", caught_by="x")
def once_too_often(x):
    '''You doubled twice.'''
    return double(double(x))


@mistake(replaces="ReLU", caught_by="x")
class Wide(ReLU):
    '''A subclass of the right one.'''
    def forward(self, x):
        return super().forward(x) + 1


def undecorated(n):
    return 1 if n == 0 else n * undecorated(n - 1)
"""


@pytest.fixture
def mistakes(make, tmp_path: Path):
    """The mistakes of a lesson, loaded from a file that no module table knows."""
    (tmp_path / "rung_toy_mistakes.py").write_text(
        "def mistake(**options):\n    return lambda thing: thing\n"
    )
    file = tmp_path / "mistakes.py"
    file.write_text(textwrap.dedent(MISTAKES))
    space: dict = {"__name__": "toy.mistakes"}
    exec(compile(file.read_text(), str(file), "exec"), space)
    yield space
    sys.modules.pop("rung_toy_mistakes", None)


def test_a_mistake_brings_its_helpers_and_imports(make, mistakes):
    text = with_replacement(make(["double"]), "double", mistakes["halves"])
    assert "@mistake" not in text
    assert run(text)["double"](4) == 2


def test_a_mistake_may_call_the_right_answer(make, mistakes):
    assert run(with_replacement(make(["double"]), "double", mistakes["once_too_often"]))["double"](3) == 12


def test_a_class_mistake_may_extend_the_right_answer(make, mistakes):
    space = run(with_replacement(make(["ReLU"]), "ReLU", mistakes["Wide"]))
    assert space["ReLU"]().forward(np.array([1.0])).tolist() == [2.0]
    assert space["ReLU"].__name__ == "ReLU"


def test_recursion_survives_the_renaming(make, mistakes):
    assert run(with_replacement(make(["double"]), "double", mistakes["undecorated"]))["double"](4) == 24


def test_an_unknown_name_is_refused_with_the_nearest(make):
    with pytest.raises(LessonError, match=r'did you mean "ReLU\.backward"'):
        with_replacement(make(["ReLU"]), "ReLU.backwards", "def f(): pass")
    with pytest.raises(LessonError, match="blank names"):
        stub(make(["ReLU"], blank=["ReLU.forwards"]))
    with pytest.raises(LessonError, match='did you mean "ReLU"'):
        stub(make(["RelU"]))
    with pytest.raises(LessonError, match=r"toypkg\.toybase:Function"):
        stub(make(["Function"]))
    with pytest.raises(LessonError, match="there is no module"):
        stub(make(["nowhere.at_all:x"]))
    with pytest.raises(LessonError, match="replacement defines nothing"):
        with_replacement(make(["ReLU"]), "ReLU", "x = 1")
