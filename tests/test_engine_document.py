"""docs/engine.md: its code runs, in order, and the files it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")


def test_its_code_runs():
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    space: dict = {"__name__": "engine_document"}
    for block in blocks:
        exec(compile(block, "docs/engine.md", "exec"), space)
    assert space["x"].grad is not None


def test_the_files_it_names_exist():
    table = TEXT.partition("|---|---|")[2].partition("\n\n")[0]
    named = re.findall(r"`([a-z]+(?:\.py|/))`", table)
    assert len(named) >= 13
    assert [name for name in named if not (ROOT / "src" / "rung" / "scratch" / name).exists()] == []
