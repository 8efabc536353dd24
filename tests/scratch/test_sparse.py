"""Sparse gradients: the used rows of a table stand for all of it."""

import numpy as np
import pytest

from rung.scratch import Tensor, nn, optim
from rung.scratch.sparse import SparseRows, used_rows

INDEX = np.array([4, 1, 4, 0, 1, 1])


def table_and_gradient(sparse):
    layer = nn.Embedding(6, 3, rng=0, sparse=sparse)
    y = layer(INDEX)
    (y * Tensor(np.arange(18.0).reshape(6, 3).astype(np.float32))).sum().backward()
    return layer.weight


def test_the_gradient_holds_each_used_row_once():
    sparse, dense = table_and_gradient(True).grad, table_and_gradient(False).grad
    assert isinstance(sparse, SparseRows)
    assert sparse.index.tolist() == [0, 1, 4]
    assert sparse.shape == (6, 3)
    assert sparse.dtype == np.float32
    np.testing.assert_array_equal(sparse.dense(), dense)


def test_gradients_of_two_sweeps_are_added_up():
    layer = nn.Embedding(6, 3, rng=0, sparse=True)
    for index in ([0, 2], [2, 5]):
        layer(index).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.dense()[:, 0], [1, 0, 2, 0, 0, 1])
    layer.weight.grad = None
    (layer([0, 2]).sum() + layer([2, 5]).sum()).backward()
    np.testing.assert_array_equal(layer.weight.grad.dense()[:, 0], [1, 0, 2, 0, 0, 1])


def test_arithmetic_is_that_of_the_dense_form():
    rows = SparseRows(np.array([2, 0]), np.array([[1.0, 2.0], [3.0, 4.0]]), (4, 2))
    np.testing.assert_array_equal((2 * rows).dense(), 2 * rows.dense())
    np.testing.assert_array_equal((-rows).dense(), -rows.dense())
    np.testing.assert_array_equal(rows + np.ones((4, 2)), rows.dense() + 1)
    np.testing.assert_array_equal(np.ones((4, 2)) + rows, rows.dense() + 1)
    np.testing.assert_array_equal((rows + rows).dense(), 2 * rows.dense())
    np.testing.assert_array_equal(np.square(rows), rows.dense() ** 2)
    np.testing.assert_array_equal(np.asarray(rows), rows.dense())


def test_in_place_subtraction_touches_the_used_rows_only():
    rows = SparseRows(np.array([1]), np.array([[5.0]]), (3, 1))
    table = np.array([[np.inf], [7.0], [np.nan]])
    before = table
    table -= rows
    assert table is before
    np.testing.assert_array_equal(table, [[np.inf], [2.0], [np.nan]])


def test_plain_sgd_takes_sparse_gradients():
    sparse, dense = table_and_gradient(True), table_and_gradient(False)
    array = sparse.data
    for p in (sparse, dense):
        optim.SGD([p], lr=0.1).step()
    assert sparse.data is array
    np.testing.assert_array_equal(sparse.data, dense.data)


def test_adam_refuses_sparse_gradients_and_sparse_adam_ordinary_ones():
    with pytest.raises(optim.OptimizerError, match="SparseAdam"):
        optim.Adam([table_and_gradient(True)]).step()
    with pytest.raises(optim.OptimizerError, match="sparse=True"):
        optim.SparseAdam([table_and_gradient(False)]).step()


def test_sparse_adam_leaves_unused_rows_and_their_memory_alone():
    p = table_and_gradient(True)
    before, optimizer = p.data.copy(), optim.SparseAdam([p], lr=0.1)
    optimizer.step()
    moved = (p.data != before).any(axis=1)
    assert moved.tolist() == [True, True, False, False, True, False]
    assert not optimizer.state[p]["exp_avg_sq"][[2, 3, 5]].any()


def test_sparse_adam_goes_on_from_its_state_to_the_bit():
    def run(p, optimizer, steps):
        for _ in range(steps):
            p.grad = SparseRows(np.array([3, 1]), np.ones((2, 3), np.float32), (6, 3))
            optimizer.step()

    p = table_and_gradient(True)
    first = optim.SparseAdam([p])
    run(p, first, 5)
    q = Tensor(p.data.copy(), requires_grad=True)
    second = optim.SparseAdam([q])
    second.load_state_dict(first.state_dict())
    run(p, first, 5)
    run(q, second, 5)
    assert p.data.tobytes() == q.data.tobytes()


@pytest.mark.parametrize("count", [6, 100_000])
@pytest.mark.parametrize("index", [[4, 0, 4, 4, 2], [3], []])
def test_used_rows_are_found_alike_in_small_and_in_large_tables(count, index):
    used, place = used_rows(np.array(index, np.int64), count)
    assert used.tolist() == sorted(set(index))
    assert used[place].tolist() == index
