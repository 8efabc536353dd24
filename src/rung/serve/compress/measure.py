"""What a network costs as a file: bytes on disk and in memory, and time, all networks in turn in one run."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from rung.serve.compress.int8 import feed


def gzipped(content: bytes) -> bytes:
    """Return a file packed with gzip, the same bytes for the same file.

    A zero takes as much room in an ONNX file as any other number: only packing shows what pruning saves.

    Example:
        >>> len(gzipped(bytes(10_000))) < 100
        True
    """
    return gzip.compress(content, 9, mtime=0)


def weight_bytes(content: bytes) -> int:
    """Return the bytes that the numbers of an ONNX file take in memory: its weights, scales and constants."""
    import onnx

    model = onnx.load_from_string(content)
    return sum(onnx.numpy_helper.to_array(part).nbytes for part in model.graph.initializer)


def opened(content: bytes) -> Any:
    """Return a session of onnxruntime for a file, on one thread of the processor."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def answers(session: Any, batches: Iterable[Any]) -> np.ndarray:
    """Return the scores (n, classes) of all batches.

    Args:
        session: as `opened` returns it.
        batches: arrays, or tuples of arrays.
    """
    return np.concatenate([session.run(["scores"], feed(x))[0] for x in batches])


def latencies(sessions: Mapping[str, Any], x: Any, rounds: int = 30) -> dict[str, float]:
    """Return the median time of one call of each network, in milliseconds.

    The networks take turns, so that what else the machine does meets all of them alike.

    Args:
        sessions: by name, as `opened` returns them.
        x: what each call is given.
        rounds: calls of each that are timed, after one that is not.

    Cost: rounds + 1 calls of every network.
    """
    given = feed(x)
    times: dict[str, list[float]] = {name: [] for name in sessions}
    for turn in range(rounds + 1):
        for name, session in sessions.items():
            before = time.perf_counter()
            session.run(["scores"], given)
            if turn:
                times[name].append(time.perf_counter() - before)
    return {name: 1000 * float(np.median(found)) for name, found in times.items()}
