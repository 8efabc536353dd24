"""What layers made is shown as it was; what is strongest is strongest; what a filter looks for is seen."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

import rung.scratch.models.lenet
from rung.explain.activations import activations, of_one, peaks, strongest
from rung.explain.colors import colored, png, tiled
from rung.explain.filters import filters
from rung.explain.subject import Subject
from rung.models.lenet import LeNet
from rung.scratch import nn
from rung.scratch.models.mlp import MLP

PICTURE = np.random.default_rng(0).normal(size=(1, 1, 28, 28)).astype(np.float32)


def test_every_layer_of_both_engines_is_told_with_its_own_numbers():
    ours = rung.scratch.models.lenet.LeNet(rng=0)
    theirs = LeNet()
    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in ours.state_dict().items()})
    found = [activations(Subject(m), PICTURE) for m in (ours, theirs)]
    for a, b in zip(*found, strict=True):
        assert (a.layer, a.kind, a.values.shape) == (b.layer, b.kind, b.values.shape)
        np.testing.assert_allclose(a.values, b.values, atol=1e-5)
    subject = Subject(ours)
    for a in found[0]:
        assert np.array_equal(a.values, subject.value(PICTURE, a.layer)[0])
    assert [a.values.shape for a in found[0]] == [(6, 28, 28), (16, 10, 10), (120,), (84,), (10,)]


def test_captions_tell_the_numbers_that_are_seen():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 6, rng=0), nn.ReLU())
    flat, line, relu = activations(Subject(model), np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2))
    assert (
        flat.caption()
        == "4 numbers, row by row; from 0 (blue) over 0 (white) to 3 (orange); 25% are exactly 0."
    )
    closed = (line.values < 0).mean()
    assert f"{closed:.0%} are exactly 0" in relu.caption()
    assert relu.values.min() == 0


@pytest.mark.parametrize("batch_first", [True, False])
def test_time_runs_from_left_to_right(batch_first):
    lstm = torch.nn.LSTM(3, 5, batch_first=batch_first)
    x = np.random.default_rng(0).normal(size=(1, 7, 3) if batch_first else (7, 1, 3)).astype(np.float32)
    (found,) = activations(Subject(lstm), x)
    assert found.values.shape == (7, 5)
    assert found.picture().shape[:2] == (5, 7)
    assert found.caption().startswith("5 features over 7 steps")


def test_shapes_come_down_to_what_can_be_drawn():
    assert of_one(np.zeros((1, 2, 3, 4, 5))).shape == (6, 4, 5)
    assert of_one(np.zeros((1,))).shape == (1,)
    assert of_one(np.zeros((1, 1))).shape == (1,)


def test_the_strongest_examples_are_those_with_the_highest_peak_anywhere():
    x = np.zeros((5, 2, 3, 3), np.float32)
    x[3, 0, 2, 1], x[1, 0, 0, 0], x[4, 1, 1, 1] = 9, 5, 2
    found = peaks(Subject(nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(18, 4, rng=0))), [x[:3], x[3:]])
    assert {layer: values.shape for layer, values in found.items()} == {
        "0": (5, 2),
        "1": (5, 18),
        "2": (5, 4),
    }
    rows, highs = strongest(found["0"], 2)
    assert rows.tolist() == [[3, 1], [4, 0]]
    assert highs.tolist() == [[9, 5], [2, 0]]


def test_tiles_lie_where_they_belong():
    sheet = tiled(np.arange(3.0)[:, None, None] * np.ones((3, 2, 2)), columns=2)
    assert sheet.shape == (5, 5)
    assert (sheet[0, 0], sheet[1, 3], sheet[3, 0]) == (0, 1, 2)
    assert np.isnan(sheet[2]).all()
    assert np.isnan(sheet[3:, 3:]).all()


def test_a_picture_is_a_png_of_its_numbers():
    pixels = colored(np.array([[1.0, -1.0], [np.nan, 0.0]]))
    image = Image.open(io.BytesIO(png(pixels, 3)))
    assert image.size == (6, 6)
    read = np.asarray(image)[::3, ::3]
    assert np.array_equal(read, pixels)
    assert read[1, 0, 3] == 0, "what is no number is see-through"
    assert read[0, 0, 0] > read[0, 0, 2], "above 0 is orange"
    assert read[0, 1, 0] < read[0, 1, 2], "below 0 is blue"
    assert colored(np.zeros((1, 1))).tolist() == [[[250, 248, 244, 255]]]


def test_first_filters_are_seen_in_the_space_of_the_picture():
    mlp = Subject(MLP([12, 5, 2], rng=0))
    seen = filters(mlp, (3, 4))[0]
    assert seen.values.shape == (5, 1, 3, 4)
    weight = next(p.data for p in mlp.model.parameters())
    assert np.array_equal(seen.values[2, 0].ravel(), weight[2])
    assert filters(Subject(LeNet()), (28, 28))[0].values.shape == (6, 1, 5, 5)
    colours = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU())
    with torch.no_grad():
        colours[0].weight.zero_()
        colours[0].weight[0, 0] = 2.0  # looks for red alone
    picture = filters(Subject(colours), (8, 8, 3))[0].picture()
    assert picture[0, 0].tolist() == [255, 128, 128, 255]
    assert picture[-1, -1].tolist() == [128, 128, 128, 255]


def test_all_other_weights_are_seen_too():
    found = {f.layer: f for f in filters(Subject(LeNet()), (28, 28))}
    assert list(found) == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert [f.is_first for f in found.values()] == [True, False, False, False, False]
    assert found["conv2"].picture().shape[2] == 4
    assert "16 filters of 6 channels of 5 x 5" in found["conv2"].caption()
    assert found["fc1"].picture().shape == (120, 128, 4), "at most so much of a large matrix"
    assert "120 outputs, a row each, by 400 inputs, the first 120 and 128 shown" in found["fc1"].caption()
    lstm = {f.layer: f.values.shape for f in filters(Subject(torch.nn.LSTM(3, 5)))}
    assert lstm == {"weight_ih_l0": (20, 3), "weight_hh_l0": (20, 5)}
    thin = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1))
    assert filters(Subject(thin), (8, 8, 3))[0].values.shape == (4, 3), "a 1 x 1 convolution is a matrix"
