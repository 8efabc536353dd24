"""The rows of each batch: one order for every project, the same whether a training was broken off or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rung.scratch.errors import SettingError


def batches(
    n: int | np.ndarray,
    size: int,
    seed: int,
    epoch: int,
    start: int = 0,
    shuffle: bool = True,
    rank: int = 0,
    world: int = 1,
) -> Iterator[np.ndarray]:
    """Give the row numbers of each batch of one epoch; together every row once.

    The order is `np.random.default_rng([seed, epoch]).permutation(n)`: it depends on nothing else, so a
    training that goes on in the middle of an epoch sees what an unbroken one sees.

    Of several processes that train together, each gives its own `rank` and takes every `world`-th row of
    each batch: what the ranks see in one step is, together, the batch that a single process would see. Their
    shares differ by one row at most, and the last of an epoch may be empty, so weigh each rank's mean loss
    by its rows.

    Args:
        n: how many rows there are, or the row numbers to draw from, such as `data.splits["train"]`.
        size: rows in a batch, of all processes together; the last batch of an epoch may be smaller.
        seed: decides the order, with `epoch`.
        epoch: which epoch, from 0.
        start: how many batches of this epoch were seen before.
        shuffle: False gives the rows in the order they have.
        rank: which of the processes asks, from 0.
        world: how many processes there are.

    Yields:
        row numbers (at most ceil(size / world),), int64.

    Raises:
        SettingError: a count is out of range; raised here, before the first batch is asked for.

    Cost: one permutation an epoch: 8 bytes a row.

    Example:
        >>> [rows.tolist() for rows in batches(5, 2, seed=0, epoch=0)]
        [[2, 4], [3, 0], [1]]
        >>> [rows.tolist() for rows in batches(5, 2, seed=0, epoch=0, start=1)]
        [[3, 0], [1]]
        >>> [rows.tolist() for rows in batches(5, 2, seed=0, epoch=0, rank=1, world=2)]
        [[4], [0], []]
    """
    rows = np.arange(n) if isinstance(n, int | np.integer) else np.asarray(n, dtype=np.int64)
    if size < 1 or world < 1:
        raise SettingError(
            f"a batch of {size} rows for {world} processes", rule="Both are whole numbers from 1 on."
        )
    if not 0 <= rank < world:
        raise SettingError(f"rank {rank} of {world} processes", rule=f"A rank is from 0 to {world - 1}.")
    if min(seed, epoch, start) < 0:
        raise SettingError(
            f"seed {seed}, epoch {epoch}, start {start}", rule="Each is a whole number from 0 on."
        )
    order = rows[np.random.default_rng([seed, epoch]).permutation(len(rows))] if shuffle else rows
    return (order[i : i + size][rank::world] for i in range(start * size, len(order), size))
