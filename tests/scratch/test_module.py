"""Module: finding parameters, saving and loading, modes, errors."""

import copy
import pickle

import numpy as np
import pytest
import torch

from rung.errors import DTypeError, ShapeError
from rung.scratch import Tensor, nn, no_grad
from rung.scratch.models.mlp import MLP
from rung.scratch.nn.module import MissingAttributeError, Module, Parameter, StateError


class Net(Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4, rng=0), nn.ReLU())
        self.head = nn.Linear(4, 2, rng=1)
        self.scale = Parameter([1.0])
        self.register_buffer("seen", np.zeros(2, dtype=np.float32))
        self.rate = 0.5

    def forward(self, x):
        return self.head(self.body(x)) * self.scale


NAMES = ["scale", "body.0.weight", "body.0.bias", "head.weight", "head.bias"]


def test_parameters_buffers_and_modules_are_found_by_name():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [name for name, _ in net.named_buffers()] == ["seen"]
    assert [name for name, _ in net.named_modules()] == ["", "body", "body.0", "body.1", "head"]
    assert [name for name, _ in net.named_children()] == ["body", "head"]
    assert len(list(net.children())) == 2
    assert len(list(net.modules())) == 5
    assert [b.shape for b in net.buffers()] == [(2,)]
    assert all(p.requires_grad for p in net.parameters())


def test_a_shared_parameter_is_found_once_and_saved_under_both_names():
    net = Net()
    net.other = net.head
    assert len(list(net.parameters())) == 5
    first, second = nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=0)
    second.weight = first.weight
    tied = nn.Sequential(first, second)
    assert len(list(tied.parameters())) == 3
    assert list(tied.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_setting_an_attribute_anew_moves_it():
    net = Net()
    net.rate = Parameter([1.0])
    assert "rate" in dict(net.named_parameters())
    net.seen = np.ones(2, dtype=np.float32)
    assert [(name, b.tolist()) for name, b in net.named_buffers()] == [("seen", [1.0, 1.0])]
    net.scale = None
    assert "scale" not in dict(net.named_parameters())
    del net.head
    with pytest.raises(MissingAttributeError):
        net.head  # noqa: B018


def test_an_unknown_attribute_says_what_was_meant():
    with pytest.raises(
        MissingAttributeError, match=r"Net has no attribute 'haed'[\s\S]*did you mean \"head\""
    ):
        Net().haed  # noqa: B018
    assert not hasattr(Net(), "nothing")


def test_super_init_must_come_first():
    class Hasty(Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(MissingAttributeError, match=r"super\(\).__init__\(\)"):
        Hasty()


def test_state_travels_both_ways_with_pytorch():
    ours = MLP([3, 4, 2], rng=0)
    theirs = torch.nn.Sequential()
    theirs.layers = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    ours.load_state_dict(theirs.state_dict())
    x = np.random.default_rng(0).standard_normal((5, 3)).astype("f")
    np.testing.assert_allclose(
        ours(Tensor(x)).data, theirs.layers(torch.from_numpy(x)).detach().numpy(), rtol=1e-5, atol=1e-6
    )
    other = MLP([3, 4, 2], rng=1)
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in other.state_dict().items()})
    np.testing.assert_array_equal(theirs.layers[0].weight.detach().numpy(), other.layers[0].weight.data)


def test_a_state_is_a_copy_and_is_loaded_in_place():
    net = Net()
    weight, state = net.head.weight.data, net.state_dict()
    weight += 1
    assert not np.shares_memory(state["head.weight"], weight)
    net.load_state_dict(state)
    assert net.head.weight.data is weight  # a flat buffer of an optimiser stays in use
    np.testing.assert_array_equal(weight, state["head.weight"])


