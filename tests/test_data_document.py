"""docs/data.md: its example is a data set that loads, and the files and functions that it names exist."""

import hashlib
import re
from pathlib import Path

import pytest

import rung.data.split

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_the_example_is_a_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = "".join(f"{i},red,{'north' if i % 2 else 'south'}\n" for i in range(20))
    data = f"alcohol,colour,grower\n{rows}".encode()
    (tmp_path / "wines").mkdir()
    (tmp_path / "wines" / "wines.csv").write_bytes(data)
    monkeypatch.setenv("RUNG_DATA", str(tmp_path))
    [code] = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    names: dict = {}
    exec(code.replace("10e8...", hashlib.sha256(data).hexdigest()), names)
    made = names["load"]()
    assert repr(made) == "Dataset('wines', x (20,), y 2 classes, 16 train, 4 test)"
    assert made.x.dtype.names == made.features == ("alcohol", "colour")


def test_the_files_it_names_are_there():
    table = TEXT.partition("| file |")[2].partition("## ")[0]
    named = re.findall(r"`(\w+\.py)`", table)
    assert len(named) > 10
    assert [f for f in named if not (ROOT / "src" / "rung" / "data" / f).is_file()] == []
    assert (ROOT / "tests" / "data" / "test_contract.py").is_file()


def test_the_splits_it_names_are_there():
    named = re.findall(r"^\| `(\w+)\(", TEXT, re.MULTILINE)
    assert set(named) == {"stratified", "shuffled", "hashed", "by_time"}
    assert all(callable(getattr(rung.data.split, name)) for name in named)
