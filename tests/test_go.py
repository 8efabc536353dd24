"""go.py on a small tree of its own: the real venv and pip, with a package that needs nothing."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GO = Path(__file__).resolve().parents[1] / "go.py"


@pytest.fixture
def go(monkeypatch):
    spec = importlib.util.spec_from_file_location("go", GO)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path):
    """A checkout in small: go.py beside a package named rung whose `python -m rung` prints its arguments."""
    shutil.copy(GO, tmp_path / "go.py")
    (tmp_path / "constraints.txt").write_text("")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "rung"\nversion = "0"\n[project.optional-dependencies]\ndev = []\n'
        '[tool.setuptools]\npackages = ["rung", "rung.studio"]\n'
    )
    (tmp_path / "rung").mkdir()
    (tmp_path / "rung" / "__init__.py").write_text("")
    (tmp_path / "rung" / "__main__.py").write_text("import sys; print('rung', *sys.argv[1:])")
    (tmp_path / "rung" / "studio").mkdir()
    (tmp_path / "rung" / "studio" / "__init__.py").write_text("")
    (tmp_path / "rung" / "studio" / "prepare.py").write_text("print('prepared')")
    return tmp_path


def run(tree, *words, **environment):
    return subprocess.run(
        [sys.executable, "go.py", *words],
        cwd=tree,
        capture_output=True,
        text=True,
        env={**os.environ, "RUNG_TORCH": "pip", **environment},
    )


def test_help_and_unknown_verbs_install_nothing(tree):
    assert "python3 go.py test" in run(tree, "--help").stdout
    answer = run(tree, "chekc")
    assert answer.returncode == 2
    assert "python3 go.py rung chekc" in answer.stdout
    assert not (tree / ".venv").exists()


def test_an_old_python_is_told_which_it_needs(go, monkeypatch, capsys):
    monkeypatch.setattr(go.sys, "version_info", (3, 9, 2, "final", 0))
    assert go.main([]) == 2
    assert "Python 3.11 or later" in capsys.readouterr().out


def test_a_full_disk_is_a_sentence(go, monkeypatch, tmp_path):
    monkeypatch.setattr(go, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(go.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(2**30, 2**30, 0))
    with pytest.raises(go.SetupError, match=r"needs 4 GB of disk .* 0\.0 GB are free"):
        go.create_environment()
    assert not (tmp_path / ".venv").exists()


def test_the_cuda_build_is_left_to_machines_with_a_driver(go, monkeypatch):
    monkeypatch.delenv("RUNG_TORCH", raising=False)
    monkeypatch.setattr(go.sys, "platform", "linux")
    monkeypatch.setattr(go.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(go, "reachable", lambda host: True)
    monkeypatch.setattr(go.shutil, "which", lambda name: None)
    assert "https://download.pytorch.org/whl/cpu" in go.torch_requirement()
    monkeypatch.setattr(go.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert go.torch_requirement() == ["torch==2.13.0"]
    monkeypatch.setenv("RUNG_TORCH", "torch==2.9.0 --index-url https://example.org")
    assert go.torch_requirement() == ["torch==2.9.0", "--index-url", "https://example.org"]


@pytest.mark.slow
def test_set_up_once_then_answer_at_once(tree):
    first = run(tree, "rung", "map", "--json")
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.endswith("rung map --json\n")
    second = run(tree, "rung", "map")
    assert second.stdout == "rung map\n"


@pytest.mark.slow
def test_an_interrupted_install_is_noticed_and_mended(tree):
    first = run(tree, "setup")
    assert first.returncode == 0
    assert first.stdout.endswith("prepared\n")
    assert run(tree, "setup").stdout == "", "there is nothing left to do"
    stamp = tree / ".venv" / "rung-setup.json"
    done = json.loads(stamp.read_text())
    stamp.write_text(json.dumps({**done, "state": "installing"}))
    again = run(tree, "setup")
    assert "interrupted; mending it" in again.stdout
    assert json.loads(stamp.read_text())["state"] == "done"
    shutil.rmtree(tree / ".venv" / "bin", ignore_errors=True)
    stamp.write_text("{half")
    assert run(tree, "setup").returncode == 0


@pytest.mark.slow
def test_a_failed_install_says_what_to_do_and_continues_later(tree):
    broken = run(
        tree,
        "setup",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
        RUNG_TORCH="a-package-that-is-nowhere",
    )
    assert broken.returncode == 2
    assert "check the network or the proxy" in broken.stdout
    assert run(tree, "setup").returncode == 0
