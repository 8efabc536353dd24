"""lesson.toml: read whole, or refused with the file and the repair."""

from pathlib import Path

import pytest

from rung.errors import UnknownNameError
from rung.learn.hints import read
from rung.learn.lesson import LessonError, lesson, lessons, load

GOOD = """
format = 1
title = "ReLU"
track = "foundations"
level = 101
target = ["rung.scratch.ops.activation:ReLU", "rung.scratch.tensor:Tensor.relu"]
blank = ["ReLU.backward"]
requires = ["mlp-notation"]
teaches = ["relu"]
minutes = 5
covers = ["activations"]
cheatsheet = "max(0, x)"

[[reading]]
source = "glorot2011"
view = "those who brought it back"
why = "Section 3."
"""


def folder(root: Path, text: str = GOOD, name: str = "relu_gate") -> Path:
    (root / name).mkdir(exist_ok=True)
    (root / name / "lesson.toml").write_text(text, encoding="utf-8")
    return root / name


def test_a_lesson_is_read_whole(tmp_path):
    found = load(folder(tmp_path))
    assert (found.slug, found.title, found.level, found.minutes) == ("relu-gate", "ReLU", 101, 5)
    assert found.names == ("ReLU", "Tensor")
    assert found.outside == ()
    assert found.reading[0].view == "those who brought it back"
    assert found.notebook == tmp_path / "relu_gate" / "lesson.py"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("requires =", "require =", r'unknown key "require"(.|\n)*did you mean "requires"'),
        ("minutes = 5", "", r'the key "minutes" is missing(.|\n)*add minutes = 1'),
        ("level = 101", 'level = "101"', "level is '101'"),
        ("level = 101", "level = 102", "level is 102"),
        ("level = 101", "level = true", "level is True"),
        ("format = 1", "format = 2", "format is 2"),
        ('teaches = ["relu"]', "teaches = [1]", "teaches holds 1"),
        ("target = [", "target = []\noutside = [", "target is empty"),
        ("ops.activation:ReLU", "ops.activation.ReLU", 'A target is "module:name"'),
        ("view =", "viewpoint =", r'unknown key "viewpoint" in \[\[reading\]\]'),
        ('why = "Section 3."', "", r'a \[\[reading\]\] lacks "why"'),
        ("[[reading]]", "[reading", "cannot be read"),
    ],
)
def test_what_is_wrong_is_refused_with_the_file_and_the_repair(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(LessonError, match=message) as caught:
        load(folder(tmp_path, GOOD.replace(old, new)))
    assert "lessons/relu_gate/lesson.toml" in str(caught.value)


def test_a_folder_name_that_is_no_slug_is_refused(tmp_path):
    with pytest.raises(LessonError, match="the slug"):
        load(folder(tmp_path, name="07-ReLU"))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LessonError, match=r"lesson\.toml is missing"):
        load(tmp_path)


def test_lessons_are_found_by_folder_and_by_nothing_else(tmp_path):
    folder(tmp_path)
    folder(tmp_path, GOOD.replace("ReLU", "Other"), "another_one")
    (tmp_path / "notes").mkdir()
    assert list(lessons(tmp_path)) == ["another-one", "relu-gate"]
    assert lesson("relu_gate", tmp_path) == lesson("relu-gate", tmp_path)
    with pytest.raises(UnknownNameError, match='did you mean "relu-gate"'):
        lesson("relu-gat", tmp_path)


def test_one_lesson_is_found_though_another_is_broken(tmp_path):
    folder(tmp_path)
    folder(tmp_path, "format = 0", "broken")
    assert lesson("relu-gate", tmp_path).title == "ReLU"
    with pytest.raises(LessonError):
        lessons(tmp_path)


def test_hints_are_read_as_rungs_and_code_in_them_is_left_alone(tmp_path):
    file = tmp_path / "hints.md"
    file.write_text(
        "intro\n\n## Nudge\nLook.\n\n## Idea\n```\n## not a heading\n```\n## Almost the code\n\n    x > 0\n"
    )
    assert read(file) == [
        ("Nudge", "Look."),
        ("Idea", "```\n## not a heading\n```"),
        ("Almost the code", "    x > 0"),
    ]
    assert read(tmp_path / "none.md") == []
