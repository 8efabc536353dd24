"""An exported folder appears whole, replaces an earlier export, and touches nothing of a person's."""

import json

import pytest

from rung.serve.errors import ExportError
from rung.serve.folder import write_folder


def test_it_is_written_with_its_checksums_and_nothing_is_left_beside_it(tmp_path):
    write_folder(tmp_path / "out", {"a.txt": b"a", "b/c.txt": b"c"}, {"run": "one"})
    told = json.loads((tmp_path / "out" / "export.json").read_text())
    assert told["run"] == "one"
    assert set(told["files"]) == {"a.txt", "b/c.txt"}
    assert [f.name for f in tmp_path.iterdir()] == ["out"]


def test_an_earlier_export_is_replaced_whole(tmp_path):
    out = tmp_path / "out"
    write_folder(out, {"old.txt": b"a"}, {})
    write_folder(out, {"new.txt": b"b"}, {})
    assert {f.name for f in out.iterdir()} == {"new.txt", "export.json"}
    assert [f.name for f in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("change", ["added", "changed", "foreign", "file"])
def test_what_a_person_wrote_is_never_lost(tmp_path, change):
    out = tmp_path / "out"
    if change == "file":
        out.write_text("mine")
    elif change == "foreign":
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    else:
        write_folder(out, {"a.txt": b"a"}, {})
        (out / ("mine.txt" if change == "added" else "a.txt")).write_text("mine")
    before = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    with pytest.raises(ExportError, match="--out"):
        write_folder(out, {"b.txt": b"b"}, {})
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == before


def test_a_folder_that_cannot_be_written_leaves_what_was_there(tmp_path):
    out = tmp_path / "out"
    write_folder(out, {"a.txt": b"a"}, {})
    with pytest.raises(ExportError, match="cannot be written"):
        write_folder(out, {"b": b"b", "b/c": b"c"}, {})  # b cannot be a file and a folder
    assert (out / "a.txt").read_bytes() == b"a"
    assert [f.name for f in tmp_path.iterdir()] == ["out"]
