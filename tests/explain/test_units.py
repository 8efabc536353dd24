"""Planted dead and stuck units are found, by their numbers, in both engines and whatever calls the bend."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch

from rung.explain.subject import Subject
from rung.explain.units import units
from rung.scratch import nn
from rung.scratch.nn import functional as F

X = np.random.default_rng(0).normal(size=(50, 1, 6, 6)).astype(np.float32)


def pair():
    mine = nn.Sequential(
        nn.Conv2d(1, 4, 3, rng=0), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5, rng=1), nn.Tanh()
    )
    mine[0].bias.data[[1, 3]] = -100
    mine[3].bias.data[2] = 100
    t = torch.nn
    yours = t.Sequential(t.Conv2d(1, 4, 3), t.ReLU(), t.Flatten(), t.Linear(64, 5), t.Tanh())
    yours.load_state_dict({k: torch.from_numpy(v) for k, v in mine.state_dict().items()})
    return Subject(mine), Subject(yours)


def test_dead_channels_and_stuck_units_are_found_in_both_engines():
    for subject in pair():
        found = units(subject, X)
        assert [each.layer for each in found.layers] == ["0", "1", "2", "3", "4"]
        (dead,) = found.dead
        assert (dead.layer, dead.units, dead.silent) == ("1", 4, (1, 3))
        assert found.layers[0].silent == (1, 3), "before the bend they are never above 0"
        assert not found.layers[0].rectified
        assert found.layers[4].saturated == (2,)
        assert found.layers[3].saturated is None
        assert "2 units behind a ReLU, most of them in “1”, 2 of 4" in found.caption
        assert "1 of 5 units of “4”" in found.caption


def test_numbers_are_those_of_the_values():
    subject = pair()[0]
    value = subject.value(X, "0").astype(np.float64)
    first = units(subject, X).layers[0]
    assert first.mean == pytest.approx(value.mean())
    assert first.std == pytest.approx(value.std())
    assert (first.low, first.high) == (pytest.approx(value.min()), pytest.approx(value.max()))
    assert first.counts.sum() == value.size
    assert units(subject, X).layers[1].zeros >= 0.5


def test_a_unit_that_fires_once_is_not_dead():
    model = nn.Sequential(nn.Linear(1, 1, rng=0), nn.ReLU())
    model[0].weight.data[...] = 1
    model[0].bias.data[...] = -10
    x = np.zeros((100, 1), np.float32)
    assert units(Subject(model), x).dead
    x[37] = 11
    assert not units(Subject(model), x).dead
    assert "No unit behind a ReLU is dead" in units(Subject(model), x).caption


def test_histograms_over_time_can_have_the_same_bins():
    a = pair()[0]
    early = units(a, X)
    edges = {each.layer: each.edges for each in early.layers}
    late = units(a, 3 * X, edges=edges)
    for one, two in zip(early.layers, late.layers, strict=True):
        assert np.array_equal(one.edges, two.edges)
        assert one.counts.sum() == two.counts.sum(), "what lies beyond is in the first and last bin"
    assert late.layers[1].counts[-1] > early.layers[1].counts[-1]


class MineF(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4, rng=0)
        self.fc.bias.data[0] = -100

    def forward(self, x):
        return F.sigmoid(F.relu(self.fc(x)))


class YoursF(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 4)

    def forward(self, x):
        return torch.nn.functional.relu(self.fc(x)).sigmoid()


def test_bends_that_are_called_as_functions_are_seen_and_those_of_modules_once():
    mine, yours = MineF(), YoursF()
    yours.load_state_dict({k: torch.from_numpy(v) for k, v in mine.state_dict().items()})
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    a, b = (units(Subject(m), x) for m in (mine, yours))
    assert [each.layer for each in a.layers] == [each.layer for each in b.layers] == ["fc", "relu", "sigmoid"]
    assert a.dead[0].silent == b.dead[0].silent == (0,)


def test_a_module_that_is_called_twice_has_two_rows():
    bend = nn.ReLU()
    model = nn.Sequential(nn.Linear(2, 3, rng=0), bend, nn.Linear(3, 2, rng=1))
    subject = Subject(model, lambda m, x: bend(m(x)))
    found = units(subject, np.ones((2, 2), np.float32))
    assert [(each.layer, each.units) for each in found.layers] == [("0", 3), ("1", 3), ("2", 2), ("1 (2)", 2)]


def test_units_of_sequences_lie_along_the_last_axis_and_of_conv1d_along_the_second():
    t = torch.nn
    model = t.Sequential(t.Embedding(9, 5), t.ReLU())
    assert [e.units for e in units(Subject(model), np.ones((2, 7), int)).layers] == [5, 5]
    conv = t.Sequential(t.Conv1d(3, 6, 2), t.ReLU())
    assert [e.units for e in units(Subject(conv), np.ones((2, 3, 7), np.float32)).layers] == [6, 6]


def test_looking_leaves_the_model_alone():
    for subject in pair():
        subject.model.train()
        before = subject.ask(X)
        units(subject, X)
        assert subject.model.training
        assert np.array_equal(before, subject.ask(X))


def test_a_constant_layer_and_one_with_inf_have_a_histogram():
    model = nn.Sequential(nn.Linear(2, 2, rng=0))
    for p in model.parameters():
        p.data[...] = 0
    found = units(Subject(model), np.ones((3, 2), np.float32))
    assert found.layers[0].counts.sum() == 6
    model[0].bias.data[0] = np.inf
    assert ET.fromstring(units(Subject(model), np.ones((3, 2), np.float32)).svg()) is not None


def test_the_drawing_and_the_tables_have_every_layer():
    found = units(pair()[0], X)
    texts = [e.text for e in ET.fromstring(found.svg()).iter("{http://www.w3.org/2000/svg}text")]
    assert "2 of 4 dead" in texts
    assert "2 of 4" in texts
    assert "0 of 5, 1 saturated" in texts
    assert len(found.table().rows) == 5
    assert len(found.histogram_table().rows) == 5 * 40
