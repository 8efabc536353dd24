"""The runs pages: what they show, what they start and stop, and in a real browser that they stay alive."""

import io
import os
import re
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import rung.data
import rung.projects
from rung.projects.command import main
from rung.scratch import nn
from rung.scratch.optim import SGD
from rung.scratch.tensor import Tensor
from rung.studio import assets, project_pages, run_control, run_data, runs
from rung.studio.curves import Level, Series, plot, smooth
from rung.studio.faults import handlers
from rung.train.baseline import Baseline
from rung.train.execute import Plan, execute
from rung.train.finding import Finding
from rung.train.inputs import Inputs
from rung.train.progress import Plain
from rung.train.record import find_run, new_run
from rung.train.tasks import Language, Number

QUICK = ["digits", "--data", "mnist5k", "--data-limit", "600", "--hidden", "16", "--epochs", "3"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A home with one finished run in it, to copy from."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNG_HOME", str(folder))
        patch.setenv("RUNG_OFFLINE", "1")
        assert main([*QUICK, "--name", "done", "--seeds", "2"]) == 0
        assert main(["digits", "--dry-run", "--name", "dry"]) == 0
    return folder


@pytest.fixture
def home(trained, tmp_path, monkeypatch):
    shutil.copytree(trained, tmp_path / "home")
    monkeypatch.setenv("RUNG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RUNG_OFFLINE", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("RUNG_DATA", raising=False)
    return tmp_path / "home"


def application():
    """The runs pages alone, without the rest of the studio and its gate."""
    return Starlette(
        routes=[*project_pages.routes, *runs.routes, *assets.routes], exception_handlers=handlers
    )


@pytest.fixture
def client(home):
    with TestClient(application()) as client:
        yield client
    for child in run_control.children:
        if child.poll() is None:
            child.kill()
        child.wait()
    run_control.children.clear()


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_list_shows_every_run_with_score_interval_and_baseline(client):
    page = client.get("/runs").text
    result = find_run("done").result
    words = text(page)
    assert f"{100 * result['score']['value']:.2f} %" in words
    assert f"{100 * result['score']['low']:.2f} to {100 * result['score']['high']:.2f}" in words
    assert "dry run" in words
    assert page.index("dry</a>") < page.index("done</a>")  # the newest first


def test_a_project_has_a_page_with_its_question_its_parts_its_runs_and_its_readme(client):
    html = client.get("/projects/digits").text
    words = text(html)
    project = rung.projects.load("digits")
    assert project.question in words
    assert "library&#39;s until you pass" in html or "library's until you pass" in html
    assert 'href="/runs/done"' in html
    assert "rung train digits" in words
    paragraph = (project.folder / "README.md").read_text().split("\n\n")[1]
    assert " ".join(re.split(r"[`*\[|]", paragraph)[0].split()[:6]) in words
    assert "All runs" not in words


def test_every_project_has_a_page_and_stands_in_the_list(client):
    listed = client.get("/projects").text
    for slug in rung.projects.slugs():
        assert f'href="/projects/{slug}"' in listed
        page = client.get(f"/projects/{slug}")
        assert page.status_code == 200
        assert f'data-start="{slug}"' in page.text
    assert client.get("/projects/cats").status_code == 404
    best = find_run("done").result["score"]["value"]
    assert f"best here {100 * best:.2f} %" in text(listed), "a dry run does not count"


def test_a_home_without_runs_says_how_to_start_one(client, home):
    shutil.rmtree(home / "runs")
    assert "rung train digits" in client.get("/runs").text
    assert "best here" not in client.get("/projects").text


def test_a_runs_page_holds_all_there_is_to_know(client):
    words = text(client.get("/runs/done").text)
    result = find_run("done").result
    for expected in (
        "finished",
        "this run",
        "logistic regression",
        "always the most frequent class",
        "No leakage",
        "Confusion matrix",
        "By seed: 0:",
        "Whose code",
        "batch",
        "mnist5k",
        f"of {result['wrong']} mistakes",
    ):
        assert expected in words
    html = client.get("/runs/done").text
    assert html.count('class="tile"') == len(result["mistakes"])
    cells = re.findall(r"<td[^>]*>(\d+)</td>", html)
    assert [int(c) for c in cells] == [n for row in result["confusion"] for n in row]
    assert "means nothing" in client.get("/runs/dry").text


def test_the_json_of_a_run_is_its_data(client):
    data = client.get("/api/runs/done").json()
    run = find_run("done")
    assert data["result"] == run.result
    assert data["metrics"] == run.metrics()
    assert data["now"]["share"] == 1
    assert data["now"]["steps"] == 2 * run.config["steps"]
    live = client.get("/api/runs/done?live").json()
    assert "metrics" not in live
    assert live["html"].count("<figure") == 2
    assert {r["name"] for r in client.get("/api/runs").json()["runs"]} == {"done", "dry"}


def test_files_are_served_by_name_and_no_others(client):
    assert client.get("/runs/done/files/failures.png").headers["content-type"] == "image/png"
    assert "attachment" in client.get("/runs/done/files/MODEL_CARD.md").headers["content-disposition"]
    for file in ("lock", "checkpoint.safetensors", "..%2f..%2fsecret", "nothing.png"):
        assert client.get(f"/runs/done/files/{file}").status_code == 404


def test_a_run_that_is_not_there_is_not_found(client):
    answer = client.get("/api/runs/doen")
    assert answer.status_code == 404
    assert "done" in answer.json()["fix"]
    assert client.get("/runs/doen").status_code == 404


def test_names_from_outside_are_escaped(client):
    run = new_run("digits", "x")
    run.write("config.json", {"project": "digits", "about": "<script>x", "started": 1.0})
    page = client.get("/runs").text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_a_failed_run_shows_what_happened(client):
    run = new_run("digits", "bad")
    run.write("config.json", {"project": "digits", "about": "it", "started": 1.0})
    run.write("fault.json", {"message": "your ReLU failed: line 7", "rule": "", "fix": "rung check relu"})
    words = text(client.get("/runs/bad").text)
    assert "failed" in words
    assert "your ReLU failed: line 7" in words
    assert "rung check relu" in words
    assert "Go on" in words


# Answers that are no classes.


@dataclass(frozen=True)
class Settings:
    data: str = "diabetes"
    epochs: int = 2
    batch: int = 64
    seed: int = 0


def kinds_of(task):
    """A recipe of one linear layer on diabetes, scored by a task that knows no classes."""

    def loss(model, x, y):
        return ((model(x).reshape(-1) - Tensor(y.astype(np.float32))) ** 2).mean()

    def extras(config, data, inputs, model, folder):
        (folder / "shape.png").write_bytes(b"\x89PNG\r\n")
        table = Finding("A table", "How to read it.", columns=["what", "how much"], rows=[["so", 0.123456]])
        return [
            table,
            Finding("A picture", "Of it.", picture="shape.png"),
            Finding("Said", "", samples=["abc"]),
        ]

    return SimpleNamespace(
        Config=Settings,
        TASK=task,
        load=lambda config, limit: rung.data.load("diabetes", 200),
        prepare=lambda config, data: Inputs((data.x / 1000).astype(np.float32), data.y, data.splits),
        build=lambda config, inputs: nn.Linear(10, 1, rng=0),
        optimizer=lambda config, model: SGD(list(model.parameters()), lr=1e-7),
        loss=loss,
        rate=lambda config, steps: lambda step: 1e-7,
        baselines=lambda config, data, inputs: [
            Baseline("always the same", partial(np.full, len(data.splits["test"]), 5.0), trivial=True)
        ],
        describe=lambda config, data: "a line",
        extras=extras,
    )


@pytest.mark.parametrize("task", [Number(), Language()], ids=["number", "language"])
def test_a_run_whose_answers_are_no_classes_is_shown_whole(client, task):
    run = new_run("digits", "other")
    plan = Plan("digits", "Digits", track="none")
    result = execute(kinds_of(task), Settings(), plan, run, Plain(io.StringIO()))
    html = client.get("/runs/other").text
    words = text(html)
    assert f"{result['score']['value']:.4g} {task.metric}" in words
    assert "less is better" in words
    assert "always the same" in words
    assert "0.1235" in words
    assert 'src="/runs/other/files/shape.png"' in html
    assert client.get("/runs/other/files/shape.png").status_code == 200
    assert "Confusion matrix" not in words
    if task.metric == "RMSE":
        assert "mean absolute error" in words
        assert f"{result['mistakes'][0]['truth']:.4g}" in words
    assert "other" in client.get("/runs").text


# Starting, stopping, going on: with real trainings in processes of their own.


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        threading.Event().wait(0.02)


@pytest.mark.slow
def test_a_dry_run_is_started_and_finishes(client):
    answer = client.post("/api/runs", json={"project": "digits", "dry_run": True, "mine": False})
    assert answer.status_code == 200, answer.text
    run = find_run(answer.json()["name"])
    wait_for(lambda: run.state == "finished")
    assert run.result["dry_run"]


@pytest.mark.slow
def test_a_training_is_stopped_and_goes_on(client, home):
    run = new_run("digits", "long")
    shutil.rmtree(run.folder)
    assert main([*QUICK[:-1], "2", "--name", "short"]) == 0  # the settings of a run, to be made longer
    source = find_run("short")
    run.folder.mkdir()
    config = source.config
    config["config"]["epochs"], config["steps"] = 20000, 20000 * config["steps_per_epoch"]
    run.write("config.json", config)

    assert client.post("/api/runs/long/resume").json() == {"name": "long"}
    wait_for(lambda: len(run.metrics()) > 3)
    assert run.state == "running"
    words = text(client.get("/runs/long").text)
    assert "Stop" in words
    assert "Time left" in words
    assert client.post("/api/runs/long/resume").status_code == 409
    assert client.post("/api/runs/long/stop").status_code == 200
    wait_for(lambda: run.state == "stopped")
    reached = run.metrics()[-1]["step"]
    assert 0 < reached < config["steps"]
    assert client.post("/api/runs/long/stop").status_code == 409
    assert client.post("/api/runs/long/resume").status_code == 200
    wait_for(lambda: run.metrics()[-1]["step"] > reached)
    client.post("/api/runs/long/stop")
    wait_for(lambda: run.state == "stopped")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"project": "cats"}, 404, "there is no project 'cats'"),
        ({}, 400, "needs the name of a project"),
        ([], 400, "no JSON object"),
    ],
)
def test_what_cannot_be_started_is_refused(client, body, status, message):
    answer = client.post("/api/runs", json=body)
    assert message in answer.json()["error"]
    assert answer.status_code == status


