"""The app of a run under fifty users at once: no error, and memory that does not grow with the answers."""

import asyncio
import sys
from pathlib import Path

import pytest

from rung.projects.command import main
from rung.projects.serving import app_folder, start
from rung.train.record import find_run

sys.path.insert(0, str(Path(__file__).parents[2]))  # where the benchmarks are

from benchmarks.serve import ask_browser, ask_program, load, memory

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("RUNG_OFFLINE", "1")
        words = ["digits", "--data", "mnist5k", "--data-limit", "600", "--hidden", "16", "--epochs", "2"]
        assert main([*words, "--track", "none", "--name", "digits"]) == 0
        app = start(app_folder(find_run("digits"), lambda said: None))
    try:
        app.wait()
        yield app
    finally:
        app.stop()


@pytest.mark.parametrize("ask", [ask_program, ask_browser])
def test_fifty_users_get_their_answers_and_memory_stays_flat(app, ask):
    held = []
    for _ in range(4):
        made = asyncio.run(load(app.address, ask, users=50, questions=3))
        assert made.errors == []
        assert len(made.latencies) == 150
        held.append(memory(app.process.pid))
    # the first rounds fill caches and heaps; 300 answers that each kept 0.3 MB would be seen
    assert held[3] < 1.25 * held[1], f"MB after each round: {held}"
