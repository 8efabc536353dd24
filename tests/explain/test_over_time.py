"""Histograms over time count what is there, a boundary lies where the network changes its answer."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch

from rung.explain.axes import Axis
from rung.explain.batch_norms import batch_statistics
from rung.explain.boundary import boundary
from rung.explain.flow import Flow, FlowRow
from rung.explain.overtime import bins_of, weights_over_time
from rung.explain.rate_picture import RateTest
from rung.explain.subject import Subject
from rung.explain.surface import surface
from rung.explain.units_over_time import units_over_time
from rung.explain.weights import standing, weights
from rung.scratch import nn
from rung.scratch.errors import SettingError, ShapeError

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2)).astype(np.float32)


def soft(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def pair():
    mine = nn.Sequential(nn.Linear(2, 6, rng=0), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2, rng=1))
    t = torch.nn
    yours = t.Sequential(t.Linear(2, 6), t.BatchNorm1d(6), t.ReLU(), t.Linear(6, 2))
    yours.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in mine.state_dict().items()})
    return mine, yours


def state(model):
    return {
        k: (v.detach().numpy() if isinstance(v, torch.Tensor) else np.asarray(v)).copy()
        for k, v in model.state_dict().items()
    }


def grown(model, factors=(1, 2, 4)):
    """Snapshots whose first matrix is that many times as large."""
    now = state(model)
    return {10 * i: {**now, "0.weight": now["0.weight"] * f} for i, f in enumerate(factors)}


def test_every_weight_is_counted_at_every_moment_on_one_scale():
    kept = grown(pair()[0])
    found = weights_over_time(kept, ["0.weight", "0.bias", "1.weight", "3.weight"])
    assert found.steps == (0, 10, 20)
    assert [each.layer for each in found.layers] == ["0", "3"], "biases and norms are left out"
    first = found.layers[0]
    assert first.counts.sum(axis=1).tolist() == [12, 12, 12]
    np.testing.assert_allclose(first.std / first.std[0], [1, 2, 4], rtol=1e-5)
    assert "changed most in 0, to 4 times" in found.caption
    assert sum(row[4] for row in found.table().rows if row[:2] == ("0", 20)) == 12
    with pytest.raises(SettingError, match="no snapshots"):
        weights_over_time({}, [])


@pytest.mark.parametrize("which", [0, 1])
def test_activations_are_those_of_the_snapshots_and_the_model_stays_as_it_was(which):
    model = pair()[which]
    model.train()
    before = {k: v.tobytes() for k, v in state(model).items()}
    found = units_over_time(Subject(model), grown(model), X)
    assert {k: v.tobytes() for k, v in state(model).items()} == before
    assert model.training
    linear = found.layers[0]
    assert linear.counts.sum(axis=1).tolist() == [180, 180, 180]
    assert linear.edges.shape == (bins_of(180) + 1,)
    bias = state(model)["0.bias"]
    expected = [(f * (X @ state(model)["0.weight"].T) + bias).std() for f in (1, 2, 4)]
    np.testing.assert_allclose(linear.std, expected, rtol=1e-3)
    assert found.of == 30
    assert "on the same 30 examples" in found.caption
    root = ET.fromstring(found.svg())
    titles = [e.text for e in root.iter(f"{SVG}title")]
    assert sum(t.startswith("step 20: mean") for t in titles) == 3 * len(found.layers)


def test_one_value_alone_and_equal_values_have_a_picture_too():
    kept = {0: {"a.weight": np.zeros((1, 1))}, 5: {"a.weight": np.full((1, 1), np.nan)}}
    found = weights_over_time({0: kept[0]}, ["a.weight"])
    ET.fromstring(found.svg())
    assert found.layers[0].counts.sum() == 1
    ET.fromstring(weights_over_time(kept, ["a.weight"]).svg())


@pytest.mark.parametrize("which", [0, 1])
def test_a_boundary_lies_where_the_answer_changes(which):
    t = torch.nn
    model = (nn.Linear(2, 2, rng=0), t.Linear(2, 2))[which]
    left_right = {"weight": np.array([[0, 0], [1, 0]], np.float32), "bias": np.zeros(2, np.float32)}
    low_high = {"weight": np.array([[0, 0], [0, 1]], np.float32), "bias": np.zeros(2, np.float32)}
    y = (X[:, 1] > 0).astype(int)
    kept = {0: left_right, 7: low_high}
    found = boundary(
        Subject(model), kept, X, y, ("low", "high"), soft, columns=("a", "b"), scale=((2, 1), (10, -3))
    )
    assert found.right[1] == 1
    assert found.right[0] == pytest.approx(((X[:, 0] > 0) == y).mean())
    answers = found.probabilities.argmax(axis=-1)
    assert (answers[0] == (found.across > 1)[None, :]).all(), "in a person's units the line is at 2 x 0 + 1"
    assert (answers[1] == (found.up > -3)[:, None]).all()
    root = ET.fromstring(found.svg())
    words = [e.text for e in root.iter(f"{SVG}text")]
    assert {"a", "b", "step 7: 100% right", "low", "high"} <= set(words)
    assert found.table().columns == ("step", "a", "b", "answer", "probability")
    assert len(found.table().rows) == found.probabilities[..., 0].size
    with pytest.raises(ShapeError, match=r"\(n, 2\)"):
        boundary(Subject(model), kept, X[:, :1], y, ("low", "high"), soft)


def test_of_three_classes_every_one_has_its_colour_and_shape():
    model = nn.Linear(2, 3, rng=3)
    y = RNG.integers(0, 3, 30)
    found = boundary(Subject(model), {0: state(model), 1: state(model)}, X, y, ("a", "b", "c"), soft)
    assert ET.fromstring(found.svg()) is not None
    assert "from step 0 on" in found.caption


@pytest.mark.parametrize("which", [0, 1])
def test_batch_norms_take_the_batch_for_a_while_and_frozen_ones_do_not(which):
    model = pair()[which]
    before = {k: v.tobytes() for k, v in state(model).items()}
    model.eval()
    plain = Subject(model).ask(X)
    with batch_statistics(Subject(model)) as some:
        assert some
        inside = Subject(model).ask(X)
    assert np.abs(inside - plain).max() > 0.05
    np.testing.assert_array_equal(Subject(model).ask(X), plain)
    assert {k: v.tobytes() for k, v in state(model).items()} == before
    if which == 0:
        return  # a model from scratch has none that stays in evaluation
    norm = model[1]
    norm.train = lambda mode=True: norm  # frozen: it stays in evaluation whatever is asked
    with batch_statistics(Subject(model)) as some:
        assert not some
        np.testing.assert_array_equal(Subject(model).ask(X), plain)


def test_the_first_weights_of_a_network_with_batch_norms_have_their_own_loss_in_the_plane():
    """With the running statistics of the end, the loss at the beginning was that of another network."""
    model = pair()[1]
    y = (X[:, 0] > 0).astype(int)
    first = weights(model)
    start = state(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    far, truth = torch.from_numpy(X) * 30 + 50, torch.from_numpy(y)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(far), truth).backward()
        optimizer.step()
    path = {"snapshots": [first], "steps": (0,), "size": 9}
    found = surface(Subject(model), X * 30 + 50, y, of_batch=True, **path)
    assert found.of_batch
    fresh = pair()[1]
    fresh.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in start.items()})
    fresh.train()
    own = torch.nn.functional.cross_entropy(fresh(far), truth).item()
    assert found.own[0] == pytest.approx(own, rel=1e-3)
    assert found.named(0).startswith("snapshot 1 of 2, step 0: loss")
    assert "Batch norms take the statistics" in found.caption
    plain = surface(Subject(nn.Linear(2, 2, rng=0)), X, y, of_batch=True, size=3)
    assert "Batch norms" not in plain.caption


def test_what_is_put_in_goes_out_again_also_when_stopped():
    model = pair()[0]
    before = {k: v.tobytes() for k, v in state(model).items()}

    def stopped():
        with standing(model) as put_in:
            put_in({"0.bias": np.ones(6, np.float32)})
            put_in({"3.bias": np.ones(2, np.float32)})
            assert state(model)["0.bias"].tobytes() == before["0.bias"], "a call stands alone"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert {k: v.tobytes() for k, v in state(model).items()} == before


def many(layers, steps=30):
    return Flow(
        [FlowRow(s, f"layers.{i}.part", 10.0**-i, 1e-3) for s in range(1, steps) for i in range(layers)]
    )


@pytest.mark.parametrize("which", ["gradient", "ratio"])
def test_more_layers_than_lines_can_tell_apart_become_rows_with_their_names(which):
    few, lots = ET.fromstring(many(6).svg(which)), ET.fromstring(many(12).svg(which))
    names = [e.text or "" for e in lots.iter(f"{SVG}text")]
    assert sum("layers." in name for name in names) == 12
    assert "step" in names
    assert "a row a layer" in many(12).caption(which)
    assert "each grid line" in many(6).caption(which)
    assert len(list(few.iter(f"{SVG}path"))) > 12
    assert "60 of 90 layers are drawn" in many(90).caption(which)
    ET.fromstring(many(90).svg(which))


def test_a_schedule_that_falls_to_nothing_is_no_layer_that_hardly_moves():
    rows = [FlowRow(s, "in", 1.0, 1e-3 if s < 90 else 1e-9) for s in range(100)]
    caption = Flow(rows).caption("ratio")
    assert "Hardly" not in caption
    assert "falls with the learning rate" in caption


def test_a_range_test_shows_the_suggestion_and_the_rate_of_the_run():
    rates = np.geomspace(1e-6, 10, 50)
    losses = 1 / (1 + (rates / 0.01) ** 2)
    found = RateTest(rates, losses, 0.01, False, 0.1)
    words = [e.text for e in ET.fromstring(found.svg()).iter(f"{SVG}text")]
    assert {"suggested: 0.01", "this run: 0.1", "learning rate", "loss"} <= set(words)
    assert "fell fastest at 0.01" in found.caption
    assert len(found.table().rows) == 50
    for odd in (
        RateTest(np.zeros(0), np.zeros(0), None, True),
        RateTest(rates[:1], losses[:1], None, True),
        RateTest(rates, np.ones(50), None, False),
    ):
        ET.fromstring(odd.svg())
        assert odd.caption


def test_powers_of_ten_are_marked_and_no_more_than_fit():
    assert Axis(1e-6, 10, log=True).marks(4) == pytest.approx([1e-6, 1e-4, 1e-2, 1])
    assert Axis(0, 1).marks(4)[0] == 0
