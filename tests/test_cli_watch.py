"""`rung watch`: grade at every save, stay after a pass, keys; once on a real terminal."""

import os
import sys
import time
from pathlib import Path

import pytest

from rung.learn import evidence, workspace
from rung.learn.lesson import lesson
from rung.learn.stub import answer, stub
from rung.terminal.watch import Watch, events

SLUG = "perceptron-trick"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    return tmp_path


def follow(*scripted: str, solve_before: str = "") -> Watch:
    """Watch the exercise through these events; the answer is saved just before the first `solve_before`."""
    made = Watch(lesson(SLUG))

    def play():
        for event in scripted:
            if event == solve_before:
                workspace.write(SLUG, answer(lesson(SLUG)))
            yield event

    made.follow(play())
    return made


def test_it_grades_at_the_start_and_at_every_save():
    made = follow("saved", "q", solve_before="saved")
    assert [r.passed for r in evidence.records(SLUG)] == [False, True]
    assert made.passed


def test_it_stays_after_a_pass_and_goes_on_at_n(capsys):
    made = follow("saved", solve_before="saved")
    assert made.lesson.slug == SLUG
    made = follow("n")
    assert made.lesson.slug != SLUG
    assert workspace.path(made.lesson.slug).exists()


def test_n_does_not_leave_what_has_not_passed(capsys):
    made = follow("n")
    assert made.lesson.slug == SLUG
    assert "this one comes first" in capsys.readouterr().out


def test_h_shows_a_hint_l_the_map_and_c_grades_all(capsys):
    follow("h", "l", "c", "?")
    out = capsys.readouterr().out
    assert "Nudge" in out
    assert "Foundations 101" in out
    assert "begun files pass" in out
    assert "x start again" in out


def test_x_asks_before_it_puts_the_stub_back():
    workspace.write(SLUG, "mine = 1\n")
    follow("x", "h")
    assert workspace.read(SLUG) == "mine = 1\n"
    follow("x", "x")
    assert workspace.read(SLUG) == stub(lesson(SLUG))


def test_q_ends_it():
    assert follow("q", "saved").lesson.slug == SLUG
    assert len(evidence.records(SLUG)) == 1


class Script:
    """A keyboard and a clock: each look is 0.1 s later, runs the next step and returns the key it gives."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.now = 1.0

    def pressed(self, seconds: float) -> str:
        self.now += seconds
        return (self.steps.pop(0)() or "") if self.steps else "q"

    def seen(self, file: Path) -> list[str]:
        found = []
        for event in events(lambda: file, self.pressed, lambda: self.now):
            found.append(event)
            if event == "q":
                break
        return found


def put(file: Path, text: str):
    """Return a step that writes the file and presses no key."""
    return lambda: file.write_text(text) and None


def test_a_save_in_several_writes_is_graded_once(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("a")
    wait = [lambda: None] * 3
    script = Script(put(file, "ab"), put(file, "abc"), *wait, lambda: "h", put(file, "abcd"), *wait)
    assert script.seen(file) == ["saved", "h", "saved", "q"]


def test_nothing_is_graded_while_nothing_changes(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("a")
    assert Script(*[lambda: None] * 20).seen(file) == ["q"]


def test_a_file_that_an_editor_takes_away_for_a_moment_is_waited_for(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("a")
    script = Script(file.unlink, put(file, "other"), *[lambda: None] * 3)
    assert script.seen(file) == ["saved", "q"]


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX's")
def test_on_a_real_terminal_a_save_is_noticed_and_a_key_ends_it(home):
    import pty
    import select
    import subprocess

    main_end, other_end = pty.openpty()
    environment = {**os.environ, "RUNG_HOME": str(home), "COLUMNS": "80", "TERM": "xterm"}
    command = [sys.executable, "-m", "rung", "watch", SLUG]
    child = subprocess.Popen(command, stdin=other_end, stdout=other_end, stderr=other_end, env=environment)
    os.close(other_end)

    def read_until(text: str) -> str:
        seen, end = "", time.monotonic() + 30
        while text not in seen and time.monotonic() < end:
            if select.select([main_end], [], [], 0.1)[0]:
                seen += os.read(main_end, 65536).decode(errors="replace")
        assert text in seen, seen
        return seen

    try:
        assert "is not written yet" in read_until("q quit")
        workspace.write(SLUG, answer(lesson(SLUG)))
        assert "\x1b[" in read_until("Take your time"), "a terminal gets colours"
        os.write(main_end, b"q")
        assert child.wait(20) == 0
    finally:
        child.kill()
        child.wait()
        os.close(main_end)
