"""The sweep: order, sharing, memory, and what it says of a backward that is wrong."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from rung.errors import GradientError
from rung.scratch import Function, Tensor, apply, nn
from rung.scratch.function import name_of
from rung.scratch.graph import topological_order, unbroadcast
from rung.scratch.models.mlp import MLP


@pytest.mark.parametrize(
    ("big", "small"),
    [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((2, 3), ()),
        ((4, 2, 3), (2, 1)),
        ((0, 3), (3,)),
        ((0, 3), (0, 1)),
        ((2, 1), (2, 1)),
        ((5, 1, 1), (1, 1)),
    ],
)
def test_unbroadcast_is_the_transpose_of_broadcasting(big, small):
    rng = np.random.default_rng(0)
    g, x = rng.standard_normal(big), rng.standard_normal(small)
    back = unbroadcast(g, small)
    assert back.shape == small
    np.testing.assert_allclose((back * x).sum(), (g * np.broadcast_to(x, big)).sum())  # <B'g, x> = <g, Bx>


def test_topological_order_lists_inputs_first_and_each_once():
    a, b = Tensor(1.0, requires_grad=True), Tensor(2.0)
    c = a * b
    d = c + a
    e = d * c
    order = topological_order(e)
    assert [id(t) for t in order] == [id(t) for t in (a, c, d, e)]
    assert any(t is b for t in topological_order(e, constants=True))


def test_a_graph_20000_deep():
    x = Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20_000):
        y = y + 1
    y.backward()
    assert x.grad == 1.0


def test_a_diamond_counts_every_path():
    x = Tensor(3.0, requires_grad=True)
    a, b = x * 2, x * 5
    (a * b + a).backward()  # 10 x^2 + 2 x
    assert x.grad == 62.0


def test_two_leaves_do_not_share_one_gradient_array():
    a, b = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    (a + b).sum().backward()
    assert not np.shares_memory(a.grad, b.grad)
    a.grad *= 0
    assert b.grad.tolist() == [1.0, 1.0]


def test_the_gradient_given_to_backward_is_not_kept():
    x, g = Tensor([1.0, 2.0], requires_grad=True), np.ones(2, dtype=np.float32)
    x.backward(g)
    g *= 7
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_gradient_buffer_is_filled_in_place():
    x, flat = Tensor([1.0, 2.0], requires_grad=True), np.zeros(5, dtype=np.float32)
    x.grad_buffer = flat[1:3]
    for times in (1, 2):
        (x * 3).sum().backward()
        assert flat.tolist() == [0.0, 3.0 * times, 3.0 * times, 0.0, 0.0]
    assert np.shares_memory(x.grad, flat)


def test_what_wants_no_gradient_gets_none():
    x, w = Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]], requires_grad=True)
    (x @ w).sum().backward()
    assert x.grad is None


class TooMany(Function):
    def forward(self, x):
        return x * 2

    def backward(self, g):
        return g, g


class Transposed(Function):
    def forward(self, x, w):
        self.x, self.w = x, w
        return x @ w

    def backward(self, g):
        return g @ self.w.T, (self.x.T @ g).T


def test_a_backward_with_the_wrong_number_of_gradients_is_named():
    with pytest.raises(GradientError, match=r"TooMany\.backward returned 2 gradient\(s\) for 1 input"):
        apply(TooMany, Tensor([1.0], requires_grad=True)).backward([1.0])


def test_a_backward_with_the_wrong_shape_is_named():
    x, w = Tensor(np.ones((2, 3)), requires_grad=True), Tensor(np.ones((3, 4)), requires_grad=True)
    with pytest.raises(GradientError, match=r"Transposed\.backward returned a gradient of shape \(4, 3\)"):
        apply(Transposed, x, w).sum().backward()


def test_gradients_add_up_over_small_batches():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((12, 5)), rng.integers(0, 3, 12)
    whole, pieces = (MLP([5, 7, 3], "tanh", rng=1).double() for _ in range(2))
    nn.CrossEntropyLoss()(whole(Tensor(x)), y).backward()
    for part in range(4):
        rows = slice(3 * part, 3 * part + 3)
        (nn.CrossEntropyLoss()(pieces(Tensor(x[rows])), y[rows]) / 4).backward()
    for a, b in zip(whole.parameters(), pieces.parameters(), strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-12, atol=1e-15)


class Kept(Function):
    alive: "list[weakref.ref]"

    def forward(self, x):
        Kept.alive.append(weakref.ref(self))
        return x * 2

    def backward(self, g):
        return g * 2


def test_no_call_outlives_its_sweep():
    Kept.alive = []
    gc.disable()
    try:
        x = Tensor(np.ones(3), requires_grad=True)
        loss = apply(Kept, apply(Kept, x)).sum()
        assert sum(ref() is not None for ref in Kept.alive) == 2
        loss.backward()
        assert sum(ref() is not None for ref in Kept.alive) == 0  # though `loss` is still here
    finally:
        gc.enable()


def train(model, x, y, steps):
    for _ in range(steps):
        loss = nn.CrossEntropyLoss()(model(x), y)
        model.zero_grad()
        loss.backward()


def test_memory_is_flat_over_many_steps_without_the_garbage_collector():
    model, x, y = MLP([4, 8, 3], rng=0), Tensor(np.ones((5, 4), dtype="f")), np.array([0, 1, 2, 0, 1])
    train(model, x, y, 20)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        train(model, x, y, 20)
        before, _ = tracemalloc.get_traced_memory()
        train(model, x, y, 3000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 50_000  # bytes; if every step kept its graph, it would be 15 million


def test_nodes_of_a_step_are_one_a_layer():
    model = MLP([4, 8, 3], rng=0)
    loss = nn.CrossEntropyLoss()(model(Tensor(np.ones((5, 4), dtype="f"))), np.zeros(5, dtype=int))
    made_by = [name_of(type(t.fn)) for t in topological_order(loss) if t.fn is not None]
    assert made_by == ["Linear", "ReLU", "Linear", "CrossEntropy"]


class SameArrayTwice(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, g):
        h = g * 1
        return h, h


class KeptArray(Function):
    def forward(self, x):
        self.kept = np.ones_like(x)
        return x * 1

    def backward(self, g):
        return self.kept


def test_a_leaf_never_shares_its_gradient_with_anything():
    a, b = (Tensor(np.ones(2), requires_grad=True) for _ in range(2))
    apply(SameArrayTwice, a, b).sum().backward()
    assert not np.shares_memory(a.grad, b.grad)
    x = Tensor(np.ones(2), requires_grad=True)
    y = apply(KeptArray, x)
    kept = y.fn.kept
    y.sum().backward()
    assert not np.shares_memory(x.grad, kept)
    z = Tensor(np.ones((2, 3)), requires_grad=True)
    h = z.reshape(6)
    h.retain_grad()
    h.sum().backward()
    assert not np.shares_memory(z.grad, h.grad)
    z.grad += 1  # and it may be written to


def test_a_gradient_that_is_made_for_the_leaf_is_not_copied():
    made = []

    class Notes(Function):
        def forward(self, x):
            return x * 3

        def backward(self, g):
            made.append(g * 3)
            return made[-1]

    x = Tensor(np.ones(2), requires_grad=True)
    apply(Notes, x).sum().backward()
    assert x.grad is made[0]


def test_a_backward_that_returns_no_array_is_named():
    class Number(Function):
        def forward(self, x):
            return x.sum()

        def backward(self, g):
            return 1.0

    with pytest.raises(GradientError, match=r"Number\.backward returned a float"):
        apply(Number, Tensor([1.0], requires_grad=True)).backward()


def test_people_read_the_name_of_the_plain_form():
    y = nn.Linear(3, 2, rng=0)(Tensor(np.ones((4, 3), dtype="f")))
    assert type(y.fn).__name__ == "FastLinear"
    assert "fn=<Linear>" in repr(y)
    assert "Linear(" in str(y.graph())
    assert "FastLinear" not in str(y.graph())
    y.sum().backward()
    assert "fn=<Linear>" in repr(y)  # also when the call is spent
