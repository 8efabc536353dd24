"""ARCHITECTURE.md follows calls from file to file; each file that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "rung"


def test_every_file_it_names_exists():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|toml))`", text))
    assert len(named) > 40
    assert sorted(n for n in named if not (PACKAGE / n).exists()) == []


def test_the_tree_of_the_readme_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = text.split("```")[-2]
    words = re.findall(r"^ {0,4}([a-z_]+(?:/|\.py)(?: [a-z_]+(?:/|\.py))*)", tree, re.MULTILINE)
    scratch = {
        "function.py",
        "tensor.py",
        "graph.py",
        "ops/",
        "nn/",
        "optim/",
        "models/",
        "scalar.py",
        "loop.py",
    }
    for name in (name for line in words for name in line.split()):
        places = (
            [ROOT / name, PACKAGE / name, PACKAGE / "scratch" / name]
            if name in scratch
            else [ROOT / name, PACKAGE / name]
        )
        assert any(place.exists() for place in places) or name == "src/rung/", name
