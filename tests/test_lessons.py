"""Every lesson keeps every promise of docs/lesson-anatomy.md, and the map holds together."""

import pytest

from rung.learn.lesson import FOLDER, load
from rung.learn.roadmap import roadmap
from rung.learn.selfcheck import check_lesson

FOLDERS = sorted(file.parent for file in FOLDER.glob("*/lesson.toml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name.replace("_", "-"))
def test_the_lesson_is_honest(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    findings = check_lesson(load(folder))
    assert not findings, "\n".join(f"{f.file}: {f.what}\n    repair: {f.repair}" for f in findings)


def test_every_folder_with_a_lesson_in_it_is_found():
    holders = {f.parent for f in FOLDER.glob("*/*") if f.name in ("lesson.py", "checks.py", "mistakes.py")}
    assert holders == set(FOLDERS)


def test_the_path_reaches_every_written_lesson():
    plan = roadmap()
    path = [t.slug for t in plan.path()]
    for folder in FOLDERS:
        slug = folder.name.replace("_", "-")
        assert all(path.index(r) < path.index(slug) for r in plan.topic(slug).requires)
