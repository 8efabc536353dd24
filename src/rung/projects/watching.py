"""What was kept of a run's training, read back: its rows, and its weights at several moments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from rung.explain.flow import Flow, FlowRow
from rung.train.callbacks.watching import ABOUT, flow_rows, snapshots
from rung.train.record import Run


@dataclass(frozen=True)
class Watched:
    """A run's folder "watch"; it may be of a training that still goes on, or that failed.

    Attributes:
        run: the run.
    """

    run: Run

    @property
    def stamp(self) -> tuple[int, int]:
        """What changes when more was kept: the size of the rows, and how many snapshots there are."""
        folder = self.run.folder / "watch"
        try:
            size = (folder / "flow.jsonl").stat().st_size
        except OSError:
            size = 0
        return size, len(snapshots(folder))

    @cached_property
    def about(self) -> dict[str, Any]:
        """The moments, the learned parameters' names, and `why` there are no weights; {} without a watch."""
        try:
            content: dict[str, Any] = json.loads((self.run.folder / "watch" / ABOUT).read_text())
        except (OSError, ValueError):
            return {}
        return content

    @cached_property
    def flow(self) -> Flow:
        """Each layer's gradient and update at the measured steps."""
        return Flow(
            [
                FlowRow(row["step"], layer, gradient, _number(row["ratio"].get(layer)))
                for row in flow_rows(self.run.folder / "watch")
                for layer, gradient in row["gradient"].items()
            ]
        )

    @cached_property
    def weights(self) -> Mapping[int, Mapping[str, np.ndarray]]:
        """The weights and running statistics by name, by step; a file that cannot be read is left out."""
        found = {}
        for step, path in snapshots(self.run.folder / "watch").items():
            try:
                found[step] = load_file(path)
            except (SafetensorError, OSError):
                continue
        return found

    @property
    def missing(self) -> str:
        """Say why there is nothing to see, or nothing of the weights; "" where all is there."""
        if not self.about:
            asked = self.run.config.get("watch") is False
            return (
                "This run was trained with --no-watch: nothing was kept of its training but the curve."
                if asked
                else "Nothing was kept of this training but its curve: it began before rung kept more."
            )
        return str(self.about.get("why", ""))

    @property
    def takes_two_numbers(self) -> bool:
        """Whether the first weights are those of a network whose input is two numbers."""
        for kept in self.weights.values():
            first = next((kept[name] for name in self.about.get("parameters", ()) if name in kept), None)
            return first is not None and first.ndim == 2 and first.shape[1] == 2
        return False


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
