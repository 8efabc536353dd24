"""What `rung next` offers besides the next lesson."""

from argparse import Namespace
from pathlib import Path

import pytest

from rung.learn import evidence, workspace
from rung.learn.grading.verdict import Verdict, checks_hash, code_hash
from rung.learn.lesson import lesson
from rung.learn.roadmap import roadmap
from rung.terminal.next import run


def test_a_project_is_offered_once_all_its_lessons_are_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    offer = "rung train digits --mine"
    needed = roadmap().topics["digits"].requires
    for slug in needed:
        run(Namespace())
        assert offer not in capsys.readouterr().out
        workspace.write(slug, "x = 1\n")
        hashes = {"code_hash": code_hash("x = 1\n"), "checks_hash": checks_hash(lesson(slug).folder)}
        evidence.record(Verdict(slug, True, **hashes))
    run(Namespace())
    assert offer in capsys.readouterr().out