def test_a_state_that_does_not_fit_changes_nothing():
    net = Net()
    before = net.state_dict()
    renamed = {("haed.weight" if k == "head.weight" else k): v + 1 for k, v in before.items()}
    with pytest.raises(
        StateError, match=r"missing \['head.weight'\], unknown \['haed.weight'\][\s\S]*did you mean"
    ):
        net.load_state_dict(renamed)
    with pytest.raises(ShapeError, match=r"head.weight is \(3, 3\) in the state, \(2, 4\) in the model"):
        net.load_state_dict({**{k: v + 1 for k, v in before.items()}, "head.weight": np.zeros((3, 3))})
    with pytest.raises(DTypeError, match=r"head\.bias"):
        net.load_state_dict({**before, "head.bias": np.array(["a", "b"])})
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    net.load_state_dict({"scale": [9.0], "unheard": [1.0]}, strict=False)
    assert net.scale.tolist() == [9.0]


def test_modes_reach_every_module():
    net = Net()
    net.eval()
    assert not any(m.training for m in net.modules())
    net.train()
    assert all(m.training for m in net.modules())


def test_freezing_clearing_converting_and_visiting():
    net = Net()
    net(Tensor(np.ones((1, 3), dtype="f"))).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not net(Tensor(np.ones((1, 3), dtype="f"))).requires_grad
    assert net.double().head.weight.dtype == np.float64
    assert net.float().seen.dtype == np.float32
    visited = []
    net.apply(lambda m: visited.append(type(m).__name__))
    assert visited == ["Linear", "ReLU", "Sequential", "Linear", "Net"]


def test_forward_hooks():
    net, seen = Net(), []
    remove = net.body.register_forward_hook(
        lambda module, args, out: seen.append((type(module).__name__, out.shape))
    )
    change = net.head.register_forward_hook(lambda module, args, out: out * 0)
    assert net(Tensor(np.ones((1, 3), dtype="f"))).tolist() == [[0.0, 0.0]]
    assert seen == [("Sequential", (1, 4))]
    remove()
    change()
    assert net(Tensor(np.ones((1, 3), dtype="f"))).tolist() != [[0.0, 0.0]]
    assert len(seen) == 1


def test_repr_is_a_tree():
    assert repr(Net()) == (
        "Net(\n  (body): Sequential(\n    (0): Linear(in_features=3, out_features=4, bias=True)\n"
        "    (1): ReLU()\n  )\n"
        "  (head): Linear(in_features=4, out_features=2, bias=True)\n)"
    )
    assert repr(nn.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"
    assert repr(nn.Dropout(0.1)) == "Dropout(p=0.1)"
    assert repr(nn.MSELoss("sum")) == "MSELoss(reduction='sum')"
    assert repr(nn.PReLU(3)) == "PReLU(num_parameters=3)"
    assert "in1_features=2, in2_features=3, out_features=4" in repr(nn.Bilinear(2, 3, 4))


def test_sequential_is_a_list_too():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.ReLU()).append(nn.Linear(3, 1, rng=1))
    assert len(model) == 3
    assert isinstance(model[1], nn.ReLU)
    assert model[-1] is list(model)[2]
    assert model[:2](Tensor(np.ones((4, 2), dtype="f"))).shape == (4, 3)


def test_dropout_draws_while_training_and_passes_through_in_evaluation():
    layer, x = nn.Dropout(0.25, rng=0), Tensor(np.ones(10_000, dtype="f"))
    y = layer(x)
    kept = y.data != 0
    assert abs(kept.mean() - 0.75) < 0.02
    np.testing.assert_allclose(y.data[kept], 1 / 0.75, rtol=1e-6)
    assert not np.array_equal(layer(x).data, y.data)
    assert nn.Dropout(0.25, rng=0)(x).tolist() == y.tolist()
    assert layer.eval()(x) is x


def test_forward_is_missing_by_name():
    with pytest.raises(NotImplementedError, match=r"Module\.forward"):
        Module()(1)


def test_a_parameter_gives_way_only_to_a_parameter():
    net = Net()
    with pytest.raises(DTypeError, match=r"Net\.scale is a parameter, and a Tensor was assigned"):
        net.scale = Tensor([3.0])
    net.scale = Parameter([3.0])
    assert net.scale.tolist() == [3.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_model_can_be_copied_and_sent_elsewhere(copied):
    net, x = Net(), Tensor(np.ones((1, 3), dtype="f"))
    other = copied(net)
    assert other(x).tolist() == net(x).tolist()
    with no_grad():
        other.scale += 1
    assert other(x).tolist() != net(x).tolist()
