"""The page that looks into a run, in a browser: a CNN, an LSTM and a transformer, seen and checked."""

import threading
import time

import pytest
from starlette.applications import Starlette

from rung.projects.command import main
from rung.studio import assets, runs
from rung.studio.faults import handlers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 120_000  # ms: nothing is timed here, a busy machine may take long


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    texts = [
        ("a fine film", "for"),
        ("a dull film", "against"),
        ("fine plot", "for"),
        ("dull plot", "against"),
    ]
    lines = "".join(f"{text} {i},{answer}\n" for i in range(30) for text, answer in texts)
    (folder / "own.csv").write_text(f"text,answer\n{lines}")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        digits = ["digits", "--data", "mnist5k", "--data-limit", "400", "--model", "lenet"]
        assert main([*digits, "--engine", "pytorch", "--epochs", "1", "--name", "cnn"]) == 0
        words = ["sentiment", "--data", str(folder / "own.csv"), "--batch", "16", "--epochs", "1"]
        for model, name in (("bilstm", "lstm"), ("transformer", "transformer")):
            assert main([*words, "--model", model, "--name", name]) == 0
        yield folder


@pytest.fixture(scope="module")
def address(home):
    import uvicorn

    app = Starlette(routes=[*runs.routes, *assets.routes], exception_handlers=handlers)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["wide", "narrow"])
def page(request, chrome, address):
    wide, scheme = request.param
    page = chrome.new_page(viewport={"width": wide, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "response", lambda answer: answer.status >= 400 and faults.append(f"{answer.status} {answer.url}")
    )
    page.base = address
    yield page
    assert [fault for fault in faults if "favicon" not in fault and "/api/live" not in fault] == []
    page.close()


def draw_what_waits(page):
    """Ask for every map that takes long on a busy machine."""
    for button in page.locator("[data-later] button:visible").all():
        button.click()
    for button in page.locator(".check button").all():
        button.click()


def looked_at(page, run):
    page.goto(f"{page.base}/runs/{run}/look?n=0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    draw_what_waits(page)
    for figure in page.locator("[data-method]").all():
        figure.scroll_into_view_if_needed()
    verdicts = "[...document.querySelectorAll('.check')].every((p) => p.textContent.includes('Similarity'))"
    page.wait_for_function(verdicts)
    return page.locator("[data-method]").count()


def test_a_cnn_shows_maps_beside_those_of_random_weights(page):
    assert looked_at(page, "cnn") == 7
    drawn = (
        "[...document.querySelectorAll('.group-why img')].every((i) => i.complete && i.naturalWidth > 100)"
    )
    page.wait_for_function(drawn)
    assert page.locator(".group-why img").count() == 14
    first, second = (
        page.locator(".group-why figure").first.locator("img").nth(i).bounding_box() for i in (0, 1)
    )
    assert first["y"] == second["y"], "side by side, on a narrow page too"
    assert second["x"] > first["x"] + first["width"] - 1
    page.get_by_text("What makes the channels of conv2 strongest").click()
    page.wait_for_function(
        "[...document.querySelectorAll('details[open] img')].some((i) => i.complete && i.naturalWidth > 200)"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**n=1*")
    assert page.locator("h1").inner_text() == "Test example 1"


def test_an_lstm_shows_its_words_and_gates(page):
    assert looked_at(page, "lstm") >= 5
    boxes = page.locator(".group-why .words")
    assert boxes.count() == 2 * page.locator("[data-method]").count()
    filled = "[...document.querySelectorAll('.group-why .words')].every((w) => w.querySelector('span'))"
    page.wait_for_function(filled)
    assert "film" in boxes.first.inner_text() or "plot" in boxes.first.inner_text()
    assert page.locator(".group-words svg").count() == 2, "one for each direction"
    assert page.locator(".group-words svg title").count() > 10, "numbers on hover"


def test_a_transformer_shows_every_layers_heads_over_a_persons_own_sentence(page):
    looked_at(page, "transformer")
    page.locator("#own-text").fill("a fine <b>plot</b> and a dull film")
    page.locator("[data-text] button").click()
    page.wait_for_url("**n=own-*")
    assert page.locator("h1").inner_text() == "Your text"
    summary = page.locator(".group-words summary")
    assert summary.count() == 2, "two layers"
    summary.nth(1).click()
    page.wait_for_function("document.querySelectorAll('.group-words details[open] svg').length === 1")
    assert "dull" in page.locator(".group-words details[open] svg").inner_html()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
