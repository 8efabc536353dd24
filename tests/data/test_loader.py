"""The rows of each batch: every row once, no epoch like another, resumed alike, shared between processes."""

import numpy as np
import pytest

import rung.data
from rung.data.loader import batches
from rung.scratch.errors import SettingError


def flat(*args, **options):
    return np.concatenate(list(batches(*args, **options))).tolist()


def test_every_row_comes_once_in_an_epoch():
    sizes = [len(rows) for rows in batches(103, 10, seed=1, epoch=0)]
    assert sizes == [10] * 10 + [3]
    assert sorted(flat(103, 10, seed=1, epoch=0)) == list(range(103))


def test_epochs_and_seeds_differ_in_order_and_repeat_exactly():
    assert flat(50, 8, seed=0, epoch=0) == flat(50, 8, seed=0, epoch=0)
    orders = {tuple(flat(50, 8, seed=s, epoch=e)) for s in range(3) for e in range(3)}
    assert len(orders) == 9


def test_the_batch_size_does_not_change_the_order():
    assert flat(50, 8, seed=0, epoch=2) == flat(50, 7, seed=0, epoch=2)


def test_it_is_the_order_that_the_training_loop_has_always_had():
    order = np.random.default_rng([3, 5]).permutation(20)
    assert flat(20, 6, seed=3, epoch=5) == order.tolist()


@pytest.mark.parametrize("start", range(12))
def test_going_on_sees_what_an_unbroken_training_sees(start):
    whole = [r.tolist() for r in batches(103, 10, seed=2, epoch=4)]
    assert [r.tolist() for r in batches(103, 10, seed=2, epoch=4, start=start)] == whole[start:]


def test_without_shuffling_the_rows_keep_their_order():
    assert flat(7, 3, seed=0, epoch=1, shuffle=False) == list(range(7))


def test_only_the_rows_of_the_part_are_drawn():
    data = rung.data.load("iris")
    train, test = data.splits["train"], set(data.splits["test"].tolist())
    for epoch in range(5):
        seen = flat(train, 16, seed=0, epoch=epoch)
        assert sorted(seen) == train.tolist()
        assert not test & set(seen)


@pytest.mark.parametrize("world", [2, 3, 5])
def test_the_ranks_of_a_step_make_one_batch(world):
    one = list(batches(31, 6, seed=0, epoch=1))
    ranks = [list(batches(31, 6, seed=0, epoch=1, rank=r, world=world)) for r in range(world)]
    assert {len(rank) for rank in ranks} == {len(one)}  # nobody waits for a step that another does not have
    for step, rows in enumerate(one):
        shares = [rank[step] for rank in ranks]
        assert sorted(np.concatenate(shares).tolist()) == sorted(rows.tolist())
        assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_no_rows_give_no_batch():
    assert list(batches(0, 4, seed=0, epoch=0)) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "a batch of 0 rows"),
        ({"world": 0}, "for 0 processes"),
        ({"rank": 2, "world": 2}, "rank 2 of 2 processes"),
        ({"rank": -1}, "rank -1"),
        ({"start": -1}, "start -1"),
        ({"seed": -1}, "seed -1"),
    ],
)
def test_counts_out_of_range_are_refused_at_once(options, message):
    with pytest.raises(SettingError, match=message):
        batches(10, **{"size": 2, "seed": 0, "epoch": 0, **options})
