"""Every operator of the page's interpreter against onnxruntime, in a real browser."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from rung.serve import page as pages
from rung.serve.page import operators

pytestmark = pytest.mark.browser

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def page(chrome: Any) -> Iterator[Any]:
    """A page that knows the interpreter and nothing else."""
    page = chrome.new_page()
    page.add_script_tag(path=Path(pages.__file__).parent / "page" / "onnx.js")
    yield page
    page.close()


F4, F2 = (2, 4, 7, 6), (3, 5)
C = {"w": (6, 2, 3, 2), "b": (6,)}
CASES: dict[str, list[tuple[tuple[int, ...], dict, dict]]] = {
    # operator: (shape of x, constants by name: a shape or an array, settings)
    **{op: [(F2, {}, {})] for op in ("Exp", "Identity", "Neg", "Relu", "Sigmoid", "Tanh", "Abs", "Dropout")},
    **{op: [(F2, {"p": np.full((1, 5), 2.5)}, {}), (F2, {"p": np.full((2, 1, 5), 0.5)}, {})] for op in
       ("Add", "Sub", "Mul", "Div")},
    "Elu": [(F2, {}, {"alpha": 0.5})],
    "LeakyRelu": [(F2, {}, {}), (F2, {}, {"alpha": 0.3})],
    "Gemm": [
        (F2, {"w": (5, 4), "b": (4,)}, {}),
        (F2, {"w": (4, 5)}, {"transB": 1}),
        (F2, {"w": (3, 4), "b": (1,)}, {"transA": 1, "alpha": 0.5, "beta": 2.0}),
    ],
    "MatMul": [(F2, {"w": (5, 4)}, {}), ((2, 3, 5), {"w": (5, 4)}, {}), ((2, 3, 5), {"w": (2, 5, 4)}, {})],
    "Conv": [
        (F4, {"w": (6, 4, 3, 3), "b": (6,)}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
        (F4, C, {"kernel_shape": [3, 2], "group": 2, "strides": [2, 1], "pads": [1, 0, 2, 1]}),
        (F4, {"w": (2, 4, 2, 2)}, {"kernel_shape": [2, 2], "dilations": [2, 3]}),
    ],
    "MaxPool": [
        (F4, {}, {"kernel_shape": [2, 2], "strides": [2, 2]}),
        (F4, {}, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
    ],
    "AveragePool": [
        (F4, {}, {"kernel_shape": [2, 3], "strides": [2, 1]}),
        (F4, {}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
        (F4, {}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}),
    ],
    "GlobalAveragePool": [(F4, {}, {})],
    "BatchNormalization": [(F4, {k: np.arange(1, 5) / 3 for k in "abcd"}, {"epsilon": 1e-3})],
    "Softmax": [(F2, {}, {}), (F4, {}, {"axis": 1})],
    "Transpose": [(F4, {}, {"perm": [0, 2, 3, 1]}), (F2, {}, {"perm": [1, 0]})],
    "Flatten": [(F4, {}, {}), (F4, {}, {"axis": 2})],
    "Reshape": [
        (F4, {"s": np.array([0, -1])}, {}),
        (F4, {"s": np.array([-1, 6])}, {}),
    ],
    "ReduceMean": [(F4, {"s": np.array([2, -1])}, {"keepdims": 0}), (F2, {}, {})],
    "ReduceSum": [(F4, {"s": np.array([1])}, {"keepdims": 1}), (F2, {}, {"keepdims": 0})],
    **{op: [(F2, {"p": np.full((1, 5), 0.25)}, {}), (F2, {"p": np.full((2, 1, 1), -0.5)}, {})] for op in
       ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")},
    **{op: [(F2, {}, {})] for op in ("Sin", "Cos", "IsNaN")},
    **{op: [(F2, {"p": RNG.random((3, 5)) > 0.5}, {})] for op in ("And", "Or")},
    "Not": [(F2, {}, {})],
    "Cast": [(F2, {}, {"to": TensorProto.INT64}), (F2, {}, {"to": TensorProto.BOOL})],
    "Clip": [(F2, {"a": np.array(-0.3, np.float32), "b": np.array(0.4, np.float32)}, {})],
    "Concat": [(F2, {"a": (3, 2), "b": (3, 1)}, {"axis": -1}), (F4, {"a": (2, 1, 7, 6)}, {"axis": 1})],
    "Expand": [((3, 1, 5), {"s": np.array([2, 1, 4, 1])}, {}), ((1,), {"s": np.array([2, 3])}, {})],
    "Gather": [
        (F2, {"i": np.array([[0, -1], [2, 1]])}, {}),
        (F4, {"i": np.array([1, 1, 0])}, {"axis": 2}),
        (F2, {"i": np.array(-2)}, {"axis": -1}),
    ],
    "LayerNormalization": [
        (F2, {"w": (5,), "b": (5,)}, {"epsilon": 1e-3}),
        (F4, {"w": (7, 6)}, {"axis": -2}),
    ],
    "LSTM": [
        ((6, 2, 3), {"w": (1, 16, 3), "r": (1, 16, 4), "b": (1, 32)}, {"hidden_size": 4}),
        ((6, 2, 3), {"w": (1, 16, 3), "r": (1, 16, 4)}, {"hidden_size": 4, "direction": "reverse"}),
        (
            (6, 2, 3),
            {"w": (2, 16, 3), "r": (2, 16, 4), "b": (2, 32), "lengths": np.array([6, 2], np.int32),
             "h": (2, 2, 4), "c": (2, 2, 4)},
            {"hidden_size": 4, "direction": "bidirectional"},
        ),
    ],
    "Range": [((), {"to": np.array(7.0), "by": np.array(1.5)}, {})],
    "ReduceMax": [(F4, {"s": np.array([2])}, {"keepdims": 0}), (F2, {}, {})],
    "ScatterND": [
        (F2, {"i": np.array([[2], [0]]), "u": (2, 5)}, {}),
        (F2, {"i": np.array([[2, 1], [0, 4], [1, 1]]), "u": (3,)}, {}),
    ],
    "Shape": [(F4, {}, {}), (F4, {}, {"start": 1, "end": -1})],
    "Slice": [
        (F2, {"s": np.array([1]), "e": np.array([3])}, {}),
        (F4, {"s": np.array([-1, 1]), "e": np.array([-9, 99]), "a": np.array([2, -1]),
              "t": np.array([-2, 3])}, {}),
    ],
    "Squeeze": [((3, 1, 5, 1), {"a": np.array([-1])}, {}), ((3, 1, 5, 1), {}, {})],
    "Unsqueeze": [(F2, {"a": np.array([-1, 0])}, {})],
    "Where": [(F2, {"a": (3, 5), "b": np.array(-2.0)}, {}), ((3, 1), {"a": (5,), "b": (2, 1, 1)}, {})],
    "Sqrt": [(F2, {}, {})],
    "Log": [(F2, {}, {})],
}  # fmt: skip


TRUTHS = ("And", "Or", "Not", "Where")  # their first input is true or false
COMPARED = ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "IsNaN", "And", "Or", "Not")
OUTPUTS = {**dict.fromkeys(COMPARED, TensorProto.BOOL), "Shape": TensorProto.INT64}


def one_node(op: str, shape: tuple[int, ...], constants: dict, settings: dict) -> bytes:
    arrays = {}
    for name, told in constants.items():
        array = RNG.normal(size=told) if isinstance(told, tuple) else told
        arrays[name] = array if array.dtype.kind in "ib" else array.astype(np.float32)
    inputs = ["x", *arrays]
    if op == "LSTM":  # what is optional has a place of its own
        inputs = ["x", *(name if name in arrays else "" for name in ("w", "r", "b", "lengths", "h", "c"))]
    kind = OUTPUTS.get(op, TensorProto.FLOAT)
    nodes = [helper.make_node(op, inputs, ["y"], **settings)]
    if op in TRUTHS:  # of whether x is above 0
        nodes.insert(0, helper.make_node("Greater", ["x", "zero"], ["above"]))
        nodes[1].input[0] = "above"
        arrays["zero"] = np.float32(0)
    graph = helper.make_graph(
        nodes,
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", settings.get("to", kind), None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return made.SerializeToString()


def test_every_operator_equals_onnxruntime(page):
    assert set(page.evaluate("Object.keys(Onnx.OPERATORS)")) == operators() == set(CASES)
    for op, cases in CASES.items():
        for case in cases:
            content = one_node(op, *case)
            x = np.asarray(RNG.normal(size=case[0]), np.float32)
            x = np.abs(x) + 0.1 if op in ("Sqrt", "Log") else x
            x = np.where(x > 1, np.float32(np.nan), x) if op == "IsNaN" else x
            (expected,) = ort.InferenceSession(content, providers=["CPUExecutionProvider"]).run(
                None, {"x": x}
            )
            found = page.evaluate(
                """([text, dims, data]) => {
                const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
                data = Float32Array.from(data, (v) => (v === null ? NaN : v));
                const y = Onnx.run(Onnx.read(bytes), {x: {dims, data}}).y;
                return [Array.from(y.dims), Array.from(y.data, Number)]; }""",
                [
                    base64.b64encode(content).decode(),
                    list(case[0]),
                    [None if v != v else v for v in x.ravel().tolist()],
                ],
            )
            assert found[0] == list(expected.shape), (op, case)
            np.testing.assert_allclose(
                np.array(found[1], float), expected.ravel().astype(float), rtol=1e-4, atol=1e-5, err_msg=op
            )
