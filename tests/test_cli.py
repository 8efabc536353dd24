"""The terminal: what each command prints, what it records, and with which status it ends."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rung.cli import COMMANDS, OWN_WORDS, main, parser
from rung.learn import evidence, workspace
from rung.learn.lesson import lesson
from rung.learn.review import DAY
from rung.learn.roadmap import roadmap
from rung.learn.stub import answer, stub, with_replacement

SLUG = "perceptron-trick"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "rung"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "rung"


@pytest.fixture
def rung(capsys):
    """Run a command in this process; return (status, standard output, standard error)."""

    def run(*words: str) -> tuple[int, str, str]:
        status = main(words)
        return status, *capsys.readouterr()

    return run


def solve(slug: str = SLUG) -> None:
    workspace.write(slug, answer(lesson(slug)))


def process(*words: str, home: Path) -> subprocess.CompletedProcess:
    """Run a command in a process of its own."""
    environment = {**os.environ, "RUNG_HOME": str(home), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "rung", *words], capture_output=True, text=True, env=environment, timeout=120
    )


# -- the commands as a whole --------------------


def test_help_names_every_command(rung):
    status, out, _ = rung()
    assert status == 0
    assert rung("--help")[1] == out
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  ")] == list(COMMANDS)
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in OWN_WORDS])
def test_every_command_has_help(command):
    assert "usage: rung " + command in parser(command).format_help()


def test_version(rung):
    assert rung("--version")[1].startswith("rung 0.")


def test_an_unknown_command_gets_the_nearest_and_status_2(rung):
    status, out, err = rung("chekc")
    assert (status, out) == (2, "")
    assert 'did you mean "check"?' in err


def test_unknown_names_get_the_nearest_and_status_2(rung):
    for words, near in [
        (("check", "perceptron-trik"), "perceptron-trick"),
        (("hint", "forward-propagatoin"), "forward-propagation"),
        (("map", "foundation"), "foundations"),
        (("explain", "shap"), "shape"),
        (("where", "relo"), "ReLU"),
        (("dev", "check", "perceptron-trik"), "perceptron-trick"),
    ]:
        status, _, err = rung(*words)
        assert status == 2, words
        assert near.lower() in err.lower(), words


def test_a_lesson_that_is_not_written_or_is_a_project_is_told_apart(rung):
    assert "not written yet" in rung("check", "advanced-papers")[2]
    assert "rung train digits" in rung("check", "digits")[2]


def test_nothing_but_the_command_is_imported():
    heavy = "{'numpy', 'torch', 'rich', 'marimo', 'starlette'}"
    code = f"import sys, rung.cli; rung.cli.parser('check'); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [(), ("map",), ("next",), ("record",)], ids=lambda w: w[0] if w else "help")
def test_what_people_type_most_loads_nothing_heavy(words, home):
    """How long it takes is measured by benchmarks/answers.py; this is why it is quick."""
    workspace.init()
    heavy = "{'numpy', 'torch', 'rich', 'marimo', 'starlette', 'sklearn', 'pandas'}"
    code = f"import sys; from rung import cli; cli.main({list(words)!r}); print({heavy} & set(sys.modules))"
    env = {**os.environ, "RUNG_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines()[-1] == "set()"


def test_colours_are_left_out_where_there_is_no_terminal(home):
    for words in (("map",), ("check", SLUG), ("solution", SLUG, "--because", "to see it")):
        assert "\x1b" not in process(*words, home=home).stdout


@pytest.mark.parametrize(
    "words", [("map",), ("record",), ("lesson", SLUG), ("cheatsheet",), ("resources",), ("explain",)]
)
def test_output_fits_eighty_columns(words, rung):
    solve()
    rung("check", SLUG)
    for line in rung(*words)[1].splitlines():
        whole = max(line.split(), key=len, default="")  # a path or an address is not broken
        assert len(line.rstrip()) <= 80 or ("/" in whole and len(whole) > 50), line


# -- check --------------------


def test_check_passes_the_answer_and_records_it(rung):
    solve()
    status, out, _ = rung("check", SLUG)
    assert status == 0
    assert "✓ perceptron-trick: all" in out
    assert [r.passed for r in evidence.records(SLUG)] == [True]


def test_check_shows_the_first_failure_and_the_diagnosis(rung):
    from rung.learn.mistakes import load_mistakes

    wrong = load_mistakes(lesson(SLUG).folder)[0]
    workspace.write(SLUG, with_replacement(lesson(SLUG), wrong.replaces, wrong.wrong))
    status, out, _ = rung("check", SLUG)
    assert status == 1
    assert " ".join(wrong.says.split()) in " ".join(out.split())
    assert out.count("✗") == 2, "the head and the first failure, nothing after it"


def test_check_json_has_its_shape_and_nothing_else(rung):
    solve()
    data = json.loads(rung("check", SLUG, "--json")[1])
    assert list(data) == ["lesson", "passed", "checks", "diagnosis"]
    assert data["passed"] is True
    assert all(list(c) == ["name", "passed", "message"] for c in data["checks"])


@pytest.mark.parametrize("text", ["def perceptron_update(:\n", "raise SystemExit\n"])
def test_check_json_tells_a_file_that_does_not_load(rung, tmp_path, text):
    (tmp_path / "mine.py").write_text(text)
    status, out, _ = rung("check", SLUG, "--file", str(tmp_path / "mine.py"), "--json")
    data = json.loads(out)
    assert status == 1
    assert data["passed"] is False
    assert data["checks"][0]["message"]


def test_check_grades_any_file_and_leaves_the_record_alone(rung, tmp_path):
    other = tmp_path / "other.py"
    other.write_text(answer(lesson(SLUG)), encoding="utf-8")
    assert rung("check", SLUG, "--file", str(other))[0] == 0
    assert evidence.records() == []
    status, _, err = rung("check", SLUG, "--file", str(tmp_path / "missing.py"))
    assert status == 2
    assert "missing.py" in err


def test_check_takes_the_path_of_a_file_of_the_workspace(rung, tmp_path):
    solve()
    assert rung("check", str(workspace.path(SLUG)))[0] == 0
    assert evidence.records()[0].lesson == SLUG
    status, _, err = rung("check", str(tmp_path / "notes.py"))
    assert status == 2
    assert "not the file of a lesson" in err


def test_check_without_a_name_takes_what_comes_next(rung):
    first = roadmap().path()
    expected = next(t.slug for t in first if t.lesson and not t.lesson.requires)
    _, out, _ = rung("check", "--json")
    assert json.loads(out)["lesson"] == expected
    assert workspace.path(expected).exists()


def test_check_all_grades_what_was_begun(rung):
    workspace.init()
    solve()
    workspace.write("mlp-notation", stub(lesson("mlp-notation")) + "\n# begun\n")
    status, out, _ = rung("check", "--all", "--json")
    assert status == 1
    assert {v["lesson"]: v["passed"] for v in json.loads(out)} == {SLUG: True, "mlp-notation": False}
    assert "1 of 2 begun files pass" in rung("check", "--all")[1]


# -- next, review, hint, solution --------------------


def test_next_puts_the_file_in_place_and_goes_on_after_a_pass(rung):
    _, out, _ = rung("next")
    slug = evidence.steps()[-1].lesson
    assert workspace.path(slug).exists()
    assert f"rung check {slug}" in out
    solve(slug)
    rung("check", slug)
    assert f"rung check {slug}\n" not in rung("next")[1]


def test_a_due_lesson_is_written_again_from_its_stub(rung):
    from rung.learn.grading import grade

    solve()
    evidence.record(grade(lesson(SLUG), answer(lesson(SLUG))), now=time.time() - 3 * DAY)
    _, out, _ = rung("next")
    assert "due for review" in out
    assert f"rung check {SLUG} --review" in out
    assert rung("check", SLUG, "--review")[0] == 1, "the stub is not the answer"
    workspace.write(SLUG, answer(lesson(SLUG)), review=True)
    assert rung("check", SLUG, "--review")[0] == 0
    assert "due for review" not in rung("next")[1]


def test_hints_come_one_by_one_and_are_recorded(rung):
    headings = [h for h, _ in lesson(SLUG).hints()]
    for i, heading in enumerate(headings):
        _, out, _ = rung("hint", SLUG)
        assert f"{heading} ({i + 1} of 3)" in out
        assert [s.detail for s in evidence.steps(SLUG, "hint")] == headings[: i + 1]
    _, out, _ = rung("hint", SLUG, "--again")
    assert all(h in out for h in headings)
    assert len(evidence.steps(SLUG, "hint")) == 3


def test_the_solution_stays_closed_until_a_reason_is_given(rung):
    body = "raise NotImplementedError"
    status, out, _ = rung("solution", SLUG)
    assert status == 1
    assert "def perceptron_update" not in out
    assert rung("solution", SLUG, "--because", "  ")[0] == 1
    status, out, _ = rung("solution", SLUG, "--because", "I compared for an hour")
    assert status == 0
    assert "def perceptron_update" in out
    assert body not in out
    assert [s.detail for s in evidence.steps(SLUG, "solution")] == ["I compared for an hour"]


def test_the_solution_is_open_after_a_pass(rung):
    solve()
    rung("check", SLUG)
    assert rung("solution", SLUG)[0] == 0
    assert evidence.steps(SLUG, "solution") == []


# -- map, record, lesson, cheat sheet, resources --------------------


def test_map_json_has_every_topic_in_its_shape(rung):
    data = json.loads(rung("map", "--json")[1])
    assert list(data) == ["lessons"]
    assert [row["slug"] for row in data["lessons"]] == list(roadmap().topics)
    keys = ["slug", "title", "track", "level", "written", "state", "requires"]
    assert all(list(row) == keys for row in data["lessons"])
    assert {row["slug"]: row["written"] for row in data["lessons"]}[SLUG] is True


def test_the_map_lights_up(rung):
    assert f"✓  {SLUG}" not in rung("map")[1]
    solve()
    rung("check", SLUG)
    assert f"✓  {SLUG}" in rung("map")[1]
    assert "Language 201" not in rung("map", "foundations")[1]


def test_record_in_three_forms(rung):
    assert "Nothing is recorded yet" in rung("record")[1]
    rung("hint", SLUG)
    solve()
    rung("check", SLUG)
    data = json.loads(rung("record", "--json")[1])
    assert data["lessons"][0]["lesson"] == SLUG
    attempt = data["attempts"][0]
    assert attempt["passed"] is True
    assert len(attempt["code_hash"]) == len(attempt["checks_hash"]) == 64
    assert all(check["passed"] for check in attempt["checks"])
    assert data["notes"][0]["kind"] == "hint"
    assert {"track": "foundations", "title": "Foundations", "passed": 1, "total": 38}.items() <= data[
        "tracks"
    ][0].items()
    text = rung("record", "--markdown")[1]
    assert "| Foundations | `█" in text
    assert "| The perceptron trick | passed |" in text
    assert SLUG in rung("record")[1]


def test_a_lesson_is_read_in_the_terminal(rung):
    _, out, _ = rung("lesson", SLUG)
    assert lesson(SLUG).title in out
    assert "perceptron_update" in out
    whole = rung("lesson", SLUG, "--text")[1]
    assert len(whole) > 2 * len(out)


def test_the_cheat_sheet_has_a_line_for_every_written_lesson(rung):
    _, out, _ = rung("cheatsheet", "--markdown")
    titles = [t.lesson.title for t in roadmap().topics.values() if t.lesson]
    assert [line.split("**")[1] for line in out.splitlines() if line.startswith("- **")] == titles
    assert rung("cheatsheet", "--markdown", "--mine")[1].strip() == "# Cheat sheet"


def test_resources_name_the_lessons_they_serve(rung):
    data = json.loads(rung("resources", SLUG, "--json")[1])
    assert {s["key"] for s in data["sources"]} == {r.source for r in lesson(SLUG).reading}
    assert [s["year"] for s in data["sources"]] == sorted(s["year"] for s in data["sources"])
    assert lesson(SLUG).reading[0].view in " ".join(rung("resources", SLUG)[1].split())


# -- init, where, doctor, dev --------------------


def test_init_makes_a_folder_and_says_how_to_keep_it(rung, tmp_path):
    status, out, _ = rung("init", str(tmp_path / "elsewhere"))
    assert status == 0
    assert "RUNG_HOME" in out
    assert (tmp_path / "elsewhere" / "foundations").is_dir()
    assert "Every file is there already" in rung("init")[1]


def test_where_lists_op_layer_lesson_tests_and_users(rung):
    data = json.loads(rung("where", "relu", "--json")[1])
    assert any("scratch/ops/activation.py" in place for place in data["ops"])
    assert any("scratch/nn/" in place for place in data["layers"])
    assert "forward-propagation" in data["lessons"]
    assert any(place.startswith("tests/") for place in data["tests"])
    assert any("mlp.py" in place for place in data["users"])
    file, line = data["ops"][0].split(":")
    source = (Path(__file__).parent.parent / file).read_text(encoding="utf-8").splitlines()
    assert source[int(line) - 1].startswith("class ReLU")


def test_doctor_looks_at_everything_and_says_the_repair(rung, monkeypatch, tmp_path):
    data = json.loads(rung("doctor", "--json")[1])["findings"]
    assert [f["what"] for f in data] == [
        *("python", "packages", "torch", "folder", "record", "data", "disk", "port", "lessons")
    ]
    assert all(f["good"] is not False for f in data), data
    monkeypatch.setenv("RUNG_DATA", str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "file"))
    status, out, _ = rung("doctor")
    assert status == 1
    assert "✗ data" in out
    assert "✗ folder" in out
    assert out.count("repair:") >= 2


def test_dev_check_as_json(rung):
    status, out, _ = rung("dev", "check", SLUG, "--json", "--quick")
    data = json.loads(out)
    assert data["lessons"][0]["lesson"] == SLUG
    assert status == (0 if data["passed"] else 1)
    assert data["passed"] is True, data
