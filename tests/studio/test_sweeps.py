"""The sweep pages: the list, one sweep with its pictures and trials, one trial; in a real browser, too."""

import re
import shutil
import threading

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rung.projects.sweeping import sweep
from rung.studio import assets, runs, sweep_pages
from rung.studio.app import build
from rung.studio.faults import handlers
from rung.train.sweep.report import known, outcome
from rung.train.sweep.store import find_sweep

QUICK = ["digits", "--data", "mnist5k", "--data-limit", "300", "--epochs", "1", "--prune", "none"]
SPACE = ["--space", "lr=0.01..1:log,batch=16|32|64,hidden=8|8x8"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with a finished sweep and one that was stopped after two trials, to copy from."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        sweep([*QUICK, *SPACE, "--name", "wide", "--trials", "12", "--sampler", "random"])
        stopped = sweep([*QUICK, "--space", "lr=0.1|100", "--name", "short", "--trials", "2"]).sweep
        stopped.run.write("config.json", {**stopped.config, "trials": 5})
    return folder


@pytest.fixture
def home(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path / "home")
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def application():
    """The sweep pages alone, without the rest of the studio and its gate."""
    return Starlette(routes=[*runs.routes, *sweep_pages.routes, *assets.routes], exception_handlers=handlers)


@pytest.fixture
def client(home):
    with TestClient(application()) as client:
        yield client


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_studio_has_the_pages_and_the_runs_page_leads_there(client):
    assert {r.path for r in sweep_pages.routes} <= {r.path for r in build().routes}
    assert 'href="/sweeps"' in client.get("/runs").text


def test_the_list_shows_every_sweep_the_newest_first(client):
    page = client.get("/sweeps").text
    words = text(page)
    best = find_sweep("wide").run.result["best"]["score"]
    assert f"{100 * best:.2f} %" in words
    assert "12 of 12" in words
    assert "2 of 5" in words
    assert "lr, batch, hidden" in words
    assert page.index("/sweeps/short") < page.index("/sweeps/wide")


def test_a_home_without_sweeps_says_how_to_start_one(client, home):
    shutil.rmtree(home / "sweeps")
    assert "rung sweep digits" in client.get("/sweeps").text


def test_a_sweeps_page_holds_the_best_command_both_pictures_and_every_trial(client):
    html = client.get("/sweeps/wide").text
    found = find_sweep("wide").run.result
    assert found["command"] in text(html)
    assert html.count("<svg ") == 1 + 2 * 2 + 1, "the brand, two pictures at two widths, the theme"
    assert found["importance"]
    assert html.count('class="best"') == 1
    rows = re.findall(r"<tr.*?</tr>", html, re.DOTALL)[1:]
    assert len(rows) == 12
    assert f"Trial {found['best']['number']}" in rows[0]
    for trial in found["trials"]:
        assert f'href="/sweeps/wide/trials/{trial["number"]}"' in html
    assert "12 of 12 trials: 12 complete" in text(html)


def test_a_sweep_that_was_stopped_says_how_to_go_on_and_why_a_trial_was_refused(client):
    words = text(client.get("/sweeps/short").text)
    assert "stopped" in words
    assert "rung sweep digits --name short" in words
    assert "Too few complete trials" in words
    states = {t["state"] for t in known(find_sweep("short"))["trials"]}
    assert states <= {"complete", "refused", "failed"}


def test_a_trial_has_its_settings_and_its_curves(client):
    html = client.get("/sweeps/wide/trials/3").text
    trial = find_sweep("wide").run.result["trials"][3]
    assert html.count("<figure") == 2
    assert str(trial["settings"]["lr"]) in text(html)
    assert f"{100 * trial['score']:.2f} %" in text(html)


def test_what_is_not_there_is_not_found(client):
    answer = client.get("/api/sweeps/wied")
    assert answer.status_code == 404
    assert "wide" in answer.json()["fix"]
    assert client.get("/sweeps/wied").status_code == 404
    assert client.get("/sweeps/wide/trials/99").status_code == 404


def test_the_json_is_what_the_terminal_prints(client):
    found = find_sweep("wide")
    assert client.get("/api/sweeps/wide").json() == {**found.run.result, "folder": str(found.folder)}


def test_a_sweep_is_read_anew_once_something_has_happened(home):
    one = find_sweep("wide")
    assert known(one) == outcome(one), "what is kept is what would be found"
    assert known(find_sweep("short"))["state"] == "stopped", (
        "more trials are asked for than result.json knows"
    )
    with one.run.training():
        assert known(one)["state"] == "finished"


def test_a_sweep_at_work_refreshes_itself(client):
    with find_sweep("short").run.training():
        html = client.get("/sweeps/short").text
        assert 'http-equiv="refresh"' in html
        assert 'http-equiv="refresh"' in client.get("/sweeps").text
    assert 'http-equiv="refresh"' not in client.get("/sweeps/short").text


def test_names_from_outside_are_escaped(client):
    one = find_sweep("short")
    one.run.write("config.json", {**one.config, "title": "<script>x"})
    for page in ("/sweeps", "/sweeps/short"):
        assert "<script>x" not in client.get(page).text


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_nothing_hangs_over_and_one_of_each_picture_is_seen(home, chrome, width, scheme):
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application(), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            threading.Event().wait(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        context = chrome.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        for path in ("/sweeps", "/sweeps/wide", "/sweeps/short", "/sweeps/wide/trials/0"):
            page.goto(f"http://127.0.0.1:{port}{path}")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.goto(f"http://127.0.0.1:{port}/sweeps/wide")
        shown = page.locator(".picture svg:visible")
        assert shown.count() == 2
        line = page.locator(".picture svg:visible path[style*='--accent']").first
        accent = "rgb(81, 64, 196)" if scheme == "light" else "rgb(169, 157, 255)"
        assert line.evaluate("e => getComputedStyle(e).stroke") == accent
        assert errors == []
        context.close()
    finally:
        server.should_exit = True
        thread.join()
