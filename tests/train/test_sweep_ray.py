"""The lines of docs/projects.md that take a sweep to Ray Tune, run as they stand where Ray is installed."""

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "projects.md").read_text(encoding="utf-8")
LINES = re.search(r"### The same sweep on Ray Tune.*?```python\n(.*?)```", TEXT, re.DOTALL)[1]


def test_the_lines_are_python_and_name_what_there_is():
    compile(LINES, "docs/projects.md", "exec")
    for module, name in re.findall(r"from (rung[\w.]*) import (\w+)", LINES):
        assert hasattr(__import__(module, fromlist=[name]), name)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_the_lines_run_and_a_score_is_the_one_without_ray(monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200 * 1024 * 1024)
    try:
        names = {}
        exec(compile(LINES, "docs/projects.md", "exec"), names)
        found = names["best"]
        assert names["objective"](found.config) == pytest.approx(found.metrics["score"], abs=0.1)
    finally:
        ray.shutdown()