def test_a_training_that_fails_at_once_says_why(client, monkeypatch):
    monkeypatch.setattr(run_control, "new_name", lambda project: "bad:name")
    answer = client.post("/api/runs", json={"project": "digits", "dry_run": True})
    assert answer.status_code == 409
    assert "a run cannot be called 'bad:name'" in answer.json()["error"]


# Curves.


def test_a_plot_stands_in_percent_of_its_square():
    made = plot("t", [Series([0, 5, 10], [1.0, 0.1, 0.01], "loss")], xlabel="epoch", xmax=10, log=True)
    assert made.paths[0].d == "M0.0 0.0L500.0 500.0L1000.0 1000.0"
    assert [(t.at, t.text) for t in made.yticks] == [(100, "0.01"), (50, "0.1"), (0, "1")]
    assert [t.text for t in made.xticks] == ["0", "2", "4", "6", "8", "10"]
    assert made.points[1] == (50.0, "epoch 5: loss 0.1")


def test_shares_are_read_in_percent_and_levels_keep_inside():
    made = plot(
        "t",
        [Series([1, 2], [0.9, 0.96], "right", kind="dots")],
        xlabel="epoch",
        xmax=2,
        percent=True,
        levels=[Level(0.85, "base")],
    )
    assert made.points[-1] == (100.0, "epoch 2: right 96.0%")
    assert 0 <= made.levels[0].at <= 100
    assert made.yticks[-1].text == "100 %"
    assert made.paths[0].dots.count("h0") == 2


