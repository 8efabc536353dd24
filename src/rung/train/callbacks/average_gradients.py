"""Several processes' gradients made into the gradient of the whole batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rung.scratch.sparse import SparseRows
from rung.train.loop import Callback, Training
from rung.train.processes import ProcessError, Together


class AverageGradients(Callback):
    """Average the gradients of all processes, each weighted by the rows of its share of the batch.

    A loss is a mean over rows, so the gradient of a batch is that weighted mean; a process whose share of an
    epoch's last batch is empty computes nothing and counts for nothing. All processes come out with the same
    gradients and the same loss, and so keep the same weights.

    Batch norm takes its statistics from each process's share, as PyTorch's own data-parallel training does;
    those of the first process are kept. Give each process a share that is large enough for them.

    Args:
        together: the processes.
        wish: whether somebody wants this process to stop. Each tells the others with its gradients.

    Attributes:
        wished: whether somebody wanted any of them to stop.

    Cost: one sum over all processes a step, of as many numbers as the model has parameters; a sparse gradient
    is summed as a dense one.
    """

    def __init__(self, together: Together, wish: Callable[[], bool] = lambda: False) -> None:
        self.together, self.wish = together, wish
        self.wished = False
        self.rows = 0  # of this process's share
        self.seen = 0  # of the whole batch
        self.share = Share(None)

    def begin(self, t: Training) -> None:
        """Take over the first process's weights; let a share of a batch, even an empty one, be computed.

        Raises:
            ProcessError: the processes do not stand at the same step.
        """
        if (first := self.together.number(t.step)) != t.step:
            raise ProcessError(
                f"process {self.together.rank} stands at step {t.step}, the first one at step {first}",
                rule="All go on from one checkpoint.",
                fix="let RUNG_HOME be one folder that every machine sees",
            )
        batch_of, loss_of = t.batch_of, t.loss_of

        def share_of_batch(rows: np.ndarray, step: int) -> tuple[Any, Any]:
            self.rows = len(rows)
            # What is drawn for it is drawn for this process alone, as dropout is.
            return batch_of(rows, step * t.world + t.rank) if len(rows) else (None, None)

        def share_of_loss(model: Any, x: Any, y: Any) -> Share:
            self.share = Share(loss_of(model, x, y) if self.rows else None)
            return self.share

        t.batch_of, t.loss_of = share_of_batch, share_of_loss
        self._numbers = Numbers(t)
        self._numbers.take([_data(p) for p in self._numbers.parameters])
        self.together.same(self._numbers.flat)
        for p, part in zip(self._numbers.parameters, self._numbers.parts, strict=True):
            _data(p).copy_(part)

    def after_backward(self, t: Training) -> None:
        """Average the gradients over all processes, weighted by their rows."""
        numbers = self._numbers
        numbers.take([p.grad for p in numbers.parameters], self.rows)
        numbers.rest[0], numbers.rest[1] = self.rows, self.rows * self.share.item()
        numbers.rest[2] = self.wish()
        self.together.sum(numbers.flat)
        rows, loss, wishes = numbers.rest.tolist()
        self.seen, self.share.value, self.wished = int(rows), loss / rows, wishes > 0
        numbers.grads.div_(self.seen)
        used, sparse = numbers.used.tolist(), numbers.sparse.tolist()
        for p, part, some, rows_only in zip(numbers.parameters, numbers.parts, used, sparse, strict=True):
            if some:  # by any process; what none has used keeps no gradient, as with one process
                _put(p, part, rows_only > 0)

    def after_step(self, t: Training) -> None:
        """Tell of the whole batch, not of this process's share."""
        t.seen = self.seen


class Share:
    """The loss of a share of a batch; of nothing if the share is empty. Its value becomes the batch's."""

    def __init__(self, loss: Any) -> None:
        self.loss = loss
        self.value: float | None = None if loss is not None else 0.0

    def backward(self) -> None:
        """Send the gradients of the share back, if there is one."""
        if self.loss is not None:
            self.loss.backward()

    def item(self) -> float:
        """Return the loss: of the share, and of the batch once the processes have met."""
        if self.value is None:
            self.value = float(self.loss.item())
        return self.value


class Numbers:
    """All that the processes sum in a step, in one piece of memory, so that they meet once.

    Attributes:
        parameters: of the optimiser.
        flat: everything.
        grads: the part that holds gradients.
        parts: the gradients again, each in its parameter's shape.
        used: how many processes have a gradient for each parameter.
        sparse: how many have one of some rows only.
        rest: rows, rows times loss, and how many wish to stop.
    """

    def __init__(self, t: Training) -> None:
        import torch

        self.parameters = [p for group in t.optimizer.param_groups for p in group["params"]]
        tensors = [_data(p) for p in self.parameters]
        kind = torch.float32
        for tensor in tensors:
            kind = torch.promote_types(kind, tensor.dtype)
        sizes = [tensor.numel() for tensor in tensors]
        lengths = [sum(sizes), len(sizes), len(sizes), 3]
        self.flat = torch.zeros(sum(lengths), dtype=kind, device=tensors[0].device)
        self.grads, self.used, self.sparse, self.rest = self.flat.split(lengths)
        parts = self.grads.split(sizes)
        self.parts = [part.view(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]

    def take(self, arrays: list[Any], weight: float = 1.0) -> None:
        """Put arrays into their places, times a weight; zeros for one that is None."""
        self.flat.zero_()
        for i, array in enumerate(arrays):
            if array is not None:
                self.used[i] = 1
                self.sparse[i] = is_sparse(array)
                self.parts[i].copy_(_tensor(array))
        self.grads.mul_(weight)


def is_sparse(array: Any) -> bool:
    """Tell whether a gradient holds some rows only."""
    return isinstance(array, SparseRows) or bool(getattr(array, "is_sparse", False))


def _data(parameter: Any) -> Any:
    """Return a parameter as a tensor that shares its memory."""
    return _tensor(parameter.data)


def _tensor(array: Any) -> Any:
    """Return an array or a tensor as a dense tensor."""
    import torch

    if isinstance(array, torch.Tensor):
        return array.to_dense() if array.is_sparse else array
    return torch.from_numpy(array.dense() if isinstance(array, SparseRows) else np.asarray(array))


def _put(parameter: Any, grad: Any, rows_only: bool) -> None:
    """Make this the parameter's gradient; as rows, those that are not 0, where its optimiser wants rows."""
    import torch

    if isinstance(parameter, torch.Tensor):
        if rows_only:
            parameter.grad = grad.to(parameter.dtype).to_sparse(1)
        elif parameter.grad is None:
            parameter.grad = grad.to(parameter.dtype, copy=True)
        else:
            parameter.grad.copy_(grad)  # into the memory it has, with the layout it has
        return
    whole = grad.numpy().astype(parameter.data.dtype)  # a copy: `grad` is written over in the next step
    if rows_only:
        index = np.flatnonzero(whole.reshape(len(whole), -1).any(axis=1))
        parameter.grad = SparseRows(index, whole[index], whole.shape)
    else:
        parameter.grad = whole
