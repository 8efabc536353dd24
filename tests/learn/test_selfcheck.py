"""The self-check finds each kind of dishonesty: every promise is broken once, and its finding appears."""

import shutil
from pathlib import Path

import pytest

from rung.learn import lesson as lessons_
from rung.learn import selfcheck, selfcheck_page
from rung.learn.checks import load_checks
from rung.learn.figure import Button, Choice, Figure, Handle, Network, Numbers, Plot, Points, Slider, Toggle
from rung.learn.lesson import load
from rung.learn.selfcheck import check_lesson
from rung.learn.selfcheck_map import on_the_map
from rung.learn.selfcheck_page import answers, extremes, messages


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the lessons' folder; one of them is broken by each test."""
    root = tmp_path / "lessons"
    shutil.copytree(lessons_.FOLDER, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root / "perceptron_trick"


def findings(folder: Path, *parts) -> str:
    """Return what these parts of the self-check find, all of them if none is named, one line a finding."""
    one = load(folder)
    found = [f for part in parts for f in part(one)] if parts else check_lesson(one, notebook=False)
    return "\n".join(f"{f.file}: {f.what} -> {f.repair}" for f in found)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_honest_lesson_has_no_findings(copy):
    assert findings(copy) == ""


def test_a_missing_and_a_stray_file(copy):
    (copy / "hints.md").unlink()
    (copy / "solution.py").write_text("")
    found = findings(copy, selfcheck.folder)
    assert "hints.md: it is missing" in found
    assert "solution.py: a lesson's folder does not hold such a file -> remove it" in found


def test_a_skeleton_is_not_a_lesson(copy):
    change(copy / "lesson.toml", "cheatsheet = ", 'cheatsheet = "WRITE: the line" # ')
    assert "still to be written" in findings(copy, selfcheck.folder)


def test_an_unknown_prerequisite_with_the_nearest(copy):
    change(copy / "lesson.toml", 'requires = ["perceptron"]', 'requires = ["perceptrn"]')
    assert 'requires "perceptrn", which is not on the map -> did you mean "perceptron"?' in findings(
        copy, on_the_map
    )


def test_a_circle(copy):
    change(copy.parent / "perceptron" / "lesson.toml", "requires = []", 'requires = ["perceptron-trick"]')
    assert "it stands on itself: perceptron, perceptron-trick" in findings(copy, on_the_map)


def test_a_prerequisite_of_a_higher_level_or_a_project(copy):
    change(copy / "lesson.toml", 'requires = ["perceptron"]', 'requires = ["perceptron", "resnet", "digits"]')
    found = findings(copy, on_the_map)
    assert "requires resnet, which is of level 201" in found
    assert "requires digits, which is a project" in found


def test_another_place_than_the_roadmap_has(copy):
    change(copy / "lesson.toml", "level = 101", "level = 201")
    assert "level is 201; roadmap.toml has 101 -> level = 101, or move the topic" in findings(
        copy, on_the_map
    )


def test_a_concept_that_is_taught_elsewhere(copy):
    other = load(copy.parent / "perceptron").teaches[0]
    change(copy / "lesson.toml", "teaches = [", f'teaches = ["{other}", ')
    assert f'"{other}" is taught by perceptron already' in findings(copy, on_the_map)


def test_a_part_used_before_it_is_taught(copy):
    folder = copy.parent / "forward_propagation"
    change(folder / "lesson.toml", '    "rung.scratch.ops.activation:ReLU",\n', "")
    change(folder / "lesson.toml", '"ReLU.forward", ', "")
    change(copy.parent / "backprop_how" / "lesson.toml", '"forward-propagation"', '"loss-functions"')
    found = findings(folder, on_the_map)
    assert 'it uses ReLU, which backprop-how teaches, before that -> add "backprop-how" to requires' in found


def test_a_key_that_is_not_of_the_mission(copy):
    change(copy / "lesson.toml", 'covers = ["perceptron-trick"]', 'covers = ["perceptrons"]')
    assert 'covers names "perceptrons"' in findings(copy, on_the_map)


def test_a_stub_that_shows_the_answer(tmp_path, copy, monkeypatch):
    """A docstring that holds a line of the body, to the letter."""
    (tmp_path / "showing.py").write_text(
        'def perceptron_update(w, b, x, y, lr=1.0):\n    """Do this:\n\n    w = w + lr * y * x\n    """\n'
        "    w = w + lr * y * x\n    return w, b\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    text = (copy / "lesson.toml").read_text(encoding="utf-8")
    start, end = text.index("target = ["), text.index("requires =")
    (copy / "lesson.toml").write_text(text[:start] + 'target = ["showing:perceptron_update"]\n' + text[end:])
    assert "the stub shows a line of perceptron_update: w = w + lr * y * x" in findings(
        copy, selfcheck.stub_hides_the_answer
    )


def test_an_answer_that_fails_a_check(copy):
    change(
        copy / "checks.py",
        "@check(",
        "@check('Two is three')\ndef wrong(mine, rng):\n"
        "    mine.perceptron_update(np.zeros(2), 0.0, np.ones(2), 1)\n"
        "    expect(False, 'never')\n\n\n@check(",
    )
    change(copy / "checks.py", "import ", "from rung.learn.checks import expect\nimport ")
    assert "the library's answer fails wrong" in findings(copy, selfcheck.grading)


def test_a_check_that_the_stub_passes(copy):
    with (copy / "checks.py").open("a", encoding="utf-8") as file:
        file.write("\n\n@check('Nothing at all')\ndef asks_nothing(mine, rng):\n    pass\n")
    assert "the untouched stub passes asks_nothing -> let it call perceptron_update" in findings(
        copy, selfcheck.grading
    )


def test_a_check_that_fails_before_it_asks(copy):
    with (copy / "checks.py").open("a", encoding="utf-8") as file:
        file.write("\n\n@check('Too early')\ndef too_early(mine, rng):\n    mine.no_such_name(1)\n")
    assert "fails too_early with" in findings(copy, selfcheck.grading)


def test_too_few_mistakes(copy):
    (copy / "mistakes.py").write_text("", encoding="utf-8")
    assert "0 mistakes -> write 4 or more" in findings(copy, selfcheck.mistakes)


@pytest.mark.slow
def test_a_mistake_that_nothing_catches_or_another_check_catches_first(copy):
    names = [c.name for c in load_checks(copy)]
    second, last = names[1], names[-1]
    with (copy / "mistakes.py").open("a", encoding="utf-8") as file:
        file.write(
            f'\n\n@mistake(replaces="perceptron_update", caught_by="{second}")\n'
            'def harmless(w, b, x, y, lr=1.0):\n    """Nothing is wrong here."""\n'
            "    return perceptron_update(w, b, x, y, lr)\n"
            '\n\n@mistake(replaces="perceptron_update", caught_by="no_such_check")\n'
            'def unknown(w, b, x, y, lr=1.0):\n    """Names no check."""\n    return w, b\n'
            f'\n\n@mistake(replaces="perceptron_update", caught_by="{last}")\n'
            'def early(w, b, x, y, lr=1.0):\n    """Caught long before the last."""\n'
            "    return 7 * w + 1, b + 9\n"
        )
    found = findings(copy, selfcheck.mistakes)
    assert f"harmless is caught by nothing -> let {second} catch it" in found
    assert "unknown names the check no_such_check, which does not exist" in found
    assert f", not by {last} -> caught_by=" in found


def test_hints_that_are_no_ladder(copy):
    change(copy / "hints.md", "## Idea", "## Thought")
    assert "hints.md: its rungs are ['Nudge', 'Thought', 'Almost the code']" in findings(
        copy, selfcheck.hints
    )


def test_a_source_that_is_unknown(copy):
    key = load(copy).reading[0].source
    change(copy / "lesson.toml", f'source = "{key}"', f'source = "{key}x"')
    assert f'there is no source "{key}x" -> did you mean "{key}"?' in findings(copy, selfcheck.sources)


def test_a_file_that_breaks_is_a_finding_with_its_line(copy):
    (copy / "mistakes.py").write_text("import rung\n\nraise ValueError('broken')\n")
    assert "mistakes.py:3: mistakes: ValueError: broken" in findings(copy)


# -- the page --------------------------------------------------------------------------------


def page(folder: Path, cells: str) -> str:
    """Put these cells in place of the notebook's, and check the page."""
    body = "".join(
        f"\n@app.cell(hide_code=True)\ndef _():\n    {cell}\n    return\n"
        for cell in cells.split("\n")
        if cell
    )
    (folder / "lesson.py").write_text(
        'import marimo\n\n__generated_with = "0.25.2"\napp = marimo.App()\n\n'
        "with app.setup(hide_code=True):\n"
        "    import marimo as mo\n    from rung.learn.page import Page\n\n"
        "    page = Page(__file__)\n\n" + body
    )
    return findings(folder, selfcheck_page.page)


def test_a_page_that_lacks_its_parts(copy):
    found = page(copy, "page.exercise()\npage.exercise()")
    assert "it has 2 exercises" in found
    for part in ("predict", "figure", "quiz", "reading", "cheatsheet"):
        assert f"it has no {part}" in found


@pytest.mark.slow
def test_a_notebook_that_fails(copy):
    (copy / "lesson.py").write_text(
        (copy / "lesson.py").read_text().replace("def _():\n", "def _():\n    1 / 0\n", 1)
    )
    found = "\n".join(f"{f.file}: {f.what}" for f in check_lesson(load(copy)) if "lesson.py" in f.file)
    assert "division by zero" in found


def test_quizzes_that_give_themselves_away(copy):
    options = '["no", "yes, because of this and that and more besides", "no"]'
    quiz = f'page.quiz("Q@?", {options}, answer=1, why=["a", "b", "c"])'
    found = page(copy, "\n".join(quiz.replace("@", str(i)) for i in range(3)))
    assert 'the right option of "Q0?" is the longest by far' in found
    assert "every quiz has its answer at place 2" in found


def told(figure: Figure) -> str:
    return "\n".join(f.what for f in answers(figure, "lesson.py"))


def test_a_figure_that_answers_everything_has_no_findings():
    def draw(s):
        marks = [Points([[1.0, 1.0], [2.0, 2.0]]), Handle("p", s.p, "end")]
        return [
            Plot(marks, x=(0, 4), y=(0, 4)),
            Numbers([("a", s.a, "")]),
            Network([["x"], ["y"]], pick="see"),
        ]

    controls = [
        Slider("a", "a", 0, 5, 1),
        Choice("c", "c", {"u": "U", "v": "V"}, "u"),
        Toggle("t", "t", True),
    ]
    figure = Figure(
        "fine",
        draw,
        state={"p": [1.0, 1.0]},
        controls=[*controls, Button("reset", "again")],
        on={"see": lambda s, v: None},
    )
    assert told(figure) == ""
    sent = messages(figure, figure.scene())
    assert {"set": {"a": 5}} in sent
    assert {"set": {"c": "v"}} in sent
    assert {"set": {"p": [4, 4]}} in sent
    assert {"event": "reset"} in sent
    assert {"event": "see", "value": {"layer": 0, "node": 0}} in sent


def test_a_figure_that_fails_at_one_end_of_a_slider():
    figure = Figure("broken", lambda s: [Numbers([("a", 1 / s.a, "")])], controls=[Slider("a", "a", 0, 5, 1)])
    assert "figure broken fails at {'a': 0}" in told(figure)


def test_a_figure_whose_panels_jump():
    def draw(s):
        return [Numbers([("a", s.a, "")])] * (2 if s.a > 4 else 1)

    assert "keep the panels" in "\n".join(
        f.repair for f in answers(Figure("jumps", draw, controls=[Slider("a", "a", 0, 5, 1)]), "lesson.py")
    )


def test_a_figure_whose_event_fails():
    def step(s):
        raise KeyError("gone")

    figure = Figure(
        "event", lambda s: [Numbers([("n", 1, "")])], controls=[Button("step", "Step")], on={"step": step}
    )
    assert "figure event fails at step" in told(figure)


def test_a_figure_that_cannot_be_drawn_at_all():
    def draw(s):
        raise RuntimeError("no")

    assert "figure none:" in told(Figure("none", draw))


def test_the_ends_of_each_control():
    assert extremes(Slider("a", "a", -2, 5, 1)) == [-2, 5]
    assert extremes(Choice("c", "c", {"u": "U", "v": "V"}, "u")) == ["u", "v"]
    assert extremes(Toggle("t", "t", False)) == [True, False]


def test_a_page_that_shows_what_the_exercise_asks_for(copy):
    change(
        copy / "lesson.py",
        'page.code("rung.scratch.models.perceptron:perceptron_fit"',
        'page.code("rung.scratch.models.perceptron:perceptron_update"',
    )
    found = findings(copy, selfcheck_page.page)
    assert "it shows rung.scratch.models.perceptron:perceptron_update, which holds perceptron_update" in found
