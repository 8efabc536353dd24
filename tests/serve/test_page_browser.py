"""The exported page in a real browser, opened from a file: equal to onnxruntime, drawn on, typed on."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from PIL import Image

from rung.scratch import nn
from rung.scratch.models.lenet import LeNet
from rung.scratch.models.mlp import MLP
from rung.serve.errors import ExportError
from rung.serve.facts import App, Examples, Facts
from rung.serve.onnx_file import onnx_bytes
from rung.serve.page import page_files
from rung.serve.shipped import picture

pytestmark = pytest.mark.browser

SPEC = {"size": [28, 28], "channels": 1, "ink": True, "layout": "rows", "offset": 0, "scale": 255}
MAPS = SPEC | {"layout": "maps"}
RNG = np.random.default_rng(0)


def facts(spec: dict, mistakes: tuple = ()) -> Facts:
    app = App("picture", spec, "a digit", ("It knows <b>digits</b> alone.",))
    score = {"value": 0.9, "low": 0.88, "high": 0.92, "of": "1,000 test examples"}
    return Facts(
        run="one",
        project="digits",
        title="Digits & more",
        question="?",
        about="MLP on MNIST",
        classes=tuple("0123456789"),
        metric="accuracy",
        told="90.00% (88.00% to 92.00%)",
        score=score,
        baselines=(("logistic regression", "85.00% (83.00% to 87.00%)"),),
        data="mnist",
        data_title="MNIST",
        data_url="http://yann.lecun.com/exdb/mnist/",
        licence="CC BY-SA 3.0",
        kind="pictures",
        problems=("easy",),
        mistakes=mistakes,
        tile=(28, 28),
        dry_run=False,
        version="0",
        card="# one\n",
        app=app,
        findings={"wrong": len(mistakes)},
    )


def strokes(count: int) -> np.ndarray:
    """Return pictures of one thick line each."""
    made = np.zeros((count, 28, 28), np.uint8)
    for image in made:
        at, step = RNG.uniform(8, 20, 2), RNG.uniform(-1, 1, 2)
        for _ in range(8):
            y, x = (int(v) for v in np.clip(at, 4, 22))
            image[y : y + 3, x : x + 3] = RNG.integers(150, 255)
            at += step
    return made


def network(kind: str) -> tuple[bytes, dict]:
    model = MLP([784, 32, 10], rng=0) if kind == "mlp" else LeNet(rng=0)
    model.eval()
    spec = SPEC if kind == "mlp" else MAPS
    x = np.zeros((3, 784) if kind == "mlp" else (3, 1, 28, 28), np.float32)
    return onnx_bytes(model, x, {"run": "one"}), spec


def probabilities(content: bytes, pixels: np.ndarray, spec: dict) -> np.ndarray:
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    return np.concatenate(
        [session.run(["probabilities"], {"x": picture.prepare(p, spec)[0]})[0] for p in pixels]
    )


Made = tuple[Any, bytes, dict]  # a page in a folder, its ONNX file and its settings


def build(kind: str, folder: Any) -> Made:
    """Make the page of a network with its first weights: wrong on everything, which is all it has to be."""
    content, spec = network(kind)
    images = strokes(6)
    found = probabilities(content, images, spec)
    mistakes = tuple(
        {"row": i, "truth": int(np.argsort(p)[0]), "answer": int(p.argmax()), "sure": float(p.max())}
        for i, p in enumerate(found)
    )
    tried = Examples(list(images), [(3, images[0]), (4, images[1])])
    for name, data in page_files(facts(spec, mistakes), content, "checked on 6", tried).items():
        (folder / name).write_bytes(data)
    return folder, content, spec


@pytest.fixture(scope="module", params=["mlp", "lenet"])
def made(request, tmp_path_factory) -> Made:
    return build(request.param, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> Made:
    return build("mlp", tmp_path_factory.mktemp("page"))


def draw(page: Any, points: list[tuple[int, int]]) -> None:
    """Draw a line through points of the sheet, which is 280 wide, with the mouse."""
    page.locator("#sheet").scroll_into_view_if_needed()
    box = page.locator("#sheet").bounding_box()
    at = [(box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def shown(page: Any) -> np.ndarray:
    told = page.locator("#bars .share").all_inner_texts()
    return np.array([float(re.sub(r"[^\d.]", "", t)) / 100 for t in told])


def test_the_page_computes_what_onnxruntime_computes(made, visit):
    folder, content, spec = made
    page = visit(folder)
    images = strokes(20)
    given = [base64.b64encode(i.tobytes()).decode() for i in images]
    found = page.evaluate("given => given.map(text => answer(decoded(text)))", given)
    np.testing.assert_allclose(found, probabilities(content, images, spec), atol=1e-5)
    assert page.evaluate("document.body.dataset.same") == "6 of 6", "and its failures are the run's"
    assert page.evaluate("model.metadata") == {"run": "one"}


def test_a_drawn_digit_is_prepared_as_in_python_and_answered(made, visit):
    folder, content, spec = made
    page = visit(folder)
    draw(page, [(70, 60), (210, 70), (120, 230)])
    sheet = page.evaluate("document.getElementById('sheet').toDataURL()").partition(",")[2]
    drawn = np.array(Image.open(io.BytesIO(base64.b64decode(sheet))))
    assert drawn.shape == (280, 280, 4)
    fitted = picture.fitted(drawn, spec)
    theirs = page.evaluate(
        """() => { const s = document.getElementById("sheet");
        return Array.from(Picture.fitted(s.getContext("2d").getImageData(0, 0, 280, 280), settings)); }"""
    )
    assert np.abs(np.array(theirs).reshape(28, 28).astype(int) - fitted).max() <= 1, "but for a rounding"
    expected = probabilities(content, drawn[None], spec)[0]
    np.testing.assert_allclose(shown(page), expected, atol=0.006)
    said = page.locator("#said").inner_text()
    assert said.startswith(f"It says {expected.argmax()}, ")
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#said").inner_text() == "Nothing drawn yet."


def test_it_is_drawn_on_by_keyboard(one, visit):
    page = visit(one[0])
    page.locator("#sheet").focus()
    for key in ["ArrowUp"] * 6 + ["Space"] + ["ArrowDown"] * 12 + ["Space"]:
        page.keyboard.press(key)
    assert page.locator("#said").inner_text().startswith("It says ")
    page.keyboard.press("Delete")
    assert page.locator("#said").inner_text() == "Nothing drawn yet."


def test_a_failure_is_asked_again_and_says_what_it_is(one, visit):
    page = visit(one[0])
    assert page.locator("#gallery button").count() == 6
    first = page.locator("#gallery button").first
    truth, answer = (re.search(rf"{word} (\d)", first.inner_text())[1] for word in ("is", "said"))
    first.focus()
    page.keyboard.press("Enter")
    said = page.locator("#said").inner_text()
    assert said.startswith(f"It says {answer}, ")
    assert said.endswith(f"It is {truth}.")


def test_a_bad_file_gets_a_plain_message(one, visit, tmp_path):
    page = visit(one[0])
    (tmp_path / "notes.txt").write_text("not a picture")
    page.locator("#file").set_input_files(tmp_path / "notes.txt")
    page.get_by_text("notes.txt is no picture that this browser can open.").wait_for()
    Image.new("RGB", (60, 40), "white").save(tmp_path / "empty.png")
    page.locator("#file").set_input_files(tmp_path / "empty.png")
    page.get_by_text("There is nothing drawn here.").wait_for()
    photo = np.full((90, 60), 230, np.uint8)
    photo[20:70, 28:36] = 30
    Image.fromarray(photo).save(tmp_path / "one.png")
    page.locator("#file").set_input_files(tmp_path / "one.png")
    page.locator("#said", has_text="It says ").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_tells_what_it_is(one, visit, scheme):
    page = visit(one[0], width=390, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    text = page.locator("body").inner_text()
    for told in (
        "90.00%",
        "88.00% to 92.00%",
        "CC BY-SA 3.0",
        "It knows <b>digits</b> alone.",
        "checked on 6",
    ):
        assert told in text
    assert page.get_by_role("heading", level=1).inner_text() == "Digits & more"
    small = (
        "els => els.map(e => e.getBoundingClientRect()).filter(r => Math.min(r.width, r.height) < 24).length"
    )
    assert page.locator("button").evaluate_all(small) == 0, "large enough for a finger"


def test_a_network_that_the_page_cannot_compute_is_refused():
    model = nn.Sequential(nn.Linear(784, 10, rng=0), nn.GELU()).eval()
    content = onnx_bytes(model, np.zeros((3, 784), np.float32), {})
    with pytest.raises(ExportError, match="the page cannot compute Gelu"):
        page_files(facts(SPEC), content, "", Examples([], []))
