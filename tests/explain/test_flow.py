"""Gradients and updates of real steps, in both engines, and what is said of them."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch

from rung.explain.flow import Flow, FlowRow, measure
from rung.explain.weights import gradients, put, restored, weights
from rung.scratch import nn, optim
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.tensor import Tensor

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)


def pair():
    mine = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Tanh(), nn.Linear(4, 2, rng=1))
    yours = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    yours.load_state_dict({k: torch.from_numpy(v) for k, v in mine.state_dict().items()})
    return mine, yours


def step(model, scratch):
    before = weights(model)
    x = Tensor(X) if scratch else torch.from_numpy(X)
    (model(x) ** 2).sum().backward()
    made = optim.SGD if scratch else torch.optim.SGD
    found = gradients(model)
    made(model.parameters(), lr=0.01).step()
    return found, before, weights(model)


def test_a_real_step_measures_the_same_in_both_engines():
    mine, yours = pair()
    a, b = measure(3, *step(mine, True)), measure(3, *step(yours, False))
    assert [row.layer for row in a] == ["0", "2"]
    for one, two in zip(a, b, strict=True):
        assert (one.step, one.layer) == (two.step, two.layer)
        assert one.gradient == pytest.approx(two.gradient, rel=1e-4)
        assert one.ratio == pytest.approx(two.ratio, rel=1e-3)


def test_a_plain_step_moves_by_the_rate_times_the_gradient():
    found, before, after = step(pair()[0], True)
    rows = {row.layer: row for row in measure(1, found, before, after)}
    w = before["0.weight"]
    expected = 0.01 * np.linalg.norm(found["0.weight"]) / np.linalg.norm(w)
    assert rows["0"].ratio == pytest.approx(expected, rel=1e-3)
    both = np.concatenate([found["0.weight"].ravel(), found["0.bias"]])
    assert rows["0"].gradient == pytest.approx(np.linalg.norm(both), rel=1e-5)


def test_biases_have_a_gradient_and_no_ratio():
    w = {"norm.weight": np.zeros(3), "norm.bias": np.zeros(3)}
    (row,) = measure(1, {name: np.ones(3) for name in w}, w, w)
    assert row.gradient == pytest.approx(np.sqrt(6))
    assert np.isnan(row.ratio)


def test_arrays_that_do_not_belong_together_are_told():
    w = {"a.weight": np.ones((2, 2))}
    with pytest.raises(ShapeError, match=r"'a\.weight' has shape"):
        measure(1, w, w, {})
    with pytest.raises(ShapeError, match=r"'a\.weight' has shape"):
        measure(1, w, {"a.weight": np.ones((2, 3))}, w)


def flow(first=1.0, last=1.0, ratio=1e-3, steps=40):
    rows = []
    for s in range(steps):
        rows += [FlowRow(s, "in", first, ratio), FlowRow(s, "<out>", last, ratio)]
    return Flow(rows)


def test_the_caption_tells_vanishing_growing_and_healthy_gradients_apart():
    assert "1,000 times less, the gradient vanishes" in flow(first=1e-3).caption()
    assert "grows on its way back" in flow(first=1e3).caption()
    assert "nothing reaches the first layer" in flow(first=0).caption()
    level = flow().caption()
    assert "vanishes" not in level
    assert "grows" not in level


def test_the_caption_tells_who_is_hardly_moved_and_who_is_thrown_about():
    assert "Hardly moved: in, <out>" in flow(ratio=1e-6).caption("ratio")
    assert "Thrown about: in, <out>" in flow(ratio=0.1).caption("ratio")
    assert "Hardly" not in flow().caption("ratio")
    assert "Thrown" not in flow().caption("ratio")
    assert Flow([]).caption() == "No step was recorded."


def test_one_step_alone_does_not_decide():
    rows = list(flow().rows)
    rows[-2] = FlowRow(39, "in", 1e-9, 1e-3)
    assert "vanishes" not in Flow(rows).caption()


def test_another_word_is_refused():
    for ask in (flow().svg, flow().caption, flow().lines):
        with pytest.raises(SettingError, match="'weights' is not recorded"):
            ask("weights")


@pytest.mark.parametrize("which", ["gradient", "ratio"])
def test_the_drawing_has_a_line_a_layer(which):
    root = ET.fromstring(flow(first=1e-3).svg(which))
    titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
    assert sum(t.startswith("<out>: ") for t in titles) == 2, "the line and its name"
    assert len(flow().table().rows) == 80
    for odd in (Flow([]), flow(first=0, last=0), flow(ratio=float("nan")), flow(steps=1)):
        ET.fromstring(odd.svg(which))


@pytest.mark.parametrize("which", [0, 1])
def test_weights_can_be_put_in_and_come_back_to_the_bit_after_an_interruption(which):
    model = pair()[which]
    before = weights(model)

    def change():
        with restored(model) as given:
            put(model, {name: w + 1 for name, w in given.items()})
            assert not np.array_equal(weights(model)["0.weight"], before["0.weight"])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    for name, w in weights(model).items():
        assert w.tobytes() == before[name].tobytes()


def test_a_parameter_that_is_not_learned_has_no_gradient_row():
    model = pair()[1]
    model[0].weight.requires_grad_(False)
    assert list(weights(model, learned=True)) == ["0.bias", "2.weight", "2.bias"]
    assert list(gradients(model)) == ["0.bias", "2.weight", "2.bias"]
