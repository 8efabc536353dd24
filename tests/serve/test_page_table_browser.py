"""The exported page of tables in a real browser, from a file: equal to onnxruntime, filled in, refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from test_page_browser import MAPS, build, facts, strokes
from test_why import people, pooled, row_of

from rung.data.prepare import Columns
from rung.projects.income.binned import BinnedColumns
from rung.scratch import nn
from rung.scratch.models.mlp import MLP
from rung.serve.evidence import with_evidence
from rung.serve.facts import App, Examples
from rung.serve.form import form
from rung.serve.onnx_file import onnx_bytes
from rung.serve.page import page_files
from rung.serve.shipped import picture, table, why_picture, why_table

pytestmark = pytest.mark.browser
MAP = """async ([text, target]) => {
  const map = await Why.map(model, Picture.input(decoded(text), settings), target, settings);
  return [Array.from(map.values), map.method, map.read];
}"""
Made = tuple[Any, Any, dict, Any]  # a page in a folder, what asks its network, its settings, its rows


def asked(content: bytes) -> Any:
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    return lambda arrays, outputs: session.run(list(outputs), {"x": arrays[0]})


def page_of_people(folder: Any, classes: tuple[str, ...]) -> Made:
    x = people(200)
    columns = Columns(indicators=True).fit(x)
    state = columns.state()
    words = dict(zip(columns.strings, columns.categories.values, strict=True))
    spec = {key: state[key] for key in ("columns", "scaler", "categories")}
    spec["fields"] = form(x, words, list(columns.columns))
    spec = json.loads(json.dumps(spec))
    matrix, _ = columns.onehot(x)
    model = MLP([matrix.shape[1], 6, len(classes) or 1], rng=0).eval()
    content = onnx_bytes(model, matrix, {}, probabilities=bool(classes))
    run = asked(content)
    rows = [row_of(x[i]) for i in range(8)]
    found = [run(table.prepare(row, spec), ["probabilities" if classes else "scores"])[0][0] for row in rows]
    mistakes = tuple(
        {"row": i, "truth": int(1 - p.argmax()), "answer": int(p.argmax()), "sure": float(p.max())}
        if classes
        else {"row": i, "truth": 0.5, "answer": float(p[0])}
        for i, p in enumerate(found)
    )
    within = None if classes else {"share": 0.9, "half": 0.25, "of": 99}
    told = replace(
        facts({}, mistakes),
        classes=classes,
        tile=None,
        within=within,
        app=App("table", spec, "a person", ("Few.",)),
    )
    examples = [(0 if classes else 0.25, rows[0]), (1 if classes else 0.75, rows[3])]
    for name, data in page_files(told, content, "checked", Examples(rows, examples)).items():
        (folder / name).write_bytes(data)
    return folder, run, spec, x


@pytest.fixture(scope="module")
def classes(tmp_path_factory) -> Made:
    return page_of_people(tmp_path_factory.mktemp("page"), ("stays", "leaves"))


@pytest.fixture(scope="module")
def number(tmp_path_factory) -> Made:
    return page_of_people(tmp_path_factory.mktemp("page"), ())


def test_the_page_computes_what_onnxruntime_computes(classes, visit):
    folder, run, spec, x = classes
    page = visit(folder)
    rows = [row_of(one) for one in x[:40]]
    found = page.evaluate("rows => rows.map(answer)", rows)
    expected = [run(table.prepare(row, spec), ["probabilities"])[0][0] for row in rows]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert page.evaluate("document.body.dataset.same") == "8 of 8", "and its failures are the run's"


def test_a_form_is_filled_in_asked_and_explained(classes, visit):
    folder, run, spec, _ = classes
    page = visit(folder)
    page.get_by_label("age").fill("44")
    page.get_by_label("job").select_option("pilot")
    page.get_by_role("button", name="Ask the network").click()
    row = {"age": "44", "gain": page.get_by_label("gain").input_value(), "job": "pilot"}
    (expected,) = run(table.prepare(row, spec), ["probabilities"])[0]
    top = int(expected.argmax())
    said = page.locator("#said").inner_text()
    assert said.startswith(f"It says {('stays', 'leaves')[top]}, {100 * expected[top]:.1f}% sure")
    worth = json.loads(page.locator("#why").get_attribute("data-worth"))
    for part in why_table.why(run, table.prepare, row, top, spec, "probabilities"):
        assert worth[part.name] == pytest.approx(part.worth, abs=1e-5)
    assert page.locator("#worth tr").count() == 3


def test_an_example_and_a_failure_fill_the_form(classes, visit):
    page = visit(classes[0])
    page.get_by_role("button", name="Example 2: leaves").click()
    assert page.get_by_label("age").input_value() == "", "this one did not tell it"
    assert page.locator("#said").inner_text().endswith("It is leaves.")
    page.locator("#gallery button").first.click()
    assert float(page.get_by_label("age").input_value()) == classes[3]["age"][0]


@pytest.mark.parametrize(
    ("age", "said"),
    [
        ("many", "age: 'many' is no number."),
        ("nan", "age: 'nan' is no number; leave it empty if it is not known."),
        ("0x10", "age: '0x10' is no number."),
        ("inf", "age: a number has an end."),
        ("1e39", "age: 1e39 is larger than the network can hold."),
    ],
)
def test_a_bad_number_gets_a_plain_message(classes, visit, age, said):
    page = visit(classes[0])
    page.get_by_label("age").fill(age)
    page.keyboard.press("Enter")
    assert page.locator("#said").inner_text() == said
    assert page.locator("#why").is_hidden()


def test_a_number_outside_the_training_rows_is_answered_with_a_remark(classes, visit):
    page = visit(classes[0])
    page.get_by_label("age").fill("400")
    page.keyboard.press("Enter")
    assert "age: 400 lies outside what training saw" in page.locator("#remarks").inner_text()
    assert page.locator("#said").inner_text().startswith("It says")


def test_an_answer_that_is_a_number_has_an_interval_and_no_probability(number, visit):
    folder, run, spec, x = number
    page = visit(folder)
    page.get_by_role("button", name="Example 1: 0.25").click()
    value = run(table.prepare(row_of(x[0]), spec), ["scores"])[0].item()
    said = page.locator("#said").inner_text()
    assert float(said.split()[2].rstrip(".")) == pytest.approx(value, rel=1e-3)
    assert said.endswith("It is 0.25.")
    low, high = page.locator("#within strong").inner_text().rstrip(".").split(" to ")
    assert float(high) - float(low) == pytest.approx(0.5, abs=1e-3)
    assert "%" not in page.locator(".panel").nth(1).inner_text().replace("at least 90%", "")
    assert page.evaluate("document.body.dataset.same") == "8 of 8"


def test_words_and_bins_of_embeddings_are_numbered_as_in_python(classes, visit):
    x = people(150)
    made = BinnedColumns(8, logarithm=("gain",)).fit(x)
    state, columns = made.columns.state(), made.columns
    spec = {key: state[key] for key in ("columns", "scaler", "categories")} | {
        "layout": "ids",
        "logarithm": ["gain"],
        "edges": {name: edges.tolist() for name, edges in made.edges.items()},
        "fields": form(x, dict(zip(columns.strings, columns.categories.values, strict=True)), ["age"]),
    }
    page = visit(classes[0])
    for one in x[:30]:
        numbers, ids = table.prepare(row_of(one), spec)
        found = page.evaluate(
            "([row, spec]) => { const { x0, x1 } = Table.inputs(row, spec);"
            " return [x0.dims, Array.from(x0.data), x1.dims, Array.from(x1.data)]; }",
            [row_of(one), json.loads(json.dumps(spec))],
        )
        assert found[0] == list(numbers.shape)
        assert found[2:] == [list(ids.shape), ids[0].tolist()]
        np.testing.assert_allclose(found[1], numbers[0], rtol=1e-6)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(classes, number, visit, scheme):
    for folder in (classes[0], number[0]):
        page = visit(folder, width=390, scheme=scheme)
        page.get_by_role("button", name="Example 1").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        small = "els => els.map(e => e.getBoundingClientRect()).filter(r => r.height && r.height < 24).length"
        assert page.locator("button, input, select").evaluate_all(small) == 0, "large enough for a finger"


# -- pictures: the same maps as in Python --------------------------------------------------------------------


def test_a_picture_is_explained_by_covering_it_as_in_python(tmp_path, visit):
    folder, content, spec = build("mlp", tmp_path)
    page = visit(folder)
    run = asked(content)
    pixels = strokes(1)[0]
    for target in (2, 7):
        expected = why_picture.why(run, ["scores"], picture.prepare(pixels, spec)[0], target, spec)
        found = page.evaluate(
            MAP,
            [base64.b64encode(pixels.tobytes()).decode(), target],
        )
        assert found[1:] == [expected.method, expected.read]
        np.testing.assert_allclose(found[0], expected.values.ravel(), rtol=1e-3, atol=1e-5)
    page.locator("#samples button").first.click()
    page.locator("#why-title", has_text="Why ").wait_for()
    assert "covered" in page.locator("#why-told").inner_text()


def test_a_network_with_a_pooling_at_its_end_is_explained_by_grad_cam(tmp_path, visit):
    spec = MAPS | {"channels": 3, "size": [12, 16], "ink": False}
    model = pooled(nn.ReLU)
    content = onnx_bytes(model, np.zeros((3, 3, 12, 16), np.float32), {})
    images = np.random.default_rng(1).integers(0, 256, (2, 12, 16, 3), dtype=np.uint8)
    told = replace(facts(spec), classes=tuple("abcde"))
    for name, data in page_files(told, content, "", Examples([], [(0, images[0])])).items():
        (tmp_path / name).write_bytes(data)
    page = visit(tmp_path)
    (x,) = picture.prepare(images[1], spec)
    expected = why_picture.why(asked(with_evidence(content)), ["evidence"], x, 4, spec)
    found = page.evaluate(
        MAP,
        [base64.b64encode(images[1].transpose(2, 0, 1).tobytes()).decode(), 4],
    )
    assert found[1:] == [expected.method, expected.read]
    np.testing.assert_allclose(found[0], expected.values.ravel(), rtol=1e-3, atol=1e-6)
