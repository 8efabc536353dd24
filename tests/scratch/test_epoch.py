"""The training loop against the same loop in PyTorch, and what a batch promises."""

import numpy as np
import torch

from rung.data import load
from rung.scratch.loop import accuracy, minibatches, train_epoch
from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.optim import SGD


def test_an_epoch_visits_every_example_once_in_a_new_order():
    rng = np.random.default_rng(0)
    epochs = [list(minibatches(10, 4, rng)) for _ in range(2)]
    assert [len(batch) for batch in epochs[0]] == [4, 4, 2]
    for epoch in epochs:
        assert sorted(np.concatenate(epoch)) == list(range(10))
    assert not np.array_equal(*(np.concatenate(epoch) for epoch in epochs))


def test_three_epochs_equal_pytorch_and_learn():
    data = load("digits8")
    x = (np.asarray(data.x) / np.max(data.x)).astype(np.float32)
    y = np.asarray(data.y)
    ours = MLP([64, 16, 10], rng=0)
    theirs = torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.ReLU(), torch.nn.Linear(16, 10))
    for q, p in zip(theirs.parameters(), ours.parameters(), strict=True):
        q.data = torch.tensor(p.data)
    mine, sgd = SGD(ours.parameters(), lr=0.3), torch.optim.SGD(theirs.parameters(), lr=0.3)
    before = accuracy(ours, x[400:], y[400:])
    for epoch in range(3):
        loss = train_epoch(ours, F.cross_entropy, mine, x[:400], y[:400], 32, np.random.default_rng(epoch))
        total = 0.0
        for batch in minibatches(400, 32, np.random.default_rng(epoch)):
            sgd.zero_grad()
            batch_loss = torch.nn.functional.cross_entropy(
                theirs(torch.tensor(x[batch])), torch.tensor(y[batch])
            )
            batch_loss.backward()
            sgd.step()
            total += batch_loss.item() * len(batch)
        np.testing.assert_allclose(loss, total / 400, rtol=1e-5)
    assert accuracy(ours, x[400:], y[400:]) > before + 0.3
