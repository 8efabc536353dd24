"""Skeletons: valid at once, and judged for what they are."""

import ast
import tomllib
from pathlib import Path

import pytest

from rung.learn.lesson import load
from rung.learn.new import KINDS, NewError, after, new
from rung.learn.selfcheck import check_lesson


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An empty source tree, where the skeletons go."""
    (tmp_path / "src" / "rung").mkdir(parents=True)
    return tmp_path / "src" / "rung"


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_file_of_a_skeleton_can_be_read_and_says_what_to_write(package, kind):
    files = new(kind, "soft-gate", package=package)
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "$name" not in text
        assert "$class" not in text
        if file.suffix == ".py":
            ast.parse(text)
        if file.suffix == ".toml":
            tomllib.loads(text)
    assert any("WRITE:" in file.read_text(encoding="utf-8") for file in files)
    assert all("$" not in line for line in after(kind, "soft-gate"))


@pytest.mark.slow
def test_a_lessons_skeleton_is_a_lesson_and_the_self_check_says_what_is_missing(package):
    files = new("lesson", "soft-gate", "rung.scratch.ops.activation:ReLU", package=package)
    folder = package / "lessons" / "soft_gate"
    assert {f.name for f in files} == {"lesson.toml", "lesson.py", "checks.py", "mistakes.py", "hints.md"}
    made = load(folder)
    assert made.target == ("rung.scratch.ops.activation:ReLU",)
    told = "\n".join(f"{f.file}: {f.what}" for f in check_lesson(made))
    assert "still to be written" in told
    assert "1 mistakes" in told
    assert "NotebookError" not in told
    assert "lesson.py: " not in told.replace("lesson.py: it", ""), "the notebook's skeleton runs"


def test_a_projects_skeleton_trains_and_is_scored(package, tmp_path, monkeypatch):
    import io
    import sys
    from importlib.util import module_from_spec, spec_from_file_location

    from rung.projects.project import read
    from rung.train.execute import Plan, execute
    from rung.train.progress import Plain
    from rung.train.record import new_run

    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    new("project", "soft-digits", package=package)
    project = read(package / "projects" / "soft_digits")
    assert project.slug == "soft-digits"
    spec = spec_from_file_location("soft_digits_recipe", project.folder / "recipe.py")
    assert spec is not None
    recipe = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "soft_digits_recipe", recipe)
    spec.loader.exec_module(recipe)
    plan = Plan("soft-digits", "Soft digits", track="none")
    run = new_run("soft-digits")
    result = execute(recipe, recipe.Config(data="iris", epochs=20), plan, run, Plain(io.StringIO()))
    assert result["score"]["value"] > 0.8
    assert [b["name"] for b in result["baselines"]] == [
        "always the most frequent class",
        "logistic regression",
    ]
    assert result["leakage"]["fitted_on_all"] == []


def test_an_ops_skeleton_computes(package):
    import numpy as np

    file = new("op", "soft-gate", package=package)[0]
    assert file == package / "scratch" / "ops" / "soft_gate.py"
    space: dict = {"__name__": "op"}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), space)
    op = space["SoftGate"]()
    assert op.backward(op.forward(np.ones((2, 3)))).shape == (2, 3)


def test_a_data_sets_skeleton_loads(package):
    file = new("dataset", "two-clouds", package=package)[0]
    space: dict = {"__name__": "dataset"}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), space)
    assert space["load"]().name == "two-clouds"


def test_nothing_is_overwritten_and_a_bad_name_is_refused(package):
    new("op", "soft-gate", package=package)
    with pytest.raises(NewError, match="is there already"):
        new("op", "soft_gate", package=package)
    with pytest.raises(NewError, match="Perhaps: soft-gate-2"):
        new("op", "Soft Gate 2", package=package)
