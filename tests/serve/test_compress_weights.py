"""Making networks smaller: which weights and units go, what factors lose, what a student learns."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rung.models.lenet import LeNet
from rung.models.resnet import ResNet
from rung.projects.digits.model import CNN, MLP
from rung.projects.objects_10.model import CNN as Around
from rung.scratch.models.mlp import MLP as ScratchMLP
from rung.serve.compress.distil import distillation_loss
from rung.serve.compress.errors import CompressError
from rung.serve.compress.lowrank import break_even, factorised, factors, two_layers
from rung.serve.compress.magnitude import Pruning, smallest
from rung.serve.compress.recall import losers, recalls
from rung.serve.compress.units import chain, narrow


def drawn(model, seed=0):
    """Give every number of a network a value, the batch norms' too, and put it into evaluation mode."""
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=rng) * 0.2)
    for name, buffer in model.named_buffers():
        if buffer.is_floating_point():
            drawn = torch.rand(buffer.shape, generator=rng)
            buffer.copy_(drawn + 0.5 if name.endswith("var") else drawn - 0.5)
    return model.eval()


def digits(n=4, seed=1):
    return torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


CHAINS = {
    "mlp": (lambda: MLP([784, 24, 12, 10]), lambda: digits().flatten(1)),
    "lenet": (LeNet, digits),
    "cnn": (CNN, digits),
}


# -- magnitude pruning ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_exactly_the_smallest_weights_go(share):
    rng = np.random.default_rng(0)
    weights = {"a": rng.normal(size=(20, 30)), "b": rng.normal(size=(40, 10)) * 3}
    masks = smallest(weights, share)
    sizes = {n: np.abs(array) / array.std() for n, array in weights.items()}
    gone = np.concatenate([sizes[n][~masks[n]] for n in weights])
    kept = np.concatenate([sizes[n][masks[n]] for n in weights])
    assert len(gone) == round(share * 1000)
    assert not len(gone) or gone.max() <= kept.min()


def test_a_layer_of_small_numbers_is_not_emptied_for_another_s_sake():
    rng = np.random.default_rng(0)
    masks = smallest({"embedding": rng.normal(size=2000), "convolution": 0.01 * rng.normal(size=500)}, 0.8)
    assert 0.15 < masks["convolution"].mean() < 0.25


def test_of_equal_weights_exactly_so_many_go():
    masks = smallest({"a": np.ones((3, 3)), "b": np.ones(7)}, 0.5)
    assert sum(int((~mask).sum()) for mask in masks.values()) == 8


def test_pruning_half_of_a_network_of_pytorch_leaves_the_larger_half_as_it_was():
    model = drawn(MLP([30, 20, 5]))
    before = copy.deepcopy(model.state_dict())
    Pruning(model, 0.5)
    sizes = {n: (w.abs() / w.std(correction=0)) for n, w in before.items() if n.endswith("weight")}
    middle = torch.cat([size.flatten() for size in sizes.values()]).median()
    for name, now in model.state_dict().items():
        left = torch.where(sizes[name] <= middle, 0, before[name]) if name in sizes else before[name]
        assert torch.equal(now, left)


def test_weights_that_no_training_moves_are_left_alone():
    model = drawn(MLP([30, 20, 5]))
    model.layers[0].requires_grad_(False)
    before = model.layers[0].weight.clone()
    pruning = Pruning(model, 0.5)
    assert list(pruning.weights) == ["layers.2.weight"]
    assert torch.equal(model.layers[0].weight, before)
    assert (model.layers[2].weight == 0).sum() == 50


def test_what_was_pruned_stays_0_through_a_training_and_the_rest_moves():
    model = drawn(MLP([6, 8, 3]))
    pruning = Pruning(model, 0.5)
    before = model.layers[0].weight.detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(model(torch.ones(4, 6)), torch.tensor([0, 1, 2, 0])).backward()
        optimizer.step()
        pruning.hold()
    now, mask = model.layers[0].weight, pruning.masks["layers.0.weight"]
    assert (now[~mask] == 0).all()
    assert not torch.equal(now[mask], before[mask])


def test_weights_from_scratch_are_ranked_the_same():
    model = ScratchMLP([8, 6, 3], rng=0)
    weights = {n: a for n, a in model.state_dict().items() if a.ndim > 1}
    masks = smallest(weights, 0.25)
    assert sum(int((~mask).sum()) for mask in masks.values()) == round(0.25 * (48 + 18))


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(CompressError, match="share"):
        smallest({"a": np.ones(3)}, share)
    with pytest.raises(CompressError, match="share"):
        narrow(MLP([4, 3, 2]), share)


# -- units ---------------------------------------------------------------------------------------------------


def test_chains_are_read_from_modules_and_from_functions():
    assert [link.name for link in chain(LeNet())] == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert [link.norms for link in chain(CNN())][:3] == [["features.2"], ["features.6"], ["features.9"]]


@pytest.mark.parametrize("name", CHAINS)
def test_taking_dead_units_out_changes_no_answer_and_makes_the_network_smaller(name):
    model, x = drawn(CHAINS[name][0]()), CHAINS[name][1]()
    with torch.no_grad():
        for link in chain(model)[:-1]:
            layer, dead = model.get_submodule(link.name), slice(None, None, 2)
            layer.weight[dead] = 0
            if layer.bias is not None:
                layer.bias[dead] = -0.1  # below 0: ReLU makes it 0
            for norm in map(model.get_submodule, link.norms):
                norm.weight[dead] = norm.bias[dead] = 0
    smaller = narrow(model, 0.5)
    torch.testing.assert_close(smaller(x), model(x), rtol=1e-4, atol=1e-5)
    for link in chain(model)[:-1]:
        was, now = (len(m.get_submodule(link.name).weight) for m in (model, smaller))
        assert now == was // 2


