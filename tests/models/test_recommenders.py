"""The two rating models: the papers' formulas, and the one from scratch beside the one of PyTorch."""

import numpy as np
import pytest
import torch

from rung.models.matrix_factorization import MatrixFactorization
from rung.models.neural_collaborative_filtering import NeuralCollaborativeFiltering
from rung.projects.movies.scratch import PenalisedFactors
from rung.train.backend import backend_of

USER, ITEM = np.array([0, 3, 3]), np.array([1, 1, 6])


@pytest.fixture
def dot():
    torch.manual_seed(0)
    model = MatrixFactorization(users=4, items=7, dim=3, mean=3.5)
    for table in (model.user_bias, model.item_bias):
        torch.nn.init.normal_(table.weight)
    return model


def test_a_rating_is_mean_and_biases_and_the_dot_product(dot):
    p, q = dot.user.weight, dot.item.weight
    by_hand = [
        3.5 + dot.user_bias.weight[u, 0] + dot.item_bias.weight[i, 0] + p[u] @ q[i]
        for u, i in zip(USER, ITEM, strict=True)
    ]
    assert dot(torch.from_numpy(USER), torch.from_numpy(ITEM)).tolist() == pytest.approx(
        [b.item() for b in by_hand], rel=1e-5
    )
    assert sum(p.numel() for p in dot.parameters()) == (4 + 7) * (3 + 1) + 1


def test_the_model_from_scratch_answers_and_pays_the_same(dot):
    ours = PenalisedFactors(4, 7, 3, mean=3.5, rng=0)
    backend_of(ours).load_weights(ours, backend_of(dot).weights(dot))
    x = torch.from_numpy(USER), torch.from_numpy(ITEM)
    assert ours(USER, ITEM).data == pytest.approx(dot(*x).detach().numpy(), rel=1e-5)
    assert ours.penalty(USER, ITEM).item() == pytest.approx(dot.penalty(*x).item(), rel=1e-5)


def test_the_neural_model_has_the_papers_parts():
    torch.manual_seed(0)
    model = NeuralCollaborativeFiltering(users=4, items=7, dim=8, layers=2, dropout=0.5, mean=3.5)
    shapes = [tuple(p.shape) for p in model.network.parameters()]
    assert shapes == [(16, 32), (16,), (8, 16), (8,)]  # a tower, each layer half as wide
    assert model.out.weight.shape == (1, 8 + 8)
    count = sum(p.numel() for p in model.parameters())
    assert count == (4 + 7) * (8 + 16) + (16 * 32 + 16) + (8 * 16 + 8) + 17 + 1
    x = torch.from_numpy(USER), torch.from_numpy(ITEM)
    model.eval()
    assert torch.equal(model(*x), model(*x))
    model.train()
    assert not torch.equal(model(*x), model(*x))


def test_nothing_but_the_users_and_items_asked_for_gets_a_gradient(dot):
    dot(torch.from_numpy(USER), torch.from_numpy(ITEM)).sum().backward()
    used = dot.item.weight.grad.abs().sum(1) > 0
    assert used.tolist() == [i in ITEM for i in range(7)]
