"""Entity embeddings: the paper's sizes, and what they do and do not depend on."""

import pytest
import torch

from rung.models.entity_embeddings import EntityEmbeddings, usual_width


def parameters(model):
    return sum(p.numel() for p in model.parameters())


def test_the_papers_network_has_as_many_parameters_as_its_sizes_say():
    # Rossmann: store, day of week, day, month, year, promotion, state; layers of 1,000, 500 and 1
    values, widths = (1115, 7, 31, 12, 3, 2, 12), (10, 6, 10, 6, 2, 1, 6)
    model = EntityEmbeddings(0, [v + 1 for v in values], widths)  # id 0 besides, for what was never seen
    tables = sum((v + 1) * w for v, w in zip(values, widths, strict=True))
    layers = (41 + 1) * 1000 + (1000 + 1) * 500 + (500 + 1) * 1
    assert parameters(model) == tables + layers
    ids = torch.ones(4, 7, dtype=torch.int64)
    assert model((torch.zeros(4, 0), ids)).shape == (4, 1)


def made(seed=0, **settings):
    torch.manual_seed(seed)
    return EntityEmbeddings(2, sizes=(8, 3), widths=(4, 1), hidden=(16, 8), outputs=2, **settings)


def batch(n=6):
    torch.manual_seed(1)
    return torch.randn(n, 2), torch.stack([torch.randint(0, 8, (n,)), torch.randint(0, 3, (n,))], dim=1)


def test_each_row_is_answered_by_itself():
    model, (numbers, ids) = made().eval(), batch()
    whole = model((numbers, ids))
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    torch.testing.assert_close(model((numbers[order], ids[order])), whole[order])
    torch.testing.assert_close(model((numbers[:1], ids[:1])), whole[:1])


def test_a_word_never_seen_stays_where_it_is():
    model, (numbers, ids) = made(), batch(64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    before = [table.weight.detach().clone() for table in model.embeddings]
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model((numbers, ids)), ids[:, 0] % 2).backward()
        optimizer.step()
    for table, old in zip(model.embeddings, before, strict=True):
        assert table.weight[0].abs().max() == 0
        assert not torch.equal(table.weight[1:], old[1:])


def test_words_begin_alike_and_small():
    for table in made().embeddings:
        assert 0 < table.weight[1:].abs().max() <= 0.05


def test_without_hidden_layers_it_is_linear_in_the_vectors():
    model = EntityEmbeddings(1, sizes=(4,), widths=(3,), hidden=(), outputs=1)
    assert parameters(model) == 4 * 3 + (1 + 3) + 1


@pytest.mark.parametrize(("size", "width"), [(2, 1), (3, 2), (17, 8), (1000, 8)])
def test_the_usual_width_is_within_the_papers_bounds(size, width):
    assert usual_width(size) == width
    assert 1 <= usual_width(size) <= size - 1
