"""The summary of a model, and watching calls."""

import numpy as np
import pytest

from rung.scratch import Tensor, nn, ops
from rung.scratch.models.mlp import MLP
from rung.scratch.tensor import watch


def draw(*shape):
    return np.ones(shape, dtype=np.float32)


def test_an_mlp_line_by_line():
    found = nn.summary(MLP([784, 128, 10], rng=0), draw(32, 784))
    assert [(n.name, n.kind, n.output, n.parameters) for n in found.lines] == [
        ("layers.0", "Linear", (32, 128), 100_480),
        ("layers.1", "ReLU", (32, 128), 0),
        ("layers.2", "Linear", (32, 10), 1290),
        ("layers", "Sequential", (32, 10), 0),
        ("", "MLP", (32, 10), 0),
    ]
    assert [n.flops for n in found.lines] == [2 * 32 * 784 * 128, 32 * 128, 2 * 32 * 128 * 10, 0, 0]
    assert found.parameters == 101_770
    assert found.parameter_bytes == 4 * 101_770
    assert found.activation_bytes == 4 * 32 * (128 + 128 + 10)
    text = str(found).splitlines()
    assert text[0].split() == ["layer", "kind", "output", "parameters", "MFLOP", "output", "KB"]
    assert text[1].split() == ["layers.0", "Linear", "32x128", "100,480", "6.423", "16.0"]
    assert text[-1].startswith("101,770 parameters (397.5 KB), 6.5")


def test_it_leaves_the_model_as_it_was():
    model = MLP([3, 4, 2], rng=0)
    nn.summary(model, draw(1, 3))
    assert not any(m._hooks or m._pre_hooks for m in model.modules())
    with pytest.raises(ValueError, match="linear"):
        nn.summary(model, draw(1, 5))
    assert not any(m._hooks or m._pre_hooks for m in model.modules())


class Own(nn.Module):
    """Does some work itself, before and after its layer."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3, rng=0)

    def forward(self, x):
        return self.inner(x @ x.T @ x) * 2


def test_work_is_counted_where_it_is_done():
    found = nn.summary(Own(), draw(3, 3))
    assert [(n.name, n.flops) for n in found.lines] == [
        ("inner", 54),
        ("", 54 + 54 + 9 + 9),
    ]  # x.T counts its 9 numbers


@pytest.mark.parametrize(
    ("build", "shape", "flops"),
    [
        (lambda: nn.Conv2d(3, 8, 5), (2, 3, 12, 12), 2 * 2 * 8 * 8 * 8 * 3 * 25),
        (lambda: nn.Conv2d(4, 8, 3, groups=2, padding=1), (1, 4, 6, 6), 2 * 8 * 36 * 2 * 9),
        (lambda: nn.ConvTranspose2d(3, 8, 2, stride=2), (2, 3, 4, 4), 2 * 2 * 3 * 16 * 8 * 4),
    ],
)
def test_convolutions(build, shape, flops):
    assert nn.summary(build(), draw(*shape)).lines[-1].flops == flops


def test_recurrent_layers_and_einsum():
    lstm = nn.summary(nn.LSTM(5, 7), draw(11, 2, 5))
    products = 2 * 11 * 2 * (4 * 7 * 5 + 4 * 7 * 7)
    assert products <= lstm.flops < 1.3 * products
    bilinear = nn.summary(nn.Bilinear(3, 4, 5, rng=0), draw(2, 3), draw(2, 4))
    assert bilinear.flops == 2 * 2 * 3 * 4 * 5 + 2 * 5


def test_watch_sees_every_call_and_ends():
    seen = []
    x = Tensor([1.0, -2.0])
    with watch(lambda op, inputs, options, out: seen.append((op, inputs[0] is x, options, out.tolist()))):
        x.relu()
        x.clip(min=0.0)
    x.relu()
    assert seen == [
        (ops.ReLU, True, {}, [1.0, 0.0]),
        (ops.Clip, True, {"low": 0.0, "high": None}, [1.0, 0.0]),
    ]
