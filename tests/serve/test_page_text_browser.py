"""The exported page of texts in a real browser, from a file: equal to onnxruntime, typed in, refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
import torch

from rung.models.bilstm import BiLSTM
from rung.models.text_cnn import TextCNN
from rung.models.transformer_encoder import TextTransformer
from rung.serve.errors import ExportError
from rung.serve.facts import App, Examples, Facts
from rung.serve.onnx_file import onnx_bytes
from rung.serve.page import page_files
from rung.serve.shipped import text, why_text

pytestmark = pytest.mark.browser

WORDS = ["a", "fine", "film", ".", "don't", "naïve", "ＮＯ", "2", "½", "日本", "''", "dull", "_x", "-"]
SPEC = {"numbers": {word: i for i, word in enumerate(WORDS, start=4)}, "longest": 9}
KINDS: dict[str, Any] = {
    "cnn": lambda: TextCNN(20, 2, dim=6, channels=5),
    "bilstm": lambda: BiLSTM(20, 2, dim=6, hidden=5),
    "transformer": lambda: TextTransformer(20, 2, dim=8, heads=2, inner=8),
}
TEXTS = [
    "A fine FILM.",
    "a dull film - don't",
    "Naïve? ½ of 2 日本 _x",
    "fine " * 7 + "a film , a dull one",
    "A🙂film\u00a0 fine\u2003dull\u0085film\x1cfine\ufefffine",
    "don’t fine'' İ ẞ ＮＯ",
]


def facts(mistakes: tuple = ()) -> Facts:
    return Facts(
        run="one",
        project="sentiment",
        title="Sentiment",
        question="?",
        about="A CNN",
        classes=("against", "for"),
        metric="accuracy",
        told="76.0% (75.0% to 77.0%)",
        score={"value": 0.76, "low": 0.75, "high": 0.77, "of": "1,000 test examples"},
        baselines=(("bag of words", "78.0% (77.0% to 79.0%)"),),
        data="rt-polarity",
        data_title="Snippets",
        data_url="http://example.org",
        licence="none",
        kind="texts",
        problems=(),
        mistakes=mistakes,
        tile=None,
        dry_run=False,
        version="0",
        card="# one\n",
        app=App("text", SPEC, "one text", ("It knows <i>films</i> alone.",), length=True),
        findings={"wrong": len(mistakes)},
    )


def build(kind: str, folder: Any, many: int = 4) -> tuple[Any, bytes]:
    torch.manual_seed(3)
    model = KINDS[kind]().eval()
    with torch.no_grad():
        model.embed.weight.mul_(3)
    content = onnx_bytes(model, np.array([[4, 5, 6], [7, 8, 0], [9, 0, 0]], np.int32), {}, length=True)
    failures = [TEXTS[i % 4] for i in range(many)]
    mistakes = []
    for given in failures:
        found = chances(content, given)
        answer = int(found.argmax())
        mistakes.append({"truth": 1 - answer, "answer": answer, "sure": float(found.max())})
    tried = Examples(failures, [(0, TEXTS[1]), (1, TEXTS[0])])
    for name, data in page_files(facts(tuple(mistakes)), content, "checked on 6", tried).items():
        (folder / name).write_bytes(data)
    return folder, content


def asked(content: bytes) -> Any:
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    return lambda arrays, outputs: session.run(list(outputs), {"x": arrays[0]})


def chances(content: bytes, given: str) -> np.ndarray:
    found: np.ndarray = asked(content)(text.prepare(given, SPEC), ["probabilities"])[0][0]
    return found


@pytest.fixture(scope="module")
def one(tmp_path_factory: Any) -> tuple[Any, bytes]:
    return build("cnn", tmp_path_factory.mktemp("page"), many=12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_reads_and_computes_what_python_does(kind: str, visit: Any, tmp_path: Any) -> None:
    folder, content = build(kind, tmp_path)
    page = visit(folder)
    for given in TEXTS:
        read = page.evaluate("text => Text.read(text, settings)", given)
        assert [tuple(pair) for pair in read] == text.read(given, SPEC)
        assert page.evaluate("text => Text.remarks(text, settings)", given) == text.remarks(given, SPEC)
        found = page.evaluate("text => answer(text)", given)
        np.testing.assert_allclose(found, chances(content, given), atol=1e-5)
    assert page.evaluate("document.body.dataset.same") == "4 of 4", "and its failures are the run's"


def test_a_text_is_answered_and_its_words_are_weighed(one: Any, visit: Any) -> None:
    folder, content = one
    page = visit(folder)
    page.locator("#text").fill(TEXTS[1])
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#why[data-worth]")
    expected = chances(content, TEXTS[1])
    answer = int(expected.argmax())
    assert page.locator("#said").inner_text().startswith(f"It says {('against', 'for')[answer]}, ")
    worth = why_text.why(asked(content), text.prepare(TEXTS[1], SPEC)[0], answer)
    np.testing.assert_allclose(page.evaluate("JSON.parse($('why').dataset.worth)"), worth, atol=1e-5)
    words = page.locator("#words > span > span").all_inner_texts()
    assert words == ["a", "dull", "film", "-", "don't"]
    assert "leave one word out" in page.locator("#why-told").inner_text()


def test_what_is_no_text_gets_a_plain_message(one: Any, visit: Any) -> None:
    page = visit(one[0])
    for given in ("", " \n", "film " * 10_000, "🙂", "z" * 5000, "x" * 100_001):
        page.locator("#text").fill(given)
        page.get_by_role("button", name="Ask the network").click()
        with pytest.raises(text.Refused) as refused:
            text.prepare(given, SPEC)
        assert page.locator("#said").inner_text() == str(refused.value)
        assert not page.locator("#why").is_visible()


def test_a_failure_is_asked_again_and_the_rest_are_shown_on_request(one: Any, visit: Any) -> None:
    page = visit(one[0])
    assert page.locator("#gallery button:visible").count() == 9
    page.get_by_role("button", name="Show 3 more").click()
    assert page.locator("#gallery button:visible").count() == 12
    first = page.locator("#gallery button").first
    assert TEXTS[0] in first.inner_text()
    first.click()
    assert page.locator("#text").input_value() == TEXTS[0]
    assert page.locator("#said").inner_text().rstrip().endswith(("It is for.", "It is against."))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(one: Any, visit: Any, scheme: str) -> None:
    page = visit(one[0], width=390, scheme=scheme)
    page.locator("#text").fill("fine " + "z" * 300)
    page.get_by_role("button", name="Ask the network").click()
    page.wait_for_selector("#why[data-worth]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "It knows <i>films</i> alone." in page.locator("body").inner_text()


def test_a_kind_without_a_page_is_told_what_there_is_instead() -> None:
    without = facts()
    app = App("writing", {}, "a beginning")
    with pytest.raises(ExportError, match="has no page of its own") as refused:
        page_files(Facts(**{**vars(without), "app": app}), b"", "", Examples())
    assert "rung serve one" in str(refused.value.fix)
