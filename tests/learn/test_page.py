"""The blocks of a lesson's page, and the code they embed."""

from __future__ import annotations

import json

import pytest

from rung.errors import RungError
from rung.learn.embed import EmbedError, embed
from rung.learn.figure import Figure, Numbers
from rung.learn.lesson import lessons
from rung.learn.page import Page, PageError

TOML = """
format = 1
title = "A test"
track = "foundations"
level = 101
target = ["rung.learn.figures.wire:point"]
requires = []
teaches = ["points"]
minutes = 5
covers = []
cheatsheet = "$x \\\\in \\\\mathbb{R}$, always."

[[reading]]
source = "rosenblatt1958"
view = "a psychologist"
why = "For the claim *itself*."
"""


@pytest.fixture
def page(tmp_path):
    (tmp_path / "a_test").mkdir()
    (tmp_path / "a_test" / "lesson.toml").write_text(TOML, encoding="utf-8")
    return Page(tmp_path / "a_test" / "lesson.py")


def test_every_block_is_json_with_its_texts_as_html(page):
    blocks = [
        page.predict("Which $x$?", ["*left*", "right"], 1, "Because $y$."),
        page.quiz("Which?", ["a", "b"], 0, ["yes", "no"]),
        page.code("rung.learn.figures.wire:point"),
        page.exercise(),
        page.reading(),
        page.cheatsheet(),
    ]
    shown = {b.block()["type"]: json.loads(json.dumps(b.block())) for b in blocks}
    assert "<math" in shown["predict"]["question"]
    assert shown["predict"]["options"][0] == "<em>left</em>"
    assert "<math" in shown["predict"]["reveal"]
    assert shown["quiz"]["why"] == ["yes", "no"]
    assert shown["exercise"]["lesson"] == "a-test"
    assert shown["reading"]["items"][0]["authors"] == "Frank Rosenblatt"
    assert "<em>itself</em>" in shown["reading"]["items"][0]["why"]
    assert "ℝ" in shown["cheatsheet"]["html"]
    for block in blocks:
        assert block._repr_html_().startswith("<")


def test_a_figure_says_whose_code_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    one = next(iter(lessons().values()))
    page = Page(one.notebook)
    figure = page.figure(Figure("f", lambda s: [Numbers([("n", 1)])], parts=True))
    assert figure.block()["scene"]["parts"] == [{"name": name, "owner": "library"} for name in one.names]
    assert callable(getattr(page.mine, one.names[0]))
    with pytest.raises(PageError, match="given a str"):
        page.figure("f")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: p.predict("q", ["a"], 0, "r"), "options is"),
        (lambda p: p.predict("q", "ab", 0, "r"), "options is"),
        (lambda p: p.predict("q", ["a", "b"], 2, "r"), "answer is 2 for 2 options"),
        (lambda p: p.predict("q", ["a", "b"], True, "r"), "answer is True"),
        (lambda p: p.predict(" ", ["a", "b"], 0, "r"), "question is"),
        (lambda p: p.predict("q", ["a", ""], 0, "r"), "an option is"),
        (lambda p: p.predict("q", ["a", "b"], 0, ""), "reveal is"),
        (lambda p: p.quiz("q", ["a", "b"], 0, ["x"]), "1 sentences of why for 2 options"),
        (lambda p: p.quiz("q", ["a", "b"], 0, "xy"), "1 sentences"),
        (lambda p: p.quiz("q", ["a", "b"], 0, ["x", ""]), "why is ''"),
    ],
)
def test_malformed_blocks_are_refused_by_name(page, make, words):
    with pytest.raises(PageError) as caught:
        make(page)
    assert words in str(caught.value)


def test_a_source_that_does_not_exist_is_refused(tmp_path):
    (tmp_path / "lesson.toml").write_text(TOML.replace("rosenblatt1958", "rosenblat1958"), encoding="utf-8")
    with pytest.raises(RungError, match="rosenblatt1958"):
        Page(tmp_path / "lesson.py").reading()


def test_embedded_code_is_the_source_to_the_letter():
    whole = embed("rung.learn.figures.marks:Curve.scene")
    assert whole.text.startswith("def scene(self)")
    assert '"""Return the mark' in whole.text
    assert whole.file == "rung/learn/figures/marks.py"
    bare = embed("rung.learn.figures.marks:Curve", docstring=False)
    assert '"""' not in bare.text
    assert "color: str" in bare.text
    compile(bare.text, "bare", "exec")


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        ("rung.learn.render", "was given"),
        ("rung.nowhere:x", "no module rung.nowhere"),
        ("rung.learn.render:markdwn", 'did you mean "markdown"'),
        ("rung.learn.render:__all__", "no Python source"),
        (3, "was given 3"),
    ],
)
def test_a_symbol_that_cannot_be_shown_is_refused(symbol, words):
    with pytest.raises(EmbedError) as caught:
        embed(symbol)
    assert words in str(caught.value)
