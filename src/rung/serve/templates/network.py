"""The network: model.onnx, asked about an input as a person gives it; NumPy and onnxruntime are enough."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import onnxruntime
from prepare import Refused, prepare

FOLDER = Path(__file__).parent
INPUT = json.loads((FOLDER / "input.json").read_text(encoding="utf-8"))
ABOUT = json.loads((FOLDER / "about.json").read_text(encoding="utf-8"))
SESSION = onnxruntime.InferenceSession(str(FOLDER / "model.onnx"), providers=["CPUExecutionProvider"])

__all__ = ["ABOUT", "FOLDER", "INPUT", "Refused", "answer"]


def answer(given: Any) -> tuple[dict[str, float], float]:
    """Return the probability of each class, and how long it took, in milliseconds.

    Raises:
        Refused: the input is none that the network can be asked about.
    """
    start = time.perf_counter()
    arrays = prepare(given, INPUT["spec"])
    feed = {entry.name: array for entry, array in zip(SESSION.get_inputs(), arrays, strict=True)}
    (probabilities,) = SESSION.run(["probabilities"], feed)[0]
    took = (time.perf_counter() - start) * 1000
    return dict(zip(ABOUT["classes"], map(float, probabilities), strict=True)), took
