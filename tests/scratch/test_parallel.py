"""Two processes compute what one computes."""

import numpy as np
import pytest

from rung.scratch import Tensor, nn, optim
from rung.scratch.errors import SettingError, ShapeError
from rung.scratch.models.mlp import MLP
from rung.scratch.nn import functional as F
from rung.scratch.parallel import DataParallel, ReplicaError, can_fork, draw_other_numbers, split

pytestmark = pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
needs_fork = pytest.mark.skipif(not can_fork(), reason="processes cannot be forked here")


def classify(model, x, t):
    return F.cross_entropy(model(Tensor(x)), t)


def batch(n=10):
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, 6), dtype=np.float32), rng.integers(0, 3, n)


def trained(procs, model, loss_of=classify, arrays=None, axes=None, steps=5):
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    losses = []
    with DataParallel(model, loss_of, procs, axes) as parallel:
        for _ in range(steps):
            optimizer.zero_grad()
            losses.append(parallel.backward(*(arrays or batch())))
            optimizer.step()
    return losses, [p.data.copy() for p in model.parameters()]


@needs_fork
@pytest.mark.parametrize("n", [10, 7, 1])
def test_two_processes_train_as_one_does(n):
    one, two = (trained(procs, MLP([6, 8, 3], rng=0), arrays=batch(n)) for procs in (1, 2))
    np.testing.assert_allclose(one[0], two[0], rtol=1e-5)
    for a, b in zip(one[1], two[1], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@needs_fork
def test_three_processes_and_sequences_whose_batch_is_the_second_axis():
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.head = nn.GRU(6, 5, rng=0), nn.Linear(5, 3, rng=0)

        def forward(self, x):
            return self.head(self.rnn(x)[0][-1])

    rng = np.random.default_rng(0)
    arrays = rng.standard_normal((4, 9, 6), dtype=np.float32), rng.integers(0, 3, 9)
    one, three = (trained(procs, Last(), arrays=arrays, axes=(1, 0)) for procs in (1, 3))
    np.testing.assert_allclose(one[0], three[0], rtol=1e-5)


@needs_fork
def test_sparse_gradients_are_added_up_too():
    def look_up(model, index):
        return model(index).square().mean()

    gradients = []
    for procs in (1, 2):
        model = nn.Embedding(20, 3, rng=0, sparse=True)
        with DataParallel(model, look_up, procs) as parallel:
            parallel.backward(np.array([1, 5, 5, 7, 1, 19]))
        gradients.append(model.weight.grad.dense())
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-6)


@needs_fork
def test_gradients_are_added_to_those_that_are_there():
    model = MLP([6, 3], rng=0)
    with DataParallel(model, classify) as parallel:
        parallel.backward(*batch())
        once = [p.grad.copy() for p in model.parameters()]
        parallel.backward(*batch())
    for p, g in zip(model.parameters(), once, strict=True):
        np.testing.assert_allclose(p.grad, 2 * g, rtol=1e-5)


@needs_fork
def test_a_larger_batch_than_the_first_goes_another_way():
    model = MLP([6, 3], rng=0)
    with DataParallel(model, classify) as parallel:
        parallel.backward(*batch(4))
        model.zero_grad()
        assert parallel.backward(*batch(3000)) == pytest.approx(
            classify(model, *batch(3000)).item(), rel=1e-5
        )


@needs_fork
def test_an_error_in_the_other_process_is_told():
    def fails(model, x, t):
        if x[0, 0] == 1:
            raise ValueError("no such class")
        return classify(model, x, t)

    x, t = batch()
    x[:, 0] = np.repeat([0, 1], 5)
    with DataParallel(MLP([6, 3], rng=0), fails) as parallel:
        with pytest.raises(ReplicaError, match="process 1 of 2 failed: ValueError: no such class"):
            parallel.backward(x, t)
        x[:, 0] = 0
        assert parallel.backward(x, t) > 0  # and it goes on


@needs_fork
def test_a_process_that_dies_is_told_and_close_ends_them_all():
    parallel = DataParallel(MLP([6, 3], rng=0), classify)
    parallel.backward(*batch())
    process = parallel._others[0].process
    process.kill()
    process.join()
    with pytest.raises(ReplicaError, match="process 1 of 2"):
        parallel.backward(*batch())
    parallel.close()
    parallel.backward(*batch())  # begins anew
    process = parallel._others[0].process
    parallel.close()
    assert not process.is_alive()


def test_without_fork_everything_runs_here(monkeypatch):
    monkeypatch.setattr("rung.scratch.parallel.can_fork", lambda: False)
    model = MLP([6, 3], rng=0)
    with DataParallel(model, classify, procs=4) as parallel:
        assert parallel.procs == 1
        assert parallel.backward(*batch()) == pytest.approx(classify(model, *batch()).item())


def test_each_process_draws_other_numbers():
    model = nn.Sequential(nn.Dropout(0.5, np.random.default_rng(0)))
    first = np.random.default_rng(0).random(4)
    draw_other_numbers(model, 1)
    generator = model[0].rng
    assert not np.allclose(generator.random(4), first)


def test_wrong_calls_are_refused():
    with pytest.raises(SettingError, match="procs is 0"):
        DataParallel(MLP([6, 3], rng=0), classify, 0)
    with pytest.raises(ShapeError, match=r"\[3, 4\] examples"):
        split([np.zeros((4, 2)), np.zeros(3)], [0, 0], 2)
