"""What pictures of a training are made of, kept while it goes: weights now and then, gradients, updates."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from rung.scratch.sparse import SparseRows
from rung.train.backend import Backend
from rung.train.checkpoint import write_whole
from rung.train.loop import Callback, Training

ABOUT, FLOW, WEIGHTS = "about.json", "flow.jsonl", "weights-{step:08d}.safetensors"
SNAPSHOTS, MEASURED = 16, 80
BUDGET = 64 * 2**20  # bytes that the snapshots of a training may take
_LEAST = 3  # snapshots: fewer show no path


def moments(total: int, count: int, early: float) -> list[int]:
    """Return about `count` steps from 0 to `total`, closer together at the beginning.

    Args:
        total: steps of the training.
        count: how many, 2 at least; fewer come out of a training of fewer steps.
        early: the power of the spacing: 1 for equal distances, more for a closer beginning.

    Example:
        >>> moments(1000, 6, 3)
        [0, 8, 64, 216, 512, 1000]
    """
    return sorted({round(total * (i / (count - 1)) ** early) for i in range(count)})


class Watching(Callback):
    """Keep the weights at some moments, and each layer's gradient and update at some more.

    about.json   the moments, the learned parameters' names, and why there are no weights if there are none
    flow.jsonl   a line a measured step: {"step", "gradient": {layer: norm}, "ratio": {layer: norm of the
                 update over norm of the weights, of matrices alone; null where there are none}}
    weights-00000064.safetensors   after step 64: all but what is frozen, under PyTorch's names

    It changes nothing: no weight, no generator. It needs nothing from a checkpoint: which moments are kept
    depends on the length of the training alone, and what lies beyond the step that a training goes on from
    is thrown away at its beginning. It stands before the callbacks that cut gradients, so that the norms are
    those that `backward()` gave.

    Args:
        folder: where; made if need be.
        backend: of the model.
        snapshots, measured: how many moments of either kind.
        budget: bytes that all snapshots may take; of a larger network fewer are kept, or none.

    Cost: of a measured step a copy of the weights and three sums over them; of a snapshot its file.
    """

    def __init__(
        self,
        folder: Path,
        backend: Backend,
        snapshots: int = SNAPSHOTS,
        measured: int = MEASURED,
        budget: int = BUDGET,
    ) -> None:
        self.folder, self.backend, self.budget = folder, backend, budget
        self.snapshots, self.measured = snapshots, measured
        self._kept: set[int] = set()
        self._steps: set[int] = set()
        self._frozen: set[str] = set()
        self._gradients: dict[str, float] = {}
        self._before: dict[str, Any] = {}

    def begin(self, t: Training) -> None:
        """Choose the moments; keep the first weights, or forget what lies beyond a checkpoint."""
        self.folder.mkdir(parents=True, exist_ok=True)
        named = list(t.model.named_parameters())
        self._frozen = {name for name, p in named if not p.requires_grad}
        size = sum(array.nbytes for array in self._weights(t).values())
        fit = min(self.snapshots, self.budget // max(1, size))
        self._kept = set(moments(t.total, fit, 3)) if fit >= _LEAST else set()
        self._steps = set(moments(t.total, self.measured, 2)) - {0}
        why = (
            ""
            if self._kept
            else f"The weights take {size / 2**20:,.0f} MB, and {_LEAST} snapshots of them more than the "
            f"{self.budget / 2**20:,.0f} MB that are kept of a training."
        )
        about = {
            "snapshots": sorted(self._kept),
            "measured": sorted(self._steps),
            "parameters": [name for name, p in named if p.requires_grad],
            "total": t.total,
            "why": why,
        }
        write_whole(self.folder / ABOUT, json.dumps(about))
        rows = [row for row in flow_rows(self.folder) if row["step"] <= t.step]
        write_whole(self.folder / FLOW, "".join(json.dumps(row) + "\n" for row in rows))
        for step, path in snapshots(self.folder).items():
            if step > t.step or step not in self._kept:
                path.unlink()
        if t.step == 0:
            self._keep(t)

    def after_backward(self, t: Training) -> None:
        """At a measured step, take the norms of the gradients and a copy of the weights that will move."""
        if t.step + 1 not in self._steps:
            return
        squares: dict[str, float] = {}
        self._before = {}
        for name, p in t.model.named_parameters():
            if p.requires_grad:
                layer = name.rpartition(".")[0]
                squares[layer] = squares.get(layer, 0.0) + _norm(p.grad) ** 2
                if p.ndim > 1:
                    self._before[name] = _copied(p)
        self._gradients = {layer: math.sqrt(square) for layer, square in squares.items()}

    def after_step(self, t: Training) -> None:
        """Write the row of a measured step; keep the weights at their moments."""
        if t.step in self._steps:
            moved: dict[str, list[float]] = {}
            for name, p in t.model.named_parameters():
                if name in self._before:
                    sums = moved.setdefault(name.rpartition(".")[0], [0.0, 0.0])
                    before = self._before[name]
                    sums[0] += _norm(_copied(p) - before) ** 2
                    sums[1] += _norm(before) ** 2
            self._before = {}
            ratio = {
                layer: math.sqrt(moved[layer][0] / moved[layer][1]) if moved.get(layer, (0, 0))[1] else None
                for layer in self._gradients
            }
            row = {"step": t.step, "gradient": self._gradients, "ratio": ratio}
            with open(self.folder / FLOW, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        if t.step in self._kept:
            self._keep(t)

    def _keep(self, t: Training) -> None:
        if t.step in self._kept:
            arrays = {n: np.ascontiguousarray(a).reshape(a.shape) for n, a in self._weights(t).items()}
            write_whole(self.folder / WEIGHTS.format(step=t.step), save(arrays))

    def _weights(self, t: Training) -> dict[str, np.ndarray]:
        return {n: a for n, a in self.backend.weights(t.model).items() if n not in self._frozen}


def flow_rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of flow.jsonl so far; a last line that a kill cut in two is left out."""
    try:
        lines = (folder / FLOW).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and {"step", "gradient", "ratio"} <= set(row):
            rows.append(row)
    return rows


def snapshots(folder: Path) -> dict[int, Path]:
    """Return the files of the weights by their step, in order."""
    found = {int(path.stem.partition("-")[2]): path for path in folder.glob("weights-*.safetensors")}
    return dict(sorted(found.items()))


def _norm(array: Any) -> float:
    """Return the length of an array, a tensor, or the gradient of some rows; 0 of None."""
    if array is None:
        return 0.0
    if isinstance(array, SparseRows):
        array = array.rows
    if isinstance(array, np.ndarray | np.generic):  # a single number's gradient is a NumPy scalar
        return float(np.linalg.norm(array))
    import torch

    if array.is_sparse:
        array = array.coalesce().values()
    return float(torch.linalg.vector_norm(array.detach(), dtype=torch.float32))


def _copied(parameter: Any) -> Any:
    """Return a parameter's numbers as a copy of their own kind."""
    data = parameter.data
    return data.copy() if isinstance(data, np.ndarray) else data.detach().clone()
