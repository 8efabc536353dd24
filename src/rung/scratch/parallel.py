"""DataParallel: one model trained by several processes, each on its share of every batch.

The processes are forks of this one. Parameters lie in memory that all of them see; each computes the
gradients of its share into shared memory too, and this process adds them up and takes the optimiser's step,
which the others then see. Two processes on two free cores ran a step of ResNet, a GPT and LeNet-5 (batch 256)
1.91, 1.91 and 1.74 times as fast as one (`benchmarks/results/engine.md`); small models lose, since a step
then waits for the other process. Threads would not do: Python code runs in one at a time, and NumPy's calls
are too short to make up for it.
"""

from __future__ import annotations

import contextlib
import itertools
import mmap
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from rung.scratch.errors import RungError, SettingError, ShapeError
from rung.scratch.nn.module import Module
from rung.scratch.sparse import SparseRows
from rung.scratch.tensor import Tensor
from rung.scratch.threads import blas_threads

ALIGN = 64  # bytes; a cache line


class ReplicaError(RungError, RuntimeError):
    """Another process of a data-parallel run failed.

        >>> from rung.scratch.parallel import ReplicaError
        >>> raise ReplicaError("process 1 of 2 ended: ...")
        Traceback (most recent call last):
            ...
        rung.scratch.parallel.ReplicaError: ...

    Repair: the message says what went wrong there; run the same with procs=1 to see it in this process.
    """

    name = "replica"


class DataParallel:
    """Compute a batch's gradients in several processes.

        with DataParallel(model, loss_of, procs=2) as parallel:
            for x, t in batches:
                optimizer.zero_grad()
                loss = parallel.backward(x, t)
                optimizer.step()

    The loss and the gradients are those of the whole batch, but for the last digits; only BatchNorm takes its
    statistics from each share, as PyTorch's does, and keeps this process's. Dropout draws other numbers in
    each process. The model and the parts that stand in for others (`use`) are those at the first `backward`.

    Args:
        model: a Module; its parameters move to shared memory, still as `p.data`.
        loss_of: called with the model and a share of each array; returns the mean loss over the share.
        procs: processes, this one counted; about as many as there are cores.
        axes: which axis of each array counts the examples; 0 for all if left out.

    Attributes:
        procs: how many there are: 1 where processes cannot be forked (anything but Linux), or should not.

    Raises:
        SettingError: procs is below 1.
        ShapeError: the arrays do not hold equally many examples.
        ReplicaError: another process failed.
    """

    def __init__(
        self,
        model: Module,
        loss_of: Callable[..., Tensor],
        procs: int = 2,
        axes: Sequence[int] | None = None,
    ) -> None:
        if procs < 1:
            raise SettingError(f"DataParallel: procs is {procs}.", rule="At least 1, this process itself.")
        self.model, self.loss_of, self.axes = model, loss_of, axes
        self.procs = procs if can_fork() else 1
        self.params = list(model.parameters())
        self._others: list[Replica] = []
        self._threads_before: int | None = None

    def backward(self, *arrays: Any) -> float:
        """Add the gradients of the mean loss over the whole batch to the parameters; return the loss."""
        axes = [0] * len(arrays) if self.axes is None else self.axes
        shares = split(arrays, axes, self.procs)
        if len(shares) > 1 and not self._others:
            self._start(sum(np.asarray(a).nbytes for a in arrays))
        before = [p.grad for p in self.params]
        for p in self.params:
            p.grad = None
        try:
            loss = self._shared_backward(shares)
        except BaseException:
            self.close()  # an answer may be on its way; the next call begins with fresh processes
            raise
        for p, old in zip(self.params, before, strict=True):
            if old is not None:
                p.grad = old if p.grad is None else old + p.grad
        return loss

    def _shared_backward(self, shares: list[tuple[int, list[Any]]]) -> float:
        """Hand out all shares but the first, compute that one here, and add up what the others found."""
        total = sum(count for count, _ in shares)
        for other, (_, share) in zip(self._others, shares[1:], strict=False):
            other.begin(share, self.model.training)
        count, share = shares[0]
        loss = self.loss_of(self.model, *share)
        loss.backward()
        value = count / total * loss.item()
        for p in self.params:
            if p.grad is not None:
                p.grad = p.grad * p.data.dtype.type(count / total)
        for other, (count, _) in zip(self._others, shares[1:], strict=False):
            value += count / total * other.finish(self.params, count / total)
        return value

    def close(self) -> None:
        """End the other processes; the model goes on as it is."""
        for other in self._others:
            other.end()
        self._others = []
        if self._threads_before is not None:
            blas_threads(self._threads_before)
            self._threads_before = None

    def __enter__(self) -> DataParallel:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _start(self, batch_bytes: int) -> None:
        """Move the parameters to shared memory and fork; one BLAS thread in each process from now on."""
        self._threads_before = blas_threads(1)
        shared = shared_arrays([(p.data.shape, p.data.dtype) for p in self.params])
        for p, array in zip(self.params, shared, strict=True):
            array[...] = p.data
            p.data = array
        for rank in range(1, self.procs):
            self._others.append(Replica(self, rank, 2 * batch_bytes))


