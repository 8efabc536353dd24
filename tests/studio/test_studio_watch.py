"""What an open page is told of changes made elsewhere: nothing is missed, whenever it happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rung.learn import evidence, workspace
from rung.learn.grading import grade
from rung.learn.lesson import lesson
from rung.learn.stub import answer
from rung.studio import watch


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    workspace.init(tmp_path)
    return tmp_path


def pass_perceptron() -> None:
    right = answer(lesson("perceptron"))
    workspace.write("perceptron", right)
    verdict = grade(lesson("perceptron"), right)
    assert verdict.passed
    evidence.record(verdict)


def state(messages: list[dict[str, Any]]) -> str | None:
    return next((m["states"]["perceptron"] for m in messages if m["kind"] == "standing"), None)


def test_a_pass_recorded_while_the_record_is_being_read_is_told_at_the_next_look(home, monkeypatch):
    watching = watch.Watch()
    assert watching.standing()["states"]["perceptron"] == "open"
    read: Callable[[], Any] = watch.standing

    def and_meanwhile() -> Any:
        found = read()
        monkeypatch.setattr(watch, "standing", read)
        pass_perceptron()
        return found

    monkeypatch.setattr(watch, "standing", and_meanwhile)
    workspace.write("perceptron", "# changed\n")  # so that it looks at all
    assert watching.news() == []
    assert state(watching.news()) == "passed"
    assert watching.news() == []


def test_a_page_is_never_told_more_than_the_news_already_covered(home):
    watching = watch.Watch()
    watching.standing()
    pass_perceptron()
    assert watching.standing()["states"]["perceptron"] == "open", "the news has not been told yet"
    assert state(watching.news()) == "passed"
    assert watching.standing()["states"]["perceptron"] == "passed"


def test_a_standing_that_does_not_change_is_read_once(home, monkeypatch):
    watching = watch.Watch()
    watching.news()
    watching.news()  # opening the record the first time may itself have written
    asked = []
    monkeypatch.setattr(watch, "standing", lambda: asked.append(1))
    for _ in range(3):
        assert watching.news() == []
    assert asked == []
