"""Explanations that an exported app finds with the ONNX file alone: equal to those of rung.explain."""

import json

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from rung.data.prepare import Columns
from rung.explain.attribution.grad_cam import grad_cam
from rung.explain.attribution.occlusion import occlusion
from rung.explain.subject import Subject
from rung.projects.income.binned import BinnedColumns
from rung.scratch import nn
from rung.scratch.models.lenet import LeNet
from rung.scratch.models.mlp import MLP
from rung.serve.evidence import with_evidence
from rung.serve.form import form
from rung.serve.interval import interval
from rung.serve.onnx_file import onnx_bytes
from rung.serve.shipped import table, why_picture, why_table

RNG = np.random.default_rng(0)


def asked(content):
    """Return what asks an ONNX file, as network.py does, and the names of its outputs."""
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])

    def run(arrays, outputs):
        names = [entry.name for entry in session.get_inputs()]
        return session.run(list(outputs), dict(zip(names, arrays, strict=True)))

    return run, [entry.name for entry in session.get_outputs()]


def pooled(last):
    """Return a network of maps, a pooling over all places and one linear layer."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, rng=0),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, padding=1, rng=1),
        last(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5, rng=2),
    ).eval()


@pytest.mark.parametrize("last", [nn.ReLU, nn.Tanh])
def test_grad_cam_of_the_file_is_that_of_the_model(last):
    model = pooled(last)
    x = RNG.normal(size=(3, 3, 12, 16)).astype(np.float32)
    run, outputs = asked(with_evidence(onnx_bytes(model, x, {})))
    spec = {"size": [12, 16], "channels": 3}
    for i in range(3):
        for target in (0, 4):
            found = why_picture.why(run, outputs, x[i : i + 1], target, spec)
            expected = grad_cam(Subject(model), x[i : i + 1], target)
            assert found.method == "Grad-CAM"
            assert "6 x 8 places" in found.read
            np.testing.assert_allclose(found.values, expected.map[0], rtol=1e-4, atol=1e-6)


def test_its_mean_over_places_is_the_score_but_for_the_bias():
    model = pooled(nn.ReLU)
    x = RNG.normal(size=(3, 3, 12, 16)).astype(np.float32)
    run, _ = asked(with_evidence(onnx_bytes(model, x, {})))
    scores, evidence = run([x], ["scores", "evidence"])
    bias = np.asarray(model[-1].bias.data)
    np.testing.assert_allclose(evidence.mean(axis=(2, 3)) + bias, scores, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_grad_cam_of_objects_10_is_of_the_picture_and_not_of_its_mirror_image():
    torch = pytest.importorskip("torch")
    from rung.projects.objects_10 import recipe
    from rung.projects.objects_10.model import CNN

    torch.manual_seed(0)
    model = CNN(10, widths=(4, 4, 8, 8)).eval()
    x = RNG.normal(size=(3, 3, 32, 32)).astype(np.float32)
    run, outputs = asked(with_evidence(onnx_bytes(model, x, {}, outputs=recipe.outputs)))
    spec = {"size": [32, 32], "channels": 3}
    for target in range(4):
        found = why_picture.why(run, outputs, x[:1], target, spec)
        expected = grad_cam(Subject(model), x[:1], target)  # its pooling keeps the greatest, not the mean
        np.testing.assert_allclose(found.values, expected.map[0], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("layout", ["maps", "rows"])
def test_occlusion_of_the_file_is_that_of_the_model(layout):
    spec = {"size": [28, 28], "channels": 1}
    model = (LeNet(rng=0) if layout == "maps" else MLP([784, 24, 10], rng=0)).eval()
    x = RNG.uniform(size=(3, 1, 28, 28)).astype(np.float32)
    x = x if layout == "maps" else x.reshape(3, 784)
    content = onnx_bytes(model, x, {})
    assert with_evidence(content) == content, "a network that ends otherwise has no such maps"
    run, outputs = asked(content)
    found = why_picture.why(run, outputs, x[:1], 3, spec)
    assert found.method == "occlusion"
    if layout == "maps":
        expected = occlusion(Subject(model), x[:1], 3).map[0]
    else:
        holds = why_picture.patches(28, 28)
        falls = occlusion(Subject(model), x[:1], 3, groups=[np.flatnonzero(hold) for hold in holds]).values[0]
        expected = np.tensordot(falls, holds, axes=1) / holds.sum(axis=0)
    np.testing.assert_allclose(found.values, expected, rtol=1e-3, atol=1e-5)


def test_a_map_is_orange_for_blue_against_and_grey_where_it_is_nothing():
    pixels = np.full((1, 3), 255, np.uint8)
    orange, grey, blue = why_picture.coloured(np.array([[2.0, 0.0, -2.0]]), pixels, ink=False)[0].astype(int)
    assert orange[0] > orange[2] + 60
    assert blue[2] > blue[0] + 60
    assert len(set(grey.tolist())) == 1
    assert (why_picture.coloured(np.zeros((1, 3)), pixels, ink=True) == 40).all(), "ink is shown dark"


def people(count):
    made = np.zeros(count, [("age", "f8"), ("gain", "f8"), ("job", "U8")])
    made["age"] = RNG.integers(17, 90, count)
    made["gain"] = np.where(RNG.uniform(size=count) < 0.8, 0, RNG.integers(1, 9999, count))
    made["job"] = RNG.choice(["cook", "clerk", "pilot"], count, p=[0.6, 0.3, 0.1])
    made["age"][3] = np.nan
    return made


def row_of(example):
    return {n: None if example[n] != example[n] else example[n].item() for n in example.dtype.names}


@pytest.fixture(scope="module")
def binned():
    """People, what prepares them for embeddings, and the settings that an export holds."""
    x = people(200)
    made = BinnedColumns(8, logarithm=("gain",)).fit(x)
    state, columns = made.columns.state(), made.columns
    words = dict(zip(columns.strings, columns.categories.values, strict=True))
    settings = {key: state[key] for key in ("columns", "scaler", "categories")} | {
        "layout": "ids",
        "logarithm": ["gain"],
        "edges": {name: edges.tolist() for name, edges in made.edges.items()},
        "fields": form(x, words, ["age", "gain", "job"]),
    }
    return x, made, json.loads(json.dumps(settings))


def test_a_row_becomes_the_numbers_words_and_bins_of_training(binned):
    x, made, settings = binned
    numbers, ids = made.transform(x)
    for i in range(60):
        found = table.prepare(row_of(x[i]), settings)
        assert [part.dtype for part in found] == [numbers.dtype, ids.dtype]
        np.testing.assert_array_equal(found[0][0], numbers[i])
        np.testing.assert_array_equal(found[1][0], ids[i])
    beyond = np.array([(150.0, 0.0, "cook")], x.dtype)
    np.testing.assert_array_equal(table.prepare(row_of(beyond[0]), settings)[1], made.transform(beyond)[1])


@pytest.fixture(scope="module")
def onehot():
    """People, what prepares them for a plain network, and the settings that an export holds."""
    x = people(200)
    columns = Columns(indicators=True).fit(x)
    state = columns.state()
    words = dict(zip(columns.strings, columns.categories.values, strict=True))
    settings = {key: state[key] for key in ("columns", "scaler", "categories")}
    settings["fields"] = form(x, words, list(columns.columns))
    return x, columns, json.loads(json.dumps(settings))


def test_what_a_column_is_worth_is_the_occlusion_with_the_typical_row(onehot):
    x, columns, settings = onehot
    matrix, names = columns.onehot(x)
    model = MLP([matrix.shape[1], 6, 2], rng=0).eval()
    run, _ = asked(onnx_bytes(model, matrix, {}))
    groups = {name: [i for i, n in enumerate(names) if n.startswith(name)] for name in ("age", "gain", "job")}
    typical = {field["name"]: field["typical"] for field in settings["fields"]}
    (fill,) = table.prepare(typical, settings)
    for i in range(6):  # one of them does not tell the age
        parts = why_table.why(run, table.prepare, row_of(x[i]), 1, settings, "scores")
        expected = occlusion(Subject(model), matrix[i : i + 1], 1, groups=list(groups.values()), fill=fill)
        worth = {part.name: part.worth for part in parts}
        np.testing.assert_allclose([worth[n] for n in groups], expected.values[0], rtol=1e-4, atol=1e-5)
        assert [abs(part.worth) for part in parts] == sorted((abs(p.worth) for p in parts), reverse=True)


def test_a_number_has_no_class_and_is_explained_in_its_own_unit(onehot):
    x, columns, settings = onehot
    matrix, _ = columns.onehot(x)
    model = MLP([matrix.shape[1], 6, 1], rng=0).eval()
    run, outputs = asked(onnx_bytes(model, matrix, {}, probabilities=False))
    assert outputs == ["scores"]
    row = row_of(x[0])
    for part in why_table.why(run, table.prepare, row, None, settings, "scores"):
        changed = run(table.prepare({**row, part.name: part.typical}, settings), ["scores"])[0]
        whole = run(table.prepare(row, settings), ["scores"])[0]
        assert part.worth == pytest.approx((whole - changed).item(), abs=1e-5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"age": None}, []),
        ({"age": ""}, []),
        ({"age": 400}, ["age: 400 lies outside what training saw (17 to "]),
        ({"age": "-3", "gain": 1e6}, ["age: -3 lies outside", "gain: 1e+06 lies outside"]),
    ],
)
def test_a_number_outside_the_training_rows_is_answered_with_a_remark(onehot, change, said):
    x, _, settings = onehot
    row = {**row_of(x[0]), **change}
    table.prepare(row, settings)
    found = table.remarks(row, settings)
    assert len(found) == len(said)
    assert all(text in remark for text, remark in zip(said, found, strict=True))


@pytest.mark.parametrize("value", [1e39, -1e300, "1e31"])
def test_a_number_that_single_precision_cannot_hold_is_refused(onehot, value):
    x, _, settings = onehot
    with pytest.raises(table.Refused, match="larger than the network can hold"):
        table.prepare({**row_of(x[0]), "age": value}, settings)


def test_the_interval_holds_as_often_as_it_says():
    inside, tries = 0, 400
    for seed in range(tries):
        off = np.random.default_rng(seed).standard_t(3, 61)
        inside += abs(off[-1]) <= interval(off[:-1])["half"]
    assert 0.86 <= inside / tries <= 0.95
    assert interval(np.ones(8)) is None, "of eight rows none is the ninth tenth"


def test_the_graph_that_is_no_such_network_is_left_alone():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, rng=0), nn.Flatten(), nn.Linear(2 * 6 * 6, 3, rng=1)).eval()
    content = onnx_bytes(model, np.zeros((3, 1, 8, 8), np.float32), {})
    assert with_evidence(content) == content
    made = onnx.load_from_string(
        with_evidence(onnx_bytes(pooled(nn.ReLU), np.zeros((3, 3, 8, 8), np.float32), {}))
    )
    assert [entry.name for entry in made.graph.output] == ["scores", "probabilities", "evidence"]