def test_an_empty_plot_is_a_plot():
    made = plot("Loss", [Series([], [], "loss")], xlabel="epoch", xmax=3, log=True)
    assert made.paths == []
    assert made.summary == "Loss: no numbers yet."


def test_long_lines_are_thinned_but_end_where_they_end():
    made = plot("t", [Series(range(5000), [1.0] * 4999 + [2.0], "x")], xlabel="step", xmax=5000)
    assert len(made.points) < 500
    assert made.points[-1][1] == "step 4999: x 2"


def test_smoothing_keeps_a_constant_and_is_unbiased_at_the_start():
    assert smooth([3.0] * 5) == pytest.approx([3.0] * 5)
    assert smooth([1.0, 3.0], keep=0.5) == pytest.approx([1.0, 7 / 3])


# In a browser.


@pytest.fixture
def browser_page(home):
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application(), port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_for(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(base_url=f"http://127.0.0.1:{port}")
        yield page
        browser.close()
    server.should_exit = True
    thread.join()
    for child in run_control.children:
        child.kill() if child.poll() is None else None
        child.wait()
    run_control.children.clear()


@pytest.mark.browser
def test_a_person_tries_it_and_watches_it_finish(browser_page):
    page = browser_page
    page.goto("/projects")
    page.get_by_role("link", name="Handwritten digits").click()
    page.get_by_role("button", name="Try it on a few examples").click()
    page.wait_for_url("**/runs/digits-*")
    page.get_by_role("heading", name="On examples it had never seen").wait_for(timeout=60000)
    assert page.get_by_text("its score means nothing").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_can_be_read_out(browser_page, width, scheme):
    page = browser_page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for path in ("/projects", "/projects/digits", "/runs", "/runs/done"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shots = os.environ.get("RUNG_SCREENSHOTS")
        if shots:
            name = f"{path.strip('/').replace('/', '-')}-{scheme}-{width}.png"
            page.screenshot(path=os.path.join(shots, name), full_page=True)
    plot_area = page.locator(".plot .area").first
    assert "Loss on the training batches" in plot_area.get_attribute("aria-label")
    plot_area.hover()
    assert "epoch" in page.locator(".plot output").first.inner_text()


def test_the_curve_is_held_against_the_strongest_baseline(home):
    run = find_run("done")
    result = run.result
    strong = next(b for b in result["baselines"] if not b["trivial"])
    result["baselines"].append({**strong, "name": "the best of all", "value": strong["value"] + 0.01})
    run.write("result.json", result)
    assert [level.text for level in run_data.curves(find_run("done"))[1].levels] == ["the best of all"]


def test_on_a_narrow_page_each_number_of_a_table_says_what_it_is(client, home):
    run = find_run("done")
    finding = Finding("Groups", "Two of them.", columns=["group", "share"], rows=[["tea", 0.5]])
    run.write("result.json", {**run.result, "findings": [asdict(finding)]})
    page = client.get("/runs/done").text
    assert '<td data-label="group">tea</td>' in page
    assert '<td data-label="share" class="num">0.5</td>' in page
