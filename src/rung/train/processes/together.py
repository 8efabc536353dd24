"""The processes that train one model, seen from one of them: sums over all, and one answer for all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rung.scratch.errors import RungError


class ProcessError(RungError, RuntimeError):
    """A training on several processes lost one of them.

        rung train digits --procs 2         # and one of the two is killed

    The others cannot go on without its share of the batch, so the training ends. Nothing is lost but the
    steps since the last checkpoint.

    Repair: `rung train digits --resume` goes on from the last checkpoint, with as many processes. If one is
    killed again, look whether the machine has memory for all of them.
    """

    name = "process"


@dataclass(frozen=True)
class Together:
    """The processes that train one model, seen from one of them.

    Attributes:
        rank: which this is, from 0; the first one alone records, validates and scores.
        world: how many there are.
        parent: the process that started this one, 0 where nobody did; see `left_behind`.
    """

    rank: int = 0
    world: int = 1
    parent: int = 0

    @property
    def first(self) -> bool:
        """Whether this is the process that records."""
        return self.rank == 0

    @property
    def left_behind(self) -> bool:
        """Whether the process that started this one is gone: it would be nobody's to stop."""
        return self.parent > 0 and os.getppid() != self.parent

    def sum(self, numbers: Any) -> None:
        """Put the sum over all processes into each one's tensor.

        Raises:
            ProcessError: another process has ended.
        """
        if self.world > 1:
            import torch.distributed as dist

            with told_as_lost():
                dist.all_reduce(numbers)

    def same(self, numbers: Any) -> None:
        """Put the first process's numbers into each one's tensor.

        Raises:
            ProcessError: another process has ended.
        """
        if self.world > 1:
            import torch.distributed as dist

            with told_as_lost():
                dist.broadcast(numbers, 0)

    def agree(self, answer: bool) -> bool:
        """Return the first process's answer."""
        return bool(self.number(int(answer)))

    def number(self, value: int) -> int:
        """Return the first process's whole number."""
        if self.world == 1:
            return value
        import torch

        told = torch.tensor([value])
        self.same(told)
        return int(told.item())

    def text(self, words: str) -> str:
        """Return the first process's words."""
        if self.world == 1:
            return words
        import torch

        spoken = torch.tensor(list(words.encode()), dtype=torch.uint8)
        told = torch.zeros(self.number(len(spoken)), dtype=torch.uint8)
        if self.first:
            told.copy_(spoken)
        self.same(told)
        return bytes(told.tolist()).decode()


ALONE = Together()


@contextlib.contextmanager
def told_as_lost() -> Iterator[None]:
    """Tell a failure to reach the other processes as what it is.

    Raises:
        ProcessError: the block could not reach them.
    """
    try:
        yield
    except RuntimeError as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ProcessError(
            f"another process of this training has ended: {first}",
            rule="A step needs every process's share of the batch.",
            fix="--resume goes on from the last checkpoint",
        ) from None