class Replica:
    """Another process, seen from the first one."""

    def __init__(self, parallel: DataParallel, rank: int, batch_bytes: int) -> None:
        params = parallel.params
        self.rank, self.procs = rank, parallel.procs
        self.grads = shared_arrays([(p.data.shape, p.data.dtype) for p in params])
        self.arena = np.frombuffer(mmap.mmap(-1, max(batch_bytes + 64 * ALIGN, ALIGN)), np.uint8)
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=serve, args=(theirs, parallel, rank, self.grads, self.arena), daemon=True
        )
        self.process.start()
        theirs.close()

    def begin(self, share: Sequence[Any], training: bool) -> None:
        """Hand over a share of the batch: through shared memory, or the pipe if it is too large for it."""
        place = 0
        parts: list[Any] = []
        for array in share:
            array = np.asarray(array)
            end = place + array.nbytes
            if end > self.arena.size:
                parts.append(array)
                continue
            view(self.arena, place, array.shape, array.dtype)[...] = array
            parts.append((place, array.shape, array.dtype.str))
            place = -(-end // ALIGN) * ALIGN
        self._send((parts, training))

    def finish(self, params: list[Any], weight: float) -> float:
        """Wait for its gradients and add them, times `weight`, to the parameters'; return its loss."""
        try:
            loss, found = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise ReplicaError(f"process {self.rank} of {self.procs} ended without an answer.") from error
        if isinstance(found, str):
            raise ReplicaError(f"process {self.rank} of {self.procs} failed: {found}")
        for p, kind, shared in zip(params, found, self.grads, strict=True):
            if kind is None:
                continue
            grad = kind if isinstance(kind, SparseRows) else shared
            grad = grad * p.data.dtype.type(weight)
            p.grad = grad if p.grad is None else p.grad + grad
        return loss

    def end(self) -> None:
        """Tell it to end and wait until it has."""
        with contextlib.suppress(OSError, ReplicaError):
            self._send(None)
        self.process.join(timeout=5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()

    def _send(self, message: Any) -> None:
        try:
            self.pipe.send(message)
        except OSError as error:
            raise ReplicaError(f"process {self.rank} of {self.procs} has ended.") from error


def serve(
    pipe: Connection, parallel: DataParallel, rank: int, grads: list[np.ndarray], arena: np.ndarray
) -> None:
    """Be another process: compute the gradients of every share that comes, until None comes."""
    blas_threads(1)
    draw_other_numbers(parallel.model, rank)
    while (message := pipe.recv()) is not None:
        parts, training = message
        try:
            share = [view(arena, *part) if isinstance(part, tuple) else part for part in parts]
            parallel.model.train(training)
            for p in parallel.params:
                p.grad = None
            loss = parallel.loss_of(parallel.model, *share)
            loss.backward()
            found: list[Any] = []
            for p, shared in zip(parallel.params, grads, strict=True):
                if isinstance(p.grad, np.ndarray):
                    np.copyto(shared, p.grad)
                    found.append(True)
                else:
                    found.append(p.grad)  # None, or sparse rows
            pipe.send((loss.item(), found))
        except Exception as error:
            pipe.send((0.0, f"{type(error).__name__}: {error}"))


def can_fork() -> bool:
    """Tell whether forking is safe here: on Linux; macOS's own libraries do not survive it."""
    return sys.platform.startswith("linux") and hasattr(os, "fork")


def split(arrays: Sequence[Any], axes: Sequence[int], parts: int) -> list[tuple[int, list[Any]]]:
    """Part each array along its axis into at most `parts` shares; each with its number of examples."""
    plain = [np.asarray(getattr(a, "data", a)) if isinstance(a, Tensor) else np.asarray(a) for a in arrays]
    counts = {a.shape[axis] for a, axis in zip(plain, axes, strict=True)}
    if len(counts) != 1:
        raise ShapeError(
            f"DataParallel: the arrays hold {sorted(counts)} examples.",
            rule="Each array holds one entry an example, along its axis in `axes`.",
            fix="axes=(1, 0), for sequences of shape (T, B, ...) with targets (B,)?",
        )
    ends = np.linspace(0, counts.pop(), parts + 1).astype(int)
    shares = []
    for start, stop in itertools.pairwise(ends):
        if stop > start:
            share = [
                a[(slice(None),) * axis + (slice(start, stop),)] for a, axis in zip(plain, axes, strict=True)
            ]
            shares.append((int(stop - start), share))
    return shares


def shared_arrays(kinds: Sequence[tuple[tuple[int, ...], np.dtype]]) -> list[np.ndarray]:
    """Make arrays of these shapes and dtypes that forked processes share."""
    sizes = [-(-max(int(np.prod(shape)), 1) * dtype.itemsize // ALIGN) * ALIGN for shape, dtype in kinds]
    memory = np.frombuffer(mmap.mmap(-1, max(sum(sizes), ALIGN)), np.uint8)
    places = np.cumsum([0, *sizes])
    return [view(memory, int(at), shape, dtype) for at, (shape, dtype) in zip(places, kinds, strict=False)]


def view(memory: np.ndarray, place: int, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Return an array of this shape that lies in memory at this place."""
    return np.ndarray(shape, np.dtype(dtype), memory, place)


def draw_other_numbers(model: Module, rank: int) -> None:
    """Let every generator of the model go on from another place than in the first process."""
    generators = {
        id(v): v for m in model.modules() for v in vars(m).values() if isinstance(v, np.random.Generator)
    }
    for generator in generators.values():
        bits: Any = generator.bit_generator
        bits.state = bits.jumped(rank).state
