"""Numbers of 8 bits: the grid and its gradient, the files, and what is measured of them."""

import gzip

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from rung.models.lenet import LeNet
from rung.models.text_cnn import TextCNN
from rung.projects.digits.model import CNN, MLP
from rung.projects.objects_10.model import CNN as Around
from rung.serve.compress.errors import CompressError
from rung.serve.compress.fake_quantize import InputGrid, Simulation, WeightGrid, fake_quantize
from rung.serve.compress.int8 import dynamic_int8, static_int8
from rung.serve.compress.measure import answers, gzipped, latencies, opened, weight_bytes
from rung.serve.onnx_file import onnx_bytes, run
from rung.train.checkpoint import write_whole

# -- the grid ------------------------------------------------------------------------------------------------


def test_values_lie_on_the_grid_the_nearest_place_each():
    x = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    scale, zero = torch.tensor(0.05), torch.tensor(-3.0)
    made = fake_quantize(x, scale, zero, -20, 20)
    places = made / scale + zero
    torch.testing.assert_close(places, places.round(), rtol=0, atol=1e-4)
    assert places.min() >= -20.001
    assert places.max() <= 20.001
    within = ((x / scale).round() + zero).abs() <= 20
    assert within.any()
    assert (~within).any()
    assert (made - x).abs()[within].max() <= 0.025 + 1e-6


def test_the_gradient_goes_straight_through_but_not_past_the_ends():
    x = torch.tensor([-9.0, -1.26, 0.0, 0.4, 1.3, 9.0], requires_grad=True)
    weight = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    (fake_quantize(x, torch.tensor(0.5), torch.tensor(0.0), -4, 4) * weight).sum().backward()
    assert x.grad.tolist() == [0.0, 2.0, 3.0, 4.0, 5.0, 0.0]


def test_each_unit_has_its_own_grid_of_at_most_255_places():
    weight = torch.randn(3, 4, 5, 5, generator=torch.Generator().manual_seed(0))
    weight *= torch.tensor([1.0, 10.0, 100.0])[:, None, None, None]
    made = WeightGrid()(weight)
    for before, after in zip(weight, made, strict=True):
        scale = before.abs().max() / 127
        torch.testing.assert_close(after / scale, (before / scale).round(), rtol=0, atol=1e-3)


def test_the_grid_of_inputs_holds_0_and_follows_the_range():
    grid = InputGrid().train()
    grid(torch.tensor([2.0, 6.0]))
    assert (grid.low.item(), grid.high.item()) == (0.0, 6.0)
    grid(torch.tensor([-10.0, 16.0]))
    assert grid.low.item() == pytest.approx(-1.0)
    assert grid.high.item() == pytest.approx(7.0)
    grid.eval()
    assert grid(torch.tensor([0.0])).item() == 0.0
    assert grid(torch.tensor([100.0])).item() <= 7.1
    assert grid.high.item() == pytest.approx(7.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_network_learns_on_the_grid_and_keeps_its_weights_there(seed):
    torch.manual_seed(seed)
    x = torch.randn(200, 4)
    truth = (x[:, 0] > x[:, 1]).long()
    model = MLP([4, 16, 2])
    simulation = Simulation(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(80):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), truth).backward()
        optimizer.step()
    simulation.finish()
    assert (model(x).argmax(1) == truth).float().mean() > 0.9
    assert set(model.state_dict()) == set(MLP([4, 16, 2]).state_dict())
    for layer in (model.layers[0], model.layers[2]):
        torch.testing.assert_close(WeightGrid()(layer.weight), layer.weight.detach())


def test_a_network_without_layers_to_quantise_is_refused():
    with pytest.raises(CompressError, match="no linear layer"):
        Simulation(nn.Sequential(nn.ReLU()))


# -- the files -----------------------------------------------------------------------------------------------

KINDS = {"mlp": lambda: MLP([784, 64, 10]), "lenet": LeNet, "cnn": CNN}


@pytest.fixture(
    scope="module", params=["mlp", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("lenet", "cnn"))]
)
def network(request):
    """A network, its file and inputs."""
    torch.manual_seed(0)
    model = KINDS[request.param]().eval()
    x = np.random.default_rng(0).random((64, 1, 28, 28), dtype=np.float32)
    if request.param == "mlp":
        x = x.reshape(64, -1)
    return model, onnx_bytes(model, x, {}, probabilities=False), x


