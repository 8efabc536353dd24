"""A graph as text and as a picture."""

import xml.etree.ElementTree as ET

import numpy as np

from rung.scratch import Tensor, nn
from rung.scratch.models.mlp import MLP

SVG = "{http://www.w3.org/2000/svg}"


def small():
    w, x = Tensor([[1.0], [2.0]], requires_grad=True), Tensor([[3.0, 4.0]])
    return w, x, (x @ w).relu().sum()


def test_text_has_a_line_for_each_tensor_and_names_its_inputs():
    w, x, loss = small()
    lines = str(loss.graph({"weight": w, "x": x})).splitlines()
    assert [line.split() for line in lines] == [
        ["#1", "weight", "2x1"],
        ["#2", "x", "1x2"],
        ["#3", "MatMul(#2,", "#1)", "1x1"],
        ["#4", "ReLU(#3)", "1x1"],
        ["#5", "Sum(#4)", "number"],
    ]


def test_leaves_without_a_name_say_what_they_are():
    _, _, loss = small()
    text = str(loss.graph())
    assert "parameter" in text
    assert "constant" in text


def test_svg_is_well_formed_and_has_a_box_for_each_tensor():
    model = MLP([4, 8, 3], rng=0)
    loss = nn.CrossEntropyLoss()(model(Tensor(np.ones((5, 4), dtype="f"))), np.zeros(5, dtype=int))
    graph = loss.graph(dict(model.named_parameters()))
    root = ET.fromstring(graph.svg())
    boxes, edges = root.findall(f"{SVG}rect"), root.findall(f"{SVG}path")
    assert len(boxes) == len(graph.tensors) == 10
    assert len(edges) == 9
    width, height = float(root.get("width")), float(root.get("height"))
    places = {(float(b.get("x")), float(b.get("y"))) for b in boxes}
    assert len(places) == len(boxes)  # no box covers another
    assert all(0 <= x < width and 0 <= y < height for x, y in places)
    texts = [t.text for t in root.findall(f"{SVG}text")]
    assert {"layers.0.weight", "CrossEntropy", "8 × 4"} <= set(texts)
    assert graph._repr_svg_() == graph.svg()


def test_inputs_stand_left_of_what_is_made_from_them():
    _, _, loss = small()
    graph = loss.graph()
    column = graph.columns()
    for t in graph.tensors:
        assert all(column[id(p)] < column[id(t)] for p in t.inputs)
    assert column[id(loss)] == 3


def test_a_long_graph_is_drawn_without_recursion():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(2000):
        y = y.exp().log()
    assert len(str(y.graph()).splitlines()) == 4001


def test_after_the_sweep_only_the_root_is_left():
    _, _, loss = small()
    loss.backward()
    assert len(loss.graph().tensors) == 1
