"""The page that looks into a run: its pictures and words, a person's own examples, a digit drawn on it."""

import base64
import io
import json
import re
import shutil
import threading
import time

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rung.projects.command import main
from rung.studio import assets, looked, runs
from rung.studio.faults import handlers
from rung.train.record import find_run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    own = folder / "own.csv"
    texts = [
        ("a fine film", "for"),
        ("a dull film", "against"),
        ("fine plot", "for"),
        ("dull plot", "against"),
    ]
    own.write_text("text,answer\n" + "".join(f"{t} {i},{a}\n" for i in range(30) for t, a in texts))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"RUNG_HOME": str(folder), "RUNG_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        patch.delenv("RUNG_DATA", raising=False)
        digits = ["digits", "--data", "mnist5k", "--data-limit", "400", "--model", "lenet"]
        assert main([*digits, "--engine", "pytorch", "--epochs", "1", "--name", "lenet"]) == 0
        words = ["sentiment", "--data", str(own), "--batch", "16", "--epochs", "1"]
        assert main([*words, "--model", "transformer", "--name", "reader"]) == 0
        yield folder


def application():
    return Starlette(routes=[*runs.routes, *assets.routes], exception_handlers=handlers)


@pytest.fixture(scope="module")
def client(home):
    return TestClient(application(), raise_server_exceptions=False)


def pictures(page):
    return re.findall(r'src="(/runs/[^"]+?\.png[^"]*)"', page)


def test_the_page_shows_the_example_the_answer_and_every_view(client):
    page = client.get("/runs/lenet/look?n=5").text
    assert "<h1>Test example 5</h1>" in page
    assert 'alt="test example 5: ' in page
    for title in ("Why it said so", "The network", "Layer by layer", "What its weights look for"):
        assert f">{title}</h2>" in page
    addresses = [a.replace("&amp;", "&") for a in pictures(page)]
    maps = [a for a in addresses if "/why-" in a]
    assert len(maps) == 14, "seven methods, each beside itself with random weights"
    assert len([a for a in addresses if "/layer-" in a]) == 5
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        Image.open(io.BytesIO(answer.content)).verify()
    assert page.count('class="check"') == 7
    numbers = client.get(re.search(r'href="(/runs/lenet/look/layer-0-conv1\.npy[^"]*)"', page)[1])
    assert np.load(io.BytesIO(numbers.content)).shape == (6, 28, 28)
    drawing = client.get("/runs/lenet/look/network.svg?n=5")
    assert drawing.content.startswith(b"<svg")
    assert "attachment" in drawing.headers["content-disposition"]


def test_the_next_example_is_another_and_mistakes_lead_here(client):
    first, second = (client.get(f"/runs/lenet/look?n={n}").text for n in (0, 1))
    assert 'href="?n=1"' in first
    subject = re.compile(r'class="subject" src="([^"]+)"')
    assert subject.search(first)[1] != subject.search(second)[1]
    whole = client.get("/runs/lenet").text
    assert 'href="/runs/lenet/look"' in whole
    wrong = re.findall(r'class="tile" href="/runs/lenet/look\?n=(\d+)"', whole)
    assert wrong
    assert "; it is <b>" in client.get(f"/runs/lenet/look?n={wrong[0]}").text


def test_a_block_of_the_drawing_opens_and_stays_open(client):
    closed = client.get("/runs/reader/look?n=0&open=").text
    links = re.findall(r'<a href="(/runs/reader/look\?n=0&amp;open=[^"]+)"', closed)
    assert links
    opened = client.get(links[0].replace("&amp;", "&")).text
    assert opened.count("<rect") > closed.count("<rect")
    assert "&amp;open=" in re.search(r'href="(\?n=1[^"]*)"', opened)[1]


def test_a_persons_own_text_is_looked_into(client):
    told = client.post("/api/runs/reader/look", json={"text": "a fine <b>film</b>"}).json()
    page = client.get(f"/runs/reader/look?n={told['n']}").text
    assert "<h1>Your text</h1>" in page
    assert "&lt;b&gt;" in page
    assert "<b>film</b>" not in page
    assert ">How it read the words</h2>" in page


