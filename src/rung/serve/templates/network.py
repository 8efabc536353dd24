"""The network: model.onnx, asked about an input as a person gives it; NumPy and onnxruntime are enough."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from prepare import Refused, prepare

FOLDER = Path(__file__).parent
INPUT = json.loads((FOLDER / "input.json").read_text(encoding="utf-8"))
ABOUT = json.loads((FOLDER / "about.json").read_text(encoding="utf-8"))
_OPTIONS = onnxruntime.SessionOptions()
_OPTIONS.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads that wait leave the CPU
SESSION = onnxruntime.InferenceSession(
    str(FOLDER / "model.onnx"), _OPTIONS, providers=["CPUExecutionProvider"]
)
OUTPUTS = [entry.name for entry in SESSION.get_outputs()]

__all__ = ["ABOUT", "FOLDER", "INPUT", "OUTPUTS", "Refused", "answer", "run"]


def run(arrays: Sequence[np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
    """Return what the network makes of prepared arrays, a batch of any length: the outputs named."""
    feed = {entry.name: array for entry, array in zip(SESSION.get_inputs(), arrays, strict=True)}
    made: list[np.ndarray] = SESSION.run(list(outputs), feed)
    return made


def answer(given: Any) -> tuple[dict[str, float], float]:
    """Return the probability of each class, and how long it took, in milliseconds.

    Raises:
        Refused: the input is none that the network can be asked about.
    """
    start = time.perf_counter()
    (probabilities,) = run(prepare(given, INPUT["spec"]), ["probabilities"])[0]
    took = (time.perf_counter() - start) * 1000
    return dict(zip(ABOUT["classes"], map(float, probabilities), strict=True)), took
