"""The page of a run's training: its views, their files, and what it says where there are none."""

import io
import re
import shutil

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rung.projects.command import main
from rung.studio import assets, runs
from rung.studio.faults import handlers
from rung.train.record import find_run

MOONS = ["boundary", "--epochs", "4", "--hidden", "6", "--track", "none"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        patch.setattr("rung.projects.training_views.GRID", 5)
        assert main([*MOONS, "--name", "moons"]) == 0
        assert main([*MOONS, "--no-watch", "--name", "private"]) == 0
        yield folder


@pytest.fixture(scope="module")
def client(home):
    application = Starlette(routes=[*runs.routes, *assets.routes], exception_handlers=handlers)
    return TestClient(application, raise_server_exceptions=False)


def test_the_run_leads_to_the_page_and_the_page_back(client):
    assert 'href="/runs/moons/training"' in client.get("/runs/moons").text
    assert 'href="/runs/moons/training"' in client.get("/runs/moons/look").text
    page = client.get("/runs/moons/training").text
    assert 'href="/runs/moons#curve"' in page
    assert 'href="/runs/moons/look"' in page


def test_what_is_quick_stands_in_the_page_and_what_asks_the_network_is_fetched(client):
    page = client.get("/runs/moons/training").text
    for title in ("What every step did", "The boundary as it forms", "Histograms over time"):
        assert f">{title}</h2>" in page
    assert page.count('<div class="drawing">') == 3  # gradients, updates, weights
    later = re.findall(r'data-fetch="([^"]+)"', page)
    assert len(later) == 3
    for address in later:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "<svg" in answer.text
        assert "<figcaption>" in answer.text
        assert "<html" not in answer.text


def test_every_link_of_a_figure_is_a_file(client):
    figure = client.get("/runs/moons/training/boundary").text
    links = dict.fromkeys(re.findall(r'href="([^"]+)"', figure))
    assert len(links) == 3
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert 'filename="moons-boundary.' in answer.headers["content-disposition"]
    assert np.load(io.BytesIO(client.get("/runs/moons/training/boundary.npy").content)).ndim == 4
    assert client.get("/runs/moons/training/boundary.csv").text.startswith("step,x,y,answer,probability\n")
    assert client.get("/runs/moons/training/boundary.svg").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("file", ["nothing", "nothing.svg", "boundary.pdf", "boundary.svg.svg"])
def test_what_is_not_there_is_told(client, file):
    assert client.get(f"/runs/moons/training/{file}").status_code == 404
    assert client.get("/runs/nobody/training").status_code == 404


def test_a_run_without_a_watch_says_why_and_how_the_range_test_is_made(client):
    page = client.get("/runs/private/training").text
    assert "--no-watch" in page
    assert "<code>rung train boundary --find-rate --hidden 6</code>" in page
    assert main(["boundary", "--find-rate", "--hidden", "6"]) == 0
    page = client.get("/runs/private/training").text
    assert "Learning-rate range test" in page
    assert "--find-rate" not in page


def test_a_run_that_was_stopped_has_its_page(client, home):
    stopped = shutil.copytree(find_run("moons").folder, home / "runs" / "stopped")
    for file in ("model.safetensors", "result.json"):
        (stopped / file).unlink()
    page = client.get("/runs/stopped/training").text
    assert "once the training has come to its end" in page
    assert page.count("<svg") >= 3
    assert "data-fetch" not in page
    assert client.get("/runs/stopped/training/surface").status_code == 404


def test_a_view_is_computed_once(client, monkeypatch):
    client.get("/runs/moons/training/surface")
    monkeypatch.setattr("rung.projects.training_views.surface", lambda *_, **__: 1 / 0)
    assert "<svg" in client.get("/runs/moons/training/surface").text
