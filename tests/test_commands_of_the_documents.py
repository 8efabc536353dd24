"""The commands that the documents show are run, in a folder of their own, as a newcomer would."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What a test cannot wait for is asked for in its short form; everything else runs as it is shown.
SHORT = {"rung watch": "rung watch --help", "rung train digits --mine": "rung train digits --mine --dry-run"}


def shown(name: str) -> list[str]:
    """Return the `rung ...` and `python3 go.py ...` lines of a document's code blocks, comments cut off."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:bash|sh)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("rung ", "python3 go.py"))]


COMMANDS = sorted(set(shown("README.md")))


def test_the_readme_shows_the_two_commands_and_the_five():
    assert {"python3 go.py", "python3 go.py test"} <= set(COMMANDS)
    assert len([line for line in COMMANDS if line.startswith("rung ")]) == 5


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("rung ")])
def test_a_command_of_the_readme_runs(line, tmp_path):
    words = SHORT.get(line, line).split()[1:]
    done = subprocess.run(
        [sys.executable, "-m", "rung", *words],
        env={**os.environ, "RUNG_HOME": str(tmp_path), "RUNG_RUNTIME_DIR": str(tmp_path / "run")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    # 1 is a verdict: nothing is written yet in a new folder
    assert done.returncode in ((0, 1) if words[0] == "check" else (0,)), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("python3 go.py")])
def test_go_knows_its_words(line):
    text = (ROOT / "go.py").read_text(encoding="utf-8")
    for word in line.split()[2:3]:
        assert f'"{word}"' in text