def test_int8_answers_as_the_floats_do_to_a_few_hundredths(network):
    _, content, x = network
    wanted = run(content, x)
    spread = wanted.max() - wanted.min()
    for made in (dynamic_int8(content), static_int8(content, [x[:32], x[32:]])):
        assert np.abs(run(made, x) - wanted).max() < 0.05 * spread
        assert not np.array_equal(run(made, x), wanted)
        assert len(made) < len(content)


def test_int8_takes_about_a_quarter_of_the_memory(network):
    model, content, x = network
    floats = 4 * sum(p.numel() for p in model.parameters())
    assert 0.95 * floats < weight_bytes(content) < 1.05 * floats  # a batch norm may be folded in
    for made in (dynamic_int8(content), static_int8(content, [x])):
        assert weight_bytes(made) < 0.35 * floats


def test_weights_trained_on_the_grid_are_the_quantised_file_s_own():
    torch.manual_seed(0)
    model, x = MLP([20, 12, 4]), np.random.default_rng(0).random((32, 20), dtype=np.float32)
    Simulation(model).finish()
    made = onnx.load_from_string(static_int8(onnx_bytes(model.eval(), x, {}, probabilities=False), [x]))
    arrays = {part.name: onnx.numpy_helper.to_array(part) for part in made.graph.initializer}
    steps = next(a for a in arrays.values() if a.dtype == np.int8 and a.size == 240)
    scales = next(a for n, a in arrays.items() if a.size == 12 and "scale" in n and "weight" in n)
    weight = model.layers[0].weight.detach().numpy()
    axis = 0 if steps.shape == weight.shape else 1
    back = steps * np.expand_dims(scales, 1 - axis)
    np.testing.assert_allclose(back if axis == 0 else back.T, weight, atol=1e-5)


@pytest.mark.slow
def test_words_become_int8_too():
    torch.manual_seed(0)
    model = TextCNN(vocabulary=200, classes=2, dim=16, channels=4).eval()
    x = np.random.default_rng(0).integers(1, 200, (32, 9))
    content = onnx_bytes(model, x, {}, probabilities=False)
    wanted = run(content, x)
    for made in (dynamic_int8(content), static_int8(content, [x])):
        assert weight_bytes(made) < 0.4 * weight_bytes(content)
        assert np.abs(run(made, x) - wanted).max() < 0.1 * np.ptp(wanted)


@pytest.mark.slow
def test_a_network_that_is_asked_in_a_way_of_its_own_is_quantised():
    torch.manual_seed(0)
    model, x = (
        Around(widths=(4, 4, 4, 20)).eval(),
        np.random.default_rng(0).random((8, 3, 16, 16), np.float32),
    )
    content = onnx_bytes(model, x, {}, False, lambda model, x: (model(x) + model(x.flip(-1))) / 2)
    for made in (dynamic_int8(content), static_int8(content, [x])):
        assert np.abs(run(made, x) - run(content, x)).max() < 0.1 * np.ptp(run(content, x))


def test_calibration_wants_examples():
    with pytest.raises(CompressError, match="no examples"):
        static_int8(b"", [])


def test_what_cannot_be_quantised_is_refused_in_a_sentence():
    with pytest.raises(CompressError, match="cannot quantise"):
        dynamic_int8(b"no network")


# -- what is measured ----------------------------------------------------------------------------------------


def test_sizes_are_those_of_the_files(network, tmp_path):
    _, content, _ = network
    write_whole(tmp_path / "a.onnx", content)
    write_whole(tmp_path / "a.onnx.gz", gzipped(content))
    assert (tmp_path / "a.onnx").stat().st_size == len(content)
    assert gzip.decompress((tmp_path / "a.onnx.gz").read_bytes()) == content
    assert gzipped(content) == gzipped(content)


def test_every_network_is_timed_and_answers_on_one_thread(network):
    _, content, x = network
    sessions = {"a": opened(content), "b": opened(dynamic_int8(content))}
    assert sessions["a"].get_session_options().intra_op_num_threads == 1
    told = latencies(sessions, x[:1], rounds=2)
    assert list(told) == ["a", "b"]
    assert all(ms > 0 for ms in told.values())
    np.testing.assert_array_equal(
        answers(sessions["a"], [x[:40], x[40:]]).argmax(1), run(content, x).argmax(1)
    )
