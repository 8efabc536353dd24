"""The learner's folder: numbered by the map, written whole or not at all, nothing lost."""

import os
import sys
import threading
from pathlib import Path

import pytest

from rung.learn import workspace
from rung.learn.grading.verdict import code_hash
from rung.learn.lesson import lesson, lessons
from rung.learn.roadmap import roadmap
from rung.learn.stub import stub
from rung.learn.workspace import ClashError, WorkspaceError

SLUG = "perceptron-trick"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "rung"))
    return tmp_path / "rung"


def test_init_writes_the_stub_of_every_lesson_numbered_by_its_track(home):
    new = workspace.init()
    assert len(new) == len(lessons())
    number = roadmap().number(SLUG)
    file = home / "foundations" / f"{number:02d}_perceptron_trick.py"
    assert file.read_text(encoding="utf-8") == stub(lesson(SLUG))
    assert workspace.path(SLUG) == file
    assert "rung next" in (home / "README.md").read_text(encoding="utf-8")


def test_init_again_changes_nothing_and_brings_back_what_is_missing(home):
    workspace.init()
    workspace.write(SLUG, "mine = 1\n")
    gone = workspace.path("perceptron-trick").parent / workspace.files()[SLUG].name
    assert workspace.init() == []
    assert gone.read_text() == "mine = 1\n"
    gone.unlink()
    assert workspace.init() == [gone]


def test_init_in_a_folder_makes_it_home(home, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", "elsewhere")
    workspace.init(tmp_path / "other")
    assert workspace.home() == tmp_path / "other"


def test_a_file_with_an_old_number_is_found_and_renamed_by_init(home):
    old = home / "foundations" / "99_perceptron_trick.py"
    workspace.replace_file(old, "mine = 2\n")
    assert workspace.path(SLUG) == old
    assert workspace.read(SLUG) == "mine = 2\n"
    workspace.init()
    assert not old.exists()
    assert workspace.read(SLUG) == "mine = 2\n"
    assert workspace.path(SLUG).name.startswith(f"{roadmap().number(SLUG):02d}_")


def test_without_a_file_the_stub_is_read(home):
    assert workspace.read(SLUG) == stub(lesson(SLUG))
    assert not workspace.path(SLUG).exists()
    assert workspace.start(SLUG) == workspace.path(SLUG)
    assert workspace.path(SLUG).exists()


def test_a_clash_is_refused_and_nothing_is_overwritten():
    seen = workspace.read(SLUG)
    workspace.write(SLUG, "from the editor\n")
    with pytest.raises(ClashError) as caught:
        workspace.write(SLUG, "from the studio\n", expected=code_hash(seen))
    assert caught.value.current == "from the editor\n"
    assert workspace.read(SLUG) == "from the editor\n"
    workspace.write(SLUG, "from the studio\n", expected=code_hash("from the editor\n"))
    assert workspace.read(SLUG) == "from the studio\n"


def test_saving_what_is_there_already_is_no_clash():
    workspace.write(SLUG, "same = 1\n")
    workspace.write(SLUG, "same = 1\n", expected="0" * 64)


def test_only_one_of_two_writers_who_saw_the_same_version_wins():
    workspace.write(SLUG, "start = 0\n")
    seen, clashes = code_hash("start = 0\n"), []

    def save(text: str) -> None:
        try:
            workspace.write(SLUG, text, expected=seen)
        except ClashError as error:
            clashes.append(error)

    writers = [threading.Thread(target=save, args=(f"writer = {i}\n",)) for i in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(clashes) == 5


def test_earlier_versions_are_kept_and_the_oldest_let_go(home):
    for i in range(25):
        workspace.write(SLUG, f"version = {i}\n")
    kept = {f.read_text() for f in (home / ".rung" / "kept").glob("*.py")}
    assert kept == {f"version = {i}\n" for i in range(4, 24)}
    workspace.reset(SLUG)
    assert workspace.read(SLUG) == stub(lesson(SLUG))
    assert "version = 24\n" in {f.read_text() for f in (home / ".rung" / "kept").glob("*.py")}


def test_a_failed_write_leaves_the_old_file_and_no_litter(home, monkeypatch):
    workspace.write(SLUG, "old = 1\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        workspace.replace_file(workspace.path(SLUG), "new = 1\n")
    assert workspace.read(SLUG) == "old = 1\n"
    assert not list(home.rglob("*.tmp"))


def test_line_ends_and_a_byte_order_mark_from_another_system_are_read(home):
    workspace.start(SLUG)
    workspace.path(SLUG).write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
    assert workspace.read(SLUG) == "x = 1\ny = 2\n"


def test_text_that_is_not_utf8_is_refused_with_the_place():
    workspace.start(SLUG)
    workspace.path(SLUG).write_bytes(b"name = '\xe9'\n")
    with pytest.raises(WorkspaceError, match=r"not UTF-8 text: .* at byte 8"):
        workspace.read(SLUG)


@pytest.mark.skipif(sys.platform == "win32", reason="a file stands in the way differently there")
def test_a_home_that_cannot_be_made_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "file"))
    with pytest.raises(WorkspaceError, match="cannot be written"):
        workspace.init()


def test_a_review_has_a_file_of_its_own(home):
    workspace.write(SLUG, "first = 1\n")
    file = workspace.start(SLUG, review=True)
    assert file == home / "review" / "perceptron_trick.py"
    assert workspace.read(SLUG, review=True) == stub(lesson(SLUG))
    assert workspace.files() == {SLUG: workspace.path(SLUG)}
    assert workspace.of_file(file) == SLUG
    assert workspace.of_file(workspace.path(SLUG)) == SLUG
    assert workspace.of_file(home / "notes.py") is None