@pytest.mark.parametrize("name", CHAINS)
def test_taking_nothing_out_changes_nothing(name):
    model, x = drawn(CHAINS[name][0]()), CHAINS[name][1]()
    assert torch.equal(narrow(model, 0.0)(x), model(x))


def test_the_units_with_the_smallest_weights_go_and_one_always_stays():
    model = drawn(MLP([5, 4, 2]))
    with torch.no_grad():
        model.layers[0].weight *= torch.tensor([[1.0], [0.001], [1.0], [0.002]])
    kept = narrow(model, 0.5)
    assert torch.equal(kept.layers[0].weight, model.layers[0].weight[[0, 2]])
    assert torch.equal(kept.layers[2].weight, model.layers[2].weight[:, [0, 2]])
    assert narrow(model, 0.99).layers[0].out_features == 1


def test_a_narrowed_network_trains_on_and_the_old_one_is_untouched():
    model = drawn(CNN())
    before = copy.deepcopy(model.state_dict())
    smaller = narrow(model, 0.5).train()
    F.cross_entropy(smaller(digits(8)), torch.arange(8)).backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in smaller.parameters())
    assert all(torch.equal(before[name], now) for name, now in model.state_dict().items())


@pytest.mark.parametrize("model", [ResNet(blocks=1), Around(), nn.Linear(3, 2), nn.LSTM(3, 2)])
def test_what_is_no_chain_is_refused_with_the_reason(model):
    with pytest.raises(CompressError, match=r"no units can be taken out of this network: .+"):
        narrow(model, 0.5)


# -- low rank ------------------------------------------------------------------------------------------------


def test_at_full_rank_the_factors_are_exact_and_below_they_lose_the_left_out_singular_values():
    weight = np.random.default_rng(3).normal(size=(12, 20))
    values = np.linalg.svd(weight, compute_uv=False)
    for rank in (1, 5, 11, 12):
        left, right = factors(weight, rank)
        assert left.shape == (12, rank)
        assert right.shape == (rank, 20)
        error = np.square(weight - left @ right).sum()
        assert error == pytest.approx(np.square(values[rank:]).sum(), abs=1e-10)


def test_two_layers_of_full_rank_answer_as_the_one():
    layer = nn.Linear(20, 12)
    x = torch.randn(5, 20, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(two_layers(layer, 12)(x), layer(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rank", [0, 13])
def test_a_rank_that_there_is_not_is_refused(rank):
    with pytest.raises(CompressError, match="rank"):
        factors(np.ones((12, 20)), rank)


def test_break_even_is_the_last_rank_that_saves():
    for m, n in ((256, 784), (10, 84), (120, 400), (3, 3)):
        rank = break_even((m, n))
        assert rank * (m + n) < m * n <= (rank + 1) * (m + n)


def test_large_layers_become_thin_and_the_answer_layer_stays():
    smaller = factorised(LeNet(), 0.5)
    assert isinstance(smaller.fc1, nn.Sequential)
    assert isinstance(smaller.fc3, nn.Linear)
    assert sum(p.numel() for p in smaller.fc1.parameters()) < 0.6 * 120 * 400
    assert smaller(digits()).shape == (4, 10)
    with pytest.raises(CompressError, match="no linear layer"):
        factorised(ResNet(blocks=1), 0.5)


# -- distillation --------------------------------------------------------------------------------------------


def test_the_gradient_of_distillation_is_that_of_the_paper():
    rng = torch.Generator().manual_seed(0)
    teacher = torch.randn(6, 4, generator=rng)
    student = torch.randn(6, 4, generator=rng).requires_grad_()
    truth = torch.tensor([0, 1, 2, 3, 0, 1])
    distillation_loss(student, teacher, truth, temperature=3.0, soft=0.7).backward()
    with torch.no_grad():  # T (q - p) for the soft targets, (softmax - one-hot) for the truth
        soft = 3.0 * (F.softmax(student / 3, 1) - F.softmax(teacher / 3, 1))
        hard = F.softmax(student, 1) - F.one_hot(truth, 4)
        wanted = (0.7 * soft + 0.3 * hard) / 6
    torch.testing.assert_close(student.grad, wanted)


@pytest.mark.parametrize("seed", range(3))
def test_a_student_learns_its_teacher_where_the_truth_says_nothing(seed):
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(200, 5, generator=rng)
    teacher = (x @ torch.randn(5, 3, generator=rng)) * 3
    lie = torch.zeros(200, dtype=torch.long)
    student = drawn(MLP([5, 8, 3]), seed).train()
    optimizer = torch.optim.Adam(student.parameters(), lr=0.03)
    for _ in range(150):
        optimizer.zero_grad()
        distillation_loss(student(x), teacher, lie, soft=1.0).backward()
        optimizer.step()
    assert (student(x).argmax(1) == teacher.argmax(1)).float().mean() > 0.9


# -- what breaks ---------------------------------------------------------------------------------------------


def test_the_classes_that_lose_are_told_the_worst_first():
    truth = np.array([0, 0, 1, 1, 1, 1, 2, 2])
    before = truth.copy()
    after = np.array([0, 1, 2, 2, 2, 1, 2, 2])
    assert [(row["class"], row["after"], row["of"]) for row in losers(before, after, truth, 4)] == [
        (1, 0.25, 4),
        (0, 0.5, 2),
    ]
    assert np.isnan(recalls(after, truth, 4)[3])
