"""ResNet for small pictures: the paper's sizes, and blocks that begin by passing on what they are given."""

import pytest
import torch

from rung.models.resnet import BasicBlock, ResNet


@pytest.mark.parametrize(
    ("blocks", "layers", "millions"),
    [(3, 20, 0.27), (5, 32, 0.46), (7, 44, 0.66), (9, 56, 0.85), (18, 110, 1.7)],
)
def test_depth_and_size_are_those_of_the_papers_table_6(blocks, layers, millions):
    model = ResNet(blocks)
    weighty = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert len(weighty) == layers
    count = sum(p.numel() for p in model.parameters())
    assert round(count / 1e6, 2 if millions < 1 else 1) == millions


def test_shapes_halve_from_stage_to_stage():
    shapes = []
    model = ResNet(blocks=2, classes=7, channels=1)
    for block in model.stages:
        block.register_forward_hook(lambda m, x, y: shapes.append(tuple(y.shape[1:])))
    assert model(torch.zeros(2, 1, 32, 32)).shape == (2, 7)
    assert shapes == [(16, 32, 32), (16, 32, 32), (32, 16, 16), (32, 16, 16), (64, 8, 8), (64, 8, 8)]


def test_the_way_around_takes_every_second_pixel_and_new_channels_are_0():
    x = torch.arange(2.0 * 4 * 4).reshape(1, 2, 4, 4)
    around = BasicBlock(2, 4, stride=2).around(x)
    assert torch.equal(around[:, 1:3], x[:, :, ::2, ::2])
    assert not around[:, [0, 3]].any()


def test_at_first_every_block_passes_on_what_it_was_given():
    model = ResNet(blocks=1)
    x = torch.rand(2, 16, 8, 8)
    assert torch.equal(model.stages[0](x), x)
    torch.manual_seed(0)
    one = ResNet(blocks=1)
    torch.manual_seed(0)
    assert torch.equal(one.fc.weight, ResNet(blocks=1).fc.weight)