def test_a_persons_own_picture_is_looked_into(client):
    file = io.BytesIO()
    Image.fromarray(np.full((60, 60, 3), 255, np.uint8)).save(file, "PNG")
    data = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    told = client.post("/api/runs/lenet/look", json={"picture": data}).json()
    page = client.get(f"/runs/lenet/look?n={told['n']}").text
    assert "<h1>Your picture</h1>" in page


@pytest.mark.parametrize(
    ("run", "body", "said"),
    [
        ("lenet", {"picture": "data:image/png;base64,AAAA"}, "not a whole picture"),
        ("lenet", {"picture": "%%%"}, "no picture file"),
        ("lenet", {"text": "a text"}, "takes no texts"),
        ("reader", {"text": ""}, "the text is empty"),
        ("reader", {"wrong": 1}, "an example is a text or a picture"),
        ("reader", [1], "an example is a text or a picture"),
        ("lenet", {"picture": "A" * 12_000_001}, "more than 9 MB"),
    ],
)
def test_what_cannot_be_looked_into_is_told_in_a_sentence(client, run, body, said):
    answer = client.post(f"/api/runs/{run}/look", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize(
    "address",
    [
        "/runs/nothing/look",
        "/runs/lenet/look?n=400000",
        "/runs/lenet/look?n=x",
        "/runs/lenet/look?n=own-999",
        "/runs/lenet/look/nothing.png?n=0",
        "/runs/lenet/look/network.png?n=0",
    ],
)
def test_what_is_not_there_is_told(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_run_without_weights_says_how_to_get_them(client, home):
    shutil.copytree(home / "runs" / "lenet", home / "runs" / "bare")
    (home / "runs" / "bare" / "model.safetensors").unlink()
    answer = client.get("/runs/bare/look")
    assert answer.status_code == 400
    assert "has no trained weights" in answer.text
    shutil.rmtree(home / "runs" / "bare")


def test_a_map_is_checked_one_example_at_a_time_and_then_at_once(client):
    address = "/api/runs/lenet/look/check/saliency?n=5"
    steps = [client.post(address).json() for _ in range(5)]
    assert [(step["done"], step["of"]) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4), (4, 4)]
    assert [bool(step["verdict"]) for step in steps] == [False, False, False, True, True]
    assert steps[3] == steps[4]
    assert f"Similarity {steps[3]['similarity']:.2f} over 4 examples" in steps[3]["verdict"]
    assert client.post("/api/runs/lenet/look/check/nothing?n=5").status_code == 404
    assert client.post("/api/runs/reader/look/check/grad-cam").status_code == 404


def test_words_are_fetched_as_text_and_saved_as_a_drawing(client):
    page = client.get("/runs/reader/look?n=0").text
    words = re.search(r'data-words="(/runs/reader/look/why-saliency\.html[^"]*)"', page)[1].replace(
        "&amp;", "&"
    )
    told = client.get(words)
    assert told.headers["content-type"].startswith("text/html")
    assert "<span" in told.text
    saved = client.get(words.replace(".html", ".svg"))
    assert saved.content.startswith(b"<svg")
    assert client.get(words.replace("saliency.html", "saliency-random.html")).text != told.text
    assert "Attention of layers.0.attention" in page, "every layer's heads, not the first's alone"
    assert "Attention of layers.1.attention" in page


def test_nothing_is_drawn_for_a_page_that_was_left(client, home):
    run = find_run("lenet")
    told = {"n": "5", "open": "-", "file": "why-saliency.png"}
    assert looked.act("file", run, told, None, lambda: False) == b""
    assert looked.act("file", run, told, None, lambda: True)[:4] == b"\x89PNG"


# the brightness of the middle row of the picture that the network was shown
INK = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  const pen = canvas.getContext("2d");
  pen.drawImage(document.querySelector(".subject"), 0, 0, 28, 28);
  return [...pen.getImageData(0, 14, 28, 1).data].filter((_, i) => i % 4 === 0);
}"""


@pytest.mark.browser
def test_a_digit_is_drawn_and_the_answer_is_read(home, chrome):
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(application(), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    page = chrome.new_page(viewport={"width": 390, "height": 800})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    try:
        page.goto(f"http://127.0.0.1:{port}/runs/lenet/look?n=0")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        box = page.locator("canvas").bounding_box()
        page.locator("canvas").scroll_into_view_if_needed()
        box = page.locator("canvas").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"]
        page.mouse.move(x, y + 40)
        page.mouse.down()
        page.mouse.move(x, y + 180, steps=8)
        page.mouse.up()
        page.get_by_text("Look at the drawing").click()
        page.wait_for_url("**n=own-*")
        assert page.locator("h1").inner_text() == "Your picture"
        assert page.locator(".answers li").count() == 5
        page.locator("#why").scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('.group-why img').naturalWidth > 100")
        ink = page.evaluate(INK)
        assert min(ink[12:16]) < 80 < 200 < ink[2], "the stroke is where it was drawn"
        assert faults == []
    finally:
        page.close()
        server.should_exit = True
        thread.join(10)


def test_where_it_fails_is_shown_with_ways_inside(client):
    page = client.get("/runs/lenet/failures").text
    for title in ("What is taken for what", "Is it as sure as it is right?", "What its units do"):
        assert f"<h3>{title}</h3>" in page
    assert "What makes the channels of conv1 strongest" in client.get("/runs/lenet/look").text
    assert 'id="pairs"' in page
    inside = re.findall(r'href="(/runs/lenet/look\?n=\d+)"', page)
    assert inside
    assert client.get(inside[0]).status_code == 200
    for address in {*pictures(page), "/runs/lenet/failures/confusions.npy", "/runs/lenet/failures/units.svg"}:
        assert client.get(address).status_code == 200
    confused = np.load(io.BytesIO(client.get("/runs/lenet/failures/confusions.npy").content))
    assert np.array_equal(confused, client.get("/api/runs/lenet").json()["result"]["confusion"])
    assert client.get("/runs/lenet/failures/nothing.svg").status_code == 404
    assert 'href="/runs/lenet/failures"' in client.get("/runs/lenet").text
    assert client.get("/runs/reader/failures").status_code == 200


def test_a_failure_that_is_marked_is_kept_and_can_be_let_go(client, home):
    address = "/api/runs/lenet/marks/7"
    assert client.put(address, json={"note": "a 4 <or> a 9?"}).json() == {"marked": True}
    assert "a 4 &lt;or&gt; a 9?" in client.get("/runs/lenet/failures").text
    assert "You marked this example" in client.get("/runs/lenet/look?n=7").text
    client.put(address, json={"note": "a 9"})
    client.put("/api/runs/lenet/marks/3", json={"note": ""})
    assert client.get("/runs/lenet/failures").text.count("a 9") == 1
    assert client.delete(address).json() == {"marked": False}
    assert 'id="marked"' in client.get("/runs/lenet/failures").text
    client.delete("/api/runs/lenet/marks/3")
    assert 'id="marked"' not in client.get("/runs/lenet/failures").text
    for body in ({"note": "x" * 501}, {"note": 1}, {}, [1]):
        assert client.put(address, json=body).status_code == 400
    (home / "runs" / "lenet" / "marks.json").write_text("{broken", encoding="utf-8")
    assert client.get("/runs/lenet/failures").status_code == 200


def test_long_lists_are_folded(client, home):
    shutil.copytree(home / "runs" / "reader", home / "runs" / "wrong")
    file = home / "runs" / "wrong" / "result.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    one = {"row": 0, "truth": 0, "answer": 1, "sure": 0.9, "shown": "a fine film"}
    file.write_text(
        json.dumps({**told, "wrong": 30, "mistakes": [one] * 30, "findings": []}), encoding="utf-8"
    )
    try:
        shown, folded = client.get("/runs/wrong").text.split('<details class="rest">')
    finally:
        shutil.rmtree(home / "runs" / "wrong")
    assert shown.count("look inside</a>") == 5
    assert folded.count("look inside</a>") == 15
    assert '<details class="rest"><summary>15 more</summary>' in client.get("/runs/lenet/failures").text
