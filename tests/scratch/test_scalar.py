"""Value against PyTorch on random expressions, and what its sweep promises."""

import numpy as np
import pytest
import torch

from rung.scratch.scalar import Value

OPERATIONS = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: a - b,
    lambda a, b: a.tanh(),
    lambda a, b: 0.5 * a,
]


def random_expression(rng, leaves):
    """Combine leaves at random, reusing results, with the operations that Value has; works on Tensors too."""
    pool = list(leaves)
    for _ in range(12):
        a, b = (pool[i] for i in rng.integers(len(pool), size=2))
        pool.append(OPERATIONS[rng.integers(len(OPERATIONS))](a, b))
    return sum(pool[len(leaves) :], pool[0] * 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_random_expressions_agree_with_pytorch(seed):
    numbers = np.random.default_rng(seed).uniform(-1, 1, size=3)
    ours = [Value(x) for x in numbers]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in numbers]
    y = random_expression(np.random.default_rng(seed + 100), ours)
    z = random_expression(np.random.default_rng(seed + 100), theirs)
    y.backward()
    z.backward()
    assert y.data == pytest.approx(z.item(), rel=1e-12)
    for mine, torchs in zip(ours, theirs, strict=True):
        assert mine.grad == pytest.approx(
            0.0 if torchs.grad is None else torchs.grad.item(), rel=1e-10, abs=1e-12
        )


def test_calling_twice_accumulates_at_the_leaves_only():
    a = Value(3.0)
    y = (a * a) * a
    y.backward()
    assert a.grad == 27.0
    y.backward()
    assert a.grad == 54.0
    assert y.grad == 1.0


def test_a_chain_of_20_000_is_no_recursion_error():
    a = Value(1.0)
    y = a
    for _ in range(20_000):
        y = y + 1.0
    y.backward()
    assert a.grad == 1.0


def test_the_leaf_itself_may_be_the_root():
    a = Value(2.0)
    a.backward()
    assert a.grad == 1.0
