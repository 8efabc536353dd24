"""Marks and panels as JSON: what crosses to the page, and what is refused."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from rung.learn.figure import (
    Arrow,
    Bars,
    Curve,
    Field,
    FigureError,
    Graph,
    Handle,
    HLine,
    Label,
    Network,
    Numbers,
    Picture,
    Pictures,
    Plot,
    Points,
    Say,
    Table,
    VLine,
)
from rung.learn.figures.still import number
from rung.learn.figures.widget import script, style


def unpack(packed):
    kind = {"u1": np.uint8, "f4": "<f4"}[packed["kind"]]
    return np.frombuffer(base64.b64decode(packed["data"]), kind).reshape(packed["shape"])


def test_a_field_crosses_as_float32_and_keeps_its_values():
    values = np.linspace(-2, 5, 12).reshape(3, 4)
    scene = Field(values, diverging=True).scene()
    np.testing.assert_array_equal(unpack(scene["values"]), values.astype("f4"))
    assert (scene["low"], scene["high"]) == (-5.0, 5.0)
    assert Field(values).scene()["low"] == -2.0
    assert (Field(values, diverging=True, low=-3, high=3).scene()["high"]) == 3.0


def test_a_flat_field_still_has_a_scale():
    scene = Field(np.zeros((2, 2))).scene()
    assert scene["low"] < scene["high"]


def test_pictures_keep_bytes_as_bytes_and_share_a_scale():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    scene = Picture(image).scene()["image"]
    assert scene["values"]["kind"] == "u1"
    np.testing.assert_array_equal(unpack(scene["values"]), image)
    colour = Picture(np.full((2, 2, 3), 0.5)).scene()["image"]
    assert unpack(colour["values"]).max() == 128
    many = Pictures([np.zeros((2, 2)), np.full((2, 2), 9.0)]).scene()["images"]
    assert [(i["low"], i["high"]) for i in many] == [(0.0, 9.0), (0.0, 9.0)]


def test_nan_and_infinity_are_gaps_in_valid_json():
    scene = Plot([Curve([0, 1, 2], [1.0, np.nan, np.inf]), Points([[np.nan, 1.0]])]).scene()
    assert scene["marks"][0]["y"] == [1.0, None, None]
    json.dumps(scene, allow_nan=False)
    assert Numbers([("loss", float("inf")), ("x", np.nan)]).scene()["items"][0]["value"] == "inf"


def test_a_plot_finds_a_range_that_holds_its_marks():
    scene = Plot(
        [Points([[0, 0], [10, 5]]), HLine(8.0), VLine(-2.0), Label((3, 3), "here"), Arrow((0, 0), (12, 1))]
    ).scene()
    assert scene["x"][0] < -2
    assert scene["x"][1] > 12
    assert scene["y"][1] > 8
    bars = Plot([Bars(["a", "b"], [1.0, 3.0])]).scene()
    assert bars["y"][0] == 0
    assert Plot([Curve([1, 2], [0.01, 10.0])], ylog=True).scene()["y"][0] > 0
    assert Plot([]).scene()["x"] == [0.0, 1.0]


def test_the_graph_puts_each_node_right_of_what_it_is_made_from():
    nodes = [dict(id=n, label=n) for n in ("a", "b", "sum", "c", "out")]
    scene = Graph(nodes, [("a", "sum"), ("b", "sum"), ("sum", "out"), ("c", "out")]).scene()
    column = {n["id"]: n["column"] for n in scene["nodes"]}
    assert column == {"a": 0, "b": 0, "sum": 1, "c": 1, "out": 2}


def test_a_long_chain_needs_no_recursion():
    n = 3000
    scene = Graph([dict(id=str(i)) for i in range(n)], [(str(i), str(i + 1)) for i in range(n - 1)]).scene()
    assert scene["nodes"][-1]["column"] == n - 1


def test_a_network_keeps_its_shapes():
    scene = Network(
        [["x", "y"], ["h"]], weights=[[[0.5, -1.0]]], values=[[1, 2], [3]], biases=[[0.1]], pick="look"
    ).scene()
    assert scene["weights"] == [[[0.5, -1.0]]]
    assert scene["pick"] == "look"


def test_words_are_escaped_in_text_and_rendered_in_say():
    assert Table(["<b>"], [["<i>"]]).scene()["columns"] == ["<b>"]
    assert "<math" in Say(r"$\frac{1}{2}$").scene()["html"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Points([[1, 2, 3]]), "shape (1, 3)"),
        (lambda: Points([["a", "b"]]), "not an array of numbers"),
        (lambda: Points([[1, 2]], group=[0, 1]), "2 values for 1"),
        (lambda: Points([[1, 2]], highlight=[1]), "highlight"),
        (lambda: Points([[1, 2]], labels=["a", "b"]), "2 texts for 1"),
        (lambda: Curve([1, 2], [1]), "x has 2 numbers, y has 1"),
        (lambda: Curve([1], [1], color="red"), "no colour 'red'"),
        (lambda: Handle("p", [1, 2, 3], "p"), "3 numbers"),
        (lambda: Field([1, 2]), "shape (2,)"),
        (lambda: Field([[1.0]], bands=1), "bands is 1"),
        (lambda: Bars(["a"], [1, 2]), "1 labels for 2 heights"),
        (lambda: Plot([Numbers([])]), "holds a Numbers"),
        (lambda: Plot([], x=(2, 1)), "Plot.x is (2, 1)"),
        (lambda: Plot([], y=(0, 1), ylog=True), "logarithmic"),
        (lambda: Picture(np.zeros((2, 2, 4))), "(2, 2, 4)"),
        (lambda: Pictures([np.zeros((2, 2))], titles=[]), "0 titles for 1"),
        (lambda: Table(["a", "b"], [[1]]), "row 0 has 1 cells"),
        (lambda: Numbers(["ab"]), "Numbers holds 'ab'"),
        (lambda: Network([["x"]]), "layers of [1]"),
        (lambda: Network([["x", "y"], ["h"]], weights=[[[1.0], [2.0]]]), "(2, 1)"),
        (lambda: Network([["x"], ["h"]], biases=[[1.0, 2.0]]), "biases have [2]"),
        (lambda: Graph([dict(id="a", colour=1)], []), "a node is"),
        (lambda: Graph([dict(id="a"), dict(id="a")], []), "same id"),
        (lambda: Graph([dict(id="a")], [("a", "b")]), "names no node"),
        (lambda: Graph([dict(id="a"), dict(id="b")], [("a", "b"), ("b", "a")]), "circle"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_name(make, words):
    with pytest.raises(FigureError) as caught:
        make().scene()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.5, "−0.5"),
        (3.14159, "3.142"),
        (12345, "12\u2009345"),
        (1.5e-7, "1.5×10⁻⁷"),
        (2e9 + 0.5, "2×10⁹"),
        (None, "–"),
        ("x", "x"),
    ],
)
def test_numbers_are_written_as_the_page_writes_them(value, text):
    assert number(value) == text


def test_a_notebook_gets_one_script_and_tokens_that_stay_on_the_figure():
    text = script()
    assert "export default { render };" in text
    assert re.findall(r"^\s*export .*", text, re.MULTILINE) == ["export default { render };"]
    assert re.findall(r"^\s*import .*", text, re.MULTILINE) == []
    css = style()
    assert css.startswith(".rf {")
    assert ":root" not in css
    assert "@font-face" not in css
    assert css.count("{") == css.count("}")
