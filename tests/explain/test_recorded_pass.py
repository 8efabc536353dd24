"""A pass is recorded as it was: calls, what fed them, what they cost; and drawn without leaving one out."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

import rung.scratch.models.lenet
import rung.scratch.models.resnet
from rung.explain.network import caption, draw, nodes, opened_at_first, table
from rung.explain.subject import Subject
from rung.explain.trace import INPUT, trace
from rung.models.lenet import LeNet
from rung.models.resnet import ResNet
from rung.scratch import Tensor, nn
from rung.scratch.nn import functional as F
from rung.scratch.nn.summary import summary

PICTURE = np.random.default_rng(0).normal(size=(1, 1, 28, 28)).astype(np.float32)


def test_both_engines_tell_the_same_of_the_same_network():
    ours = trace(Subject(rung.scratch.models.lenet.LeNet(rng=0)), PICTURE, times=1)
    theirs = trace(Subject(LeNet()), PICTURE, times=1)
    for a, b in zip(ours.calls, theirs.calls, strict=True):
        assert (a.name, a.kind, a.inputs, a.output) == (b.name, b.kind, b.inputs, b.output)
        assert (a.parameters, a.flops, a.bytes) == (b.parameters, b.flops, b.bytes)
        assert (a.sources, a.between) == (b.sources, b.between)
    assert (ours.parameters, ours.flops) == (theirs.parameters, theirs.flops)
    assert [c.between for c in ours.calls[1:]] == [("ReLU", "MaxPool2d")] * 2 + [("ReLU",)] * 2


def test_the_costs_are_those_of_the_formulas():
    found = trace(Subject(LeNet()), PICTURE, times=0)
    conv1, conv2, fc1, *_ = found.calls
    assert conv1.parameters == 6 * (25 + 1)
    assert conv1.flops == 2 * 28 * 28 * 6 * 25
    assert conv2.flops == 2 * 10 * 10 * 16 * 6 * 25
    assert fc1.flops == 2 * 400 * 120
    assert found.parameters == 61_706  # LeCun 1998, with ten sums at the end
    assert found.flops == sum(call.flops for call in found.calls)
    assert np.isnan(conv1.seconds)


@pytest.mark.parametrize(
    "model", [rung.scratch.models.resnet.ResNet(rng=0), ResNet()], ids=["scratch", "pytorch"]
)
def test_a_shortcut_is_an_edge_past_the_layers_between(model):
    calls = trace(Subject(model), np.ones((1, 3, 32, 32), np.float32), times=0).calls
    number = {(call.name, call.is_layer): i for i, call in enumerate(calls)}
    joint = calls[number["stages.0", False]]
    assert joint.kind == "Add, ReLU"
    shortcut = number.get(("stages.0.shortcut", True), number["bn", True])
    assert set(joint.sources) == {number["stages.0.bn2", True], shortcut}
    assert calls[number["stages.1.conv1", True]].sources == (number["stages.0", False],)


class Odd(nn.Module):
    """Its input reaches the end by two ways, a layer is called twice, another never."""

    def __init__(self):
        super().__init__()
        self.twice, self.never = nn.Linear(4, 4, rng=0), nn.Linear(9, 9, rng=0)

    def forward(self, x):
        return F.relu(self.twice(self.twice(x))) + x


def test_calls_are_told_not_layers():
    found = trace(Subject(Odd()), np.ones((1, 4), np.float32), times=2)
    first, second = found.calls
    assert (first.name, second.name) == ("twice", "twice")
    assert (first.parameters, second.parameters) == (20, 0), "a layer's numbers are counted once"
    assert (first.sources, second.sources) == ((INPUT,), (0,))
    assert (found.sources, set(found.between)) == ((INPUT, 1), {"ReLU", "Add"})
    assert found.parameters == 20 + 90, "what is never called is still a part of the model"
    assert first.seconds > 0


def test_recurrent_layers_and_attention_are_counted_in_both_engines():
    steps, width, hidden = 6, 4, 3
    work = 2 * steps * 4 * hidden * (width + hidden)
    x = np.ones((steps, 1, width), np.float32)
    for layer in (nn.LSTM(width, hidden, rng=0), torch.nn.LSTM(width, hidden)):
        assert trace(Subject(layer), x, times=0).flops == work
    block = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    x = np.ones((1, 5, 8), np.float32)
    products = 2 * 5 * (4 * 8 * 8 + 2 * 8 * 16) + 2 * 2 * 5 * 5 * 8
    assert trace(Subject(block), x, times=0).flops == products
    ours = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, rng=0)
    assert trace(Subject(ours), x, times=0).flops == products


def test_it_agrees_with_the_engines_own_summary():
    model = rung.scratch.models.lenet.LeNet(rng=0)
    told = {line.name: line for line in summary(model, Tensor(PICTURE)).lines}
    for call in trace(Subject(model), PICTURE, times=0).calls:
        assert (told[call.name].output, told[call.name].parameters) == (call.output, call.parameters)


def test_the_model_is_left_without_hooks_and_in_its_mode():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Dropout())
    trace(Subject(model), np.ones((1, 3), np.float32))
    assert model.training
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


# -- the drawing --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def residual():
    return trace(Subject(ResNet()), np.ones((1, 3, 32, 32), np.float32), times=1)


def test_closed_blocks_hold_all_that_is_in_them(residual):
    for opened in (set(), {"stages"}, {"stages", "stages.3"}, set(residual.blocks)):
        boxes = nodes(residual, opened)
        assert sum(box.parameters for box in boxes) == residual.parameters
        assert sum(box.flops for box in boxes) == residual.flops
        assert all(source < i for i, box in enumerate(boxes) for source in box.sources)
    assert [box.name for box in nodes(residual, set())] == ["conv", "bn", "stages", "fc"]
    assert nodes(residual, set())[2].settings == "45 layers"
    assert len(nodes(residual, set(residual.blocks))) == len(residual.calls)


def test_at_first_as_much_is_open_as_fits(residual):
    assert opened_at_first(residual, most=24) == {"stages"}
    assert opened_at_first(residual, most=5) == set()
    assert opened_at_first(residual, most=500) >= {"stages", "stages.8"}


@pytest.mark.parametrize("opened", [set(), {"stages"}, {"stages", "stages.3"}])
def test_the_drawing_is_whole_and_its_boxes_lead_somewhere(residual, opened):
    picture = draw(residual, opened, link=lambda node: f"?open={node.name}&more" if node.is_block else "")
    root = ElementTree.fromstring(picture)
    titles = [e.text for e in root.iter("title")]
    boxes = nodes(residual, opened)
    assert len(titles) == len(boxes)
    for title, box in zip(titles, boxes, strict=True):
        assert title.startswith(f"{box.name}: {box.kind}(")
    assert [e.get("href") for e in root.iter("a")] == [f"?open={b.name}&more" for b in boxes if b.is_block]
    width = float(root.get("width"))
    assert width <= 380
    rights = [float(x) for d in re.findall(r'd="([^"]+)"', picture) for x in re.findall(r"[MHL]([\d.]+)", d)]
    assert max(rights) < width


def test_edges_that_overlap_have_lanes_of_their_own(residual):
    picture = draw(residual, set(residual.blocks))
    runs = []
    for out, far, low in re.findall(r'd="M[\d.]+ ([\d.]+)H([\d.]+)q5 0 5 5V([\d.]+)q', picture):
        runs.append((float(far), float(out), float(low)))
    assert len(runs) == 9  # one a block
    for i, (lane, out, low) in enumerate(runs):
        assert not any(lane == x and out < b and a < low for x, a, b in runs[i + 1 :])


def test_the_caption_and_the_table_tell_what_was_counted():
    found = trace(Subject(LeNet()), PICTURE, times=0)
    assert caption(found) == (
        "5 layers, 61,706 parameters (241 KiB); fc1 holds 78% of them. "
        "One pass takes 833 kFLOP, conv2 58% of that."
    )
    rows = table(found)
    assert [row["layer"] for row in rows] == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert rows[0]["from"] == ["input"]
    assert rows[0]["seconds"] is None
